package herald.link;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Where things are when nobody says otherwise, the same for recorders, proxy and commands.
 */
public final class HeraldDirectory {
    /** Environment variable that moves the default data directory. */
    public static final String DATA_DIR_VARIABLE = "HERALD_DATA_DIR";

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private HeraldDirectory() {
    }

    /**
     * The data directory of this user's proxy.
     *
     * @return what {@link #DATA_DIR_VARIABLE} says, or {@code ~/.herald}.
     * @throws IllegalArgumentException where the variable is set and empty.
     */
    public static Path defaultDataDir() {
        final String configured = System.getenv(DATA_DIR_VARIABLE);
        if (configured == null) {
            return Path.of(System.getProperty("user.home"), ".herald");
        }
        return Path.of(requireName(DATA_DIR_VARIABLE, configured));
    }

    /**
     * Refuses the empty name of a directory or file, which would be the current directory.
     *
     * @param setting that says it.
     * @param name    to be checked; null is none, and let through.
     * @param <T>     a text or a path.
     * @return the name.
     * @throws IllegalArgumentException where it is empty.
     */
    public static <T> T requireName(final String setting, final T name) {
        if (name != null && name.toString().isBlank()) {
            throw new IllegalArgumentException(setting + " is empty: give it a name, or leave it out");
        }
        return name;
    }

    /**
     * Where recorders on the proxy's host keep their spools: the proxy adopts what their owners leave there.
     *
     * @param dataDir of the proxy.
     * @return a directory in it.
     */
    public static Path spoolDir(final Path dataDir) {
        return dataDir.resolve("spool");
    }

    /**
     * Where recorders that send to a proxy on another host keep their spools: not where the proxy of this host would
     * adopt them, and apart for each proxy.
     *
     * @param dataDir of this host.
     * @param proxy   that they send to.
     * @return a directory in it.
     */
    public static Path remoteSpoolDir(final Path dataDir, final Endpoint proxy) {
        return dataDir.resolve("remote-spool").resolve(proxy.toString().replaceAll("[^A-Za-z0-9.-]", "_"));
    }

    /**
     * The name of this host.
     *
     * @return {@code localhost} where it has none.
     */
    public static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (final UnknownHostException e) {
            return "localhost";
        }
    }

    /**
     * The Aeron directory of a data directory: one each, in shared memory where the system has it.
     *
     * @param dataDir of the proxy.
     * @return a directory whose name follows from the data directory's real path.
     */
    public static Path aeronDir(final Path dataDir) {
        final Path parent = Files.isDirectory(SHARED_MEMORY) ?
            SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        final UUID hash = UUID.nameUUIDFromBytes(realPath(dataDir).toString().getBytes(UTF_8));
        return parent.resolve("herald-" + System.getProperty("user.name") + '-' +
            Long.toHexString(hash.getMostSignificantBits() >>> 16));
    }

    private static Path realPath(final Path path) {
        try {
            return path.toRealPath();
        } catch (final IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }
}
