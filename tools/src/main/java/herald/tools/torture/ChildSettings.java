package herald.tools.torture;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The settings of a round's children, handed on in a file beside what they write.
 */
final class ChildSettings {
    private static final String FILE = "round.properties";

    private final Path dir;
    private final Properties properties;

    private ChildSettings(final Path dir, final Properties properties) {
        this.dir = dir;
        this.properties = properties;
    }

    /**
     * Writes settings for children to read.
     *
     * @param dir        of the round.
     * @param properties to hand on.
     * @throws IOException where the file can't be written.
     */
    static void write(final Path dir, final Properties properties) throws IOException {
        try (Writer writer = Files.newBufferedWriter(dir.resolve(FILE))) {
            properties.store(writer, null);
        }
    }

    /**
     * Reads settings.
     *
     * @param dir of the round.
     * @return its settings.
     * @throws IOException where there are none.
     */
    static ChildSettings read(final Path dir) throws IOException {
        final Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(dir.resolve(FILE))) {
            properties.load(reader);
        }
        return new ChildSettings(dir, properties);
    }

    /** The data directory of the proxy. */
    Path dataDir() {
        return dataDir(dir);
    }

    /**
     * Where the proxy of a round keeps everything.
     *
     * @param dir of the round.
     * @return its data directory.
     */
    static Path dataDir(final Path dir) {
        return dir.resolve("data");
    }

    /**
     * Where a recorder notes what it recorded.
     *
     * @param name of the recorder.
     * @return a file.
     */
    Path progress(final String name) {
        return progress(dir, name);
    }

    /**
     * Where a recorder notes what it recorded.
     *
     * @param dir  of the round.
     * @param name of the recorder.
     * @return a file.
     */
    static Path progress(final Path dir, final String name) {
        return dir.resolve(name + ".progress");
    }

    String text(final String name) {
        return properties.getProperty(name);
    }

    int integer(final String name) {
        return Integer.parseInt(text(name));
    }

    long number(final String name) {
        return Long.parseLong(text(name));
    }

    /** A setting in ms. */
    long nanos(final String name) {
        return TimeUnit.MILLISECONDS.toNanos(number(name));
    }
}
