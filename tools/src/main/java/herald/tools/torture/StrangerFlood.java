package herald.tools.torture;

import herald.io.SystemDisk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A {@link Stranger} at the proxy's port, and what that costs: no shared memory, few lines of log, few answers.
 */
final class StrangerFlood {
    /** Terms of a recorder of this round, and what is about them, are shorter. */
    private static final long MAX_IMAGE_LENGTH = 4L * 1024 * 1024;
    /** What recorders that come and go meanwhile have. */
    private static final long MAX_GROWTH = 128L * 1024 * 1024;
    /** Whoever forges an address makes the proxy send that much to it, for each byte. */
    private static final long MAX_ANSWER = 3;
    private static final long MAX_LOG_GROWTH = 256L * 1024;

    private final Node node;
    private final Path aeronDir;
    private Stranger stranger;
    private long memoryBefore;
    private long logBefore;

    /**
     * Nobody yet.
     *
     * @param node     that is flooded.
     * @param aeronDir of the media driver that listens.
     */
    StrangerFlood(final Node node, final Path aeronDir) {
        this.node = node;
        this.aeronDir = aeronDir;
    }

    void begin() throws IOException {
        memoryBefore = length(aeronDir);
        logBefore = logLength();
        stranger = new Stranger(
            ChildSettings.read(node.dir()).integer("remotePort"), node.plan().seed());
    }

    /**
     * Ends it.
     *
     * @throws Difference where it has cost too much.
     */
    void end() throws IOException, Difference {
        final long growth = length(aeronDir) - memoryBefore;
        final long longest = images().stream().mapToLong(file -> file.toFile().length()).max().orElse(0);
        stranger.close();
        if (stranger.receivedBytes() > MAX_ANSWER * stranger.sentBytes()) {
            throw new Difference("a stranger sent " + stranger.sentBytes() + " bytes to the proxy's port, and was " +
                "sent " + stranger.receivedBytes());
        }
        if (longest > MAX_IMAGE_LENGTH || growth > MAX_GROWTH) {
            throw new Difference("a stranger makes shared memory in " + aeronDir + " grow by " + growth +
                " bytes, the longest image there has " + longest);
        }
        final long logGrowth = logLength() - logBefore;
        if (logGrowth > MAX_LOG_GROWTH) {
            throw new Difference("a stranger makes logs in " + node.dir() + " grow by " + logGrowth + " bytes");
        }
    }

    private List<Path> images() throws IOException {
        return SystemDisk.INSTANCE.list(aeronDir.resolve("images"), "");
    }

    private long logLength() throws IOException {
        return SystemDisk.INSTANCE.list(node.dir(), ".err").stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** As long as files are, whether they have pages or not. */
    private static long length(final Path directory) throws IOException {
        long length = 0;
        for (final String part : List.of("", "images", "publications")) {
            for (final Path file : SystemDisk.INSTANCE.list(directory.resolve(part), "")) {
                length += file.toFile().length();
            }
        }
        return length;
    }

    void close() {
        if (stranger != null) {
            stranger.close();
        }
    }
}
