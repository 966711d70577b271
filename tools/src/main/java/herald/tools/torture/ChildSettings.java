package herald.tools.torture;

import herald.link.Endpoint;
import herald.link.HeraldDirectory;
import herald.seal.SharedKey;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The settings of a round's children, handed on in a file beside what they write.
 */
final class ChildSettings {
    private static final String FILE = "round.properties";
    private static final String KEY = "herald.key";

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
        final Path key = Files.createFile(keyFile(dir),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key, "torture " + properties.getProperty("seed") + " and sixteen bytes more");
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

    /**
     * Reads the settings of a start of the proxy.
     *
     * @param dir   of the round.
     * @param start from 0.
     * @return the settings.
     * @throws IOException where there are none.
     */
    static ChildSettings read(final Path dir, final int start) throws IOException {
        final ChildSettings settings = read(dir);
        RoundPlan.drawStart(settings.properties, start);
        return settings;
    }

    /**
     * Whether a recorder is on the other host.
     *
     * @param recorder its name.
     * @return true where it reaches the proxy over UDP.
     */
    boolean isRemote(final String recorder) {
        return Integer.parseInt(recorder.substring(Node.RECORDER.length())) < integer("remoteRecorders");
    }

    /** Where the proxy listens for recorders of the other host. */
    String remoteEndpoint() {
        return "127.0.0.1:" + text("remotePort");
    }

    /** The key that the proxy shares with them. */
    SharedKey key() {
        return SharedKey.read(keyFile(dir));
    }

    /**
     * The key that the proxy shares with recorders of the other host, and with the events manager.
     *
     * @param dir of the round.
     * @return a file.
     */
    static Path keyFile(final Path dir) {
        return dir.resolve(KEY);
    }

    /** Where recorders of the other host keep their spools. */
    Path remoteSpoolDir() {
        return HeraldDirectory.remoteSpoolDir(dir.resolve("other-host"), Endpoint.parse("remote", remoteEndpoint()));
    }

    /** Where the proxy puts what retention releases, beside its data directory. */
    Path archive() {
        return archive(dir);
    }

    /**
     * Where the proxy of a round puts what retention releases.
     *
     * @param dir of the round.
     * @return a directory.
     */
    static Path archive(final Path dir) {
        return dir.resolve("archive");
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
