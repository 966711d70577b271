package herald.link;

import herald.io.Disk;
import herald.io.FileAccess;
import herald.io.PathText;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Where things are when nobody says otherwise, the same for recorders, proxy and commands.
 */
public final class HeraldDirectory {
    /** Environment variable that moves the default data directory. */
    public static final String DATA_DIR_VARIABLE = "HERALD_DATA_DIR";

    /** What a node is called whose host has no name. */
    public static final String NO_HOST_NAME = "localhost";

    private static final Path KERNEL_HOST_NAME = Path.of("/proc/sys/kernel/hostname");
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
        return PathText.parse(DATA_DIR_VARIABLE, configured);
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
        return remoteSpools(dataDir).resolve(proxy.toString().replaceAll("[^A-Za-z0-9.-]", "_"));
    }

    /**
     * What holds the directories of {@link #remoteSpoolDir}, one for each proxy.
     *
     * @param dataDir of this host.
     * @return a directory in it.
     */
    public static Path remoteSpools(final Path dataDir) {
        return dataDir.resolve("remote-spool");
    }

    /**
     * The directories with spools of recorders that send to proxies on other hosts.
     *
     * @param disk    that holds them.
     * @param dataDir of this host.
     * @return in the order of their names; empty where there are none.
     * @throws IOException where they can't be listed.
     */
    public static List<Path> remoteSpoolDirs(final Disk disk, final Path dataDir) throws IOException {
        return disk.list(remoteSpools(dataDir), "").stream().filter(Files::isDirectory).toList();
    }

    /**
     * The name of this host. The network is not asked where the kernel can tell: a name need not be one that resolves.
     *
     * @return {@code localhost} where it has none.
     */
    public static String hostName() {
        try {
            final String name = Files.readString(KERNEL_HOST_NAME).trim();
            return name.isEmpty() || name.equals("(none)") ? NO_HOST_NAME : name;
        } catch (final IOException e) {
            return resolvedHostName();
        }
    }

    private static String resolvedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (final UnknownHostException e) {
            return NO_HOST_NAME;
        }
    }

    /**
     * The Aeron directory of a data directory: one each, in shared memory where the system has it. Recorders of other
     * users find the same one.
     *
     * @param dataDir of the proxy.
     * @return a directory whose name follows from the data directory's real path and its owner.
     */
    public static Path aeronDir(final Path dataDir) {
        final Path parent = Files.isDirectory(SHARED_MEMORY) ?
            SHARED_MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
        final UUID hash = UUID.nameUUIDFromBytes(realPath(dataDir).toString().getBytes(UTF_8));
        final String owner = Files.exists(dataDir) ? FileAccess.owner(dataDir) : System.getProperty("user.name");
        return parent.resolve("herald-" + owner.replaceAll("[^A-Za-z0-9._-]", "_") + '-' +
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
