package herald.writers.file;

import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
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
        final RotatedFile file = new RotatedFile(
            path(spec, options),
            options.bytes(MAX_BYTES, DEFAULT_MAX_BYTES, LEAST_MAX_BYTES),
            options.integer(KEEP, DEFAULT_KEEP, 1, MOST_KEPT),
            options.flag(FORCE));
        return new FileWriter(spec.name(), file);
    }

    private static Path path(final WriterSpec spec, final SpecOptions options) {
        if (spec.target().isEmpty()) {
            throw options.mistake("the path is missing: write for example file:/var/log/herald/events.ndjson");
        }
        final Path path;
        try {
            path = Path.of(spec.target()).toAbsolutePath().normalize();
        } catch (final InvalidPathException e) {
            throw options.mistake("target \"" + spec.target() + "\" is no path: " + e.getReason());
        }
        if (path.getParent() == null || Files.isDirectory(path)) {
            throw options.mistake(path + " is a directory: name a file in it, for example file:" +
                path.resolve("events.ndjson"));
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw options.mistake(path + " is no regular file, so it can't be rotated: name another path");
        }
        return path;
    }
}
