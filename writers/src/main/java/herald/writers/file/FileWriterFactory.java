package herald.writers.file;

import herald.io.FileAccess;
import herald.io.PathPlace;
import herald.io.PathText;
import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes writers to a rotated file: {@code file:PATH}.
 */
public final class FileWriterFactory implements EventWriterFactory {
    private static final String MAX_BYTES = "maxBytes";
    private static final String KEEP = "keep";
    private static final String FORCE = "force";
    private static final long DEFAULT_MAX_BYTES = 64L << 20;
    private static final long LEAST_MAX_BYTES = 1 << 10;
    private static final int DEFAULT_KEEP = 8;
    private static final int MOST_KEPT = 1_000;

    @Override
    public String scheme() {
        return "file";
    }

    @Override
    public EventWriter create(final WriterSpec spec) {
        final SpecOptions options = new SpecOptions(spec, MAX_BYTES, KEEP, FORCE);
        final Path path = path(spec, options);
        final int keep = options.integer(KEEP, DEFAULT_KEEP, 1, MOST_KEPT);
        final RotatedFile file = new RotatedFile(
            path, options.bytes(MAX_BYTES, DEFAULT_MAX_BYTES, LEAST_MAX_BYTES), keep, options.flag(FORCE));
        requireRotatable(path, keep, options);
        return new FileWriter(spec.name(), file);
    }

    /** What is in the way later is told then, and the file grows meanwhile. */
    private static void requireRotatable(final Path path, final int keep, final SpecOptions options) {
        final String obstacle;
        try {
            obstacle = new Rotation(keep).obstacleBehind(PathPlace.real(path));
        } catch (final IOException e) {
            throw options.mistake("cannot look into the rotated files of " + path + ": " + FileAccess.reason(e) +
                "; move them away, or choose another path for the writer");
        }
        if (obstacle != null) {
            throw options.mistake(path + " can't be rotated: " + obstacle);
        }
    }

    private static Path path(final WriterSpec spec, final SpecOptions options) {
        if (spec.target().isEmpty()) {
            throw options.mistake("the path is missing: write for example file:/var/log/herald/events.ndjson");
        }
        if (spec.target().startsWith("//") && !spec.target().startsWith("///")) {
            throw options.mistake("target \"" + spec.target() + "\" names a host: write file:/PATH or file:///PATH");
        }
        if (spec.target().endsWith("/")) {
            throw options.mistake(spec.target() + " is a directory: name a file in it, for example file:" +
                spec.target() + "events.ndjson");
        }
        final Path path;
        try {
            path = PathText.parse("target", spec.target()).toAbsolutePath().normalize();
        } catch (final IllegalArgumentException e) {
            throw options.mistake(e.getMessage());
        }
        if (path.getParent() == null || Files.isDirectory(path)) {
            throw options.mistake(path + " is a directory: name a file in it, for example file:" +
                path.resolve("events.ndjson"));
        }
        try {
            PathKind.requireRegular(path);
        } catch (final IOException e) {
            throw options.mistake(path + ": " + e.getMessage());
        }
        return path;
    }
}
