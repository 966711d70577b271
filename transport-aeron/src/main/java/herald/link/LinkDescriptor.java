package herald.link;

import java.util.concurrent.TimeUnit;

/**
 * What recorder and proxy must agree on before the first message.
 */
public final class LinkDescriptor {
    /** Version of the protocol that {@code Hello} announces. */
    public static final int PROTOCOL_VERSION = 1;
    /** The stream on which a proxy listens for all recorders. Reply streams have other numbers. */
    public static final int EVENT_STREAM_ID = 4801;
    /** The channel within one host. */
    public static final String IPC_CHANNEL = "aeron:ipc";
    /** The limit of an encoded event, in bytes, where none is configured. */
    public static final int DEFAULT_MAX_EVENT_LENGTH = 4 * 1024;
    /** The lowest limit of an encoded event that can be configured, in bytes. */
    public static final int MIN_EVENT_LENGTH_LIMIT = 256;
    /** The highest limit of an encoded event that can be configured, in bytes. */
    public static final int MAX_EVENT_LENGTH_LIMIT = 64 * 1024;

    private static final long MAX_KEEP_ALIVE_INTERVAL_MS = 500;
    private static final int MESSAGES_PER_TERM = 8;
    private static final int MIN_TERM_LENGTH = 256 * 1024;

    private LinkDescriptor() {
    }

    /**
     * How often a client of a media driver gives a sign of life: often enough for the shortest timeout.
     *
     * @param driverTimeoutMs after which it counts as dead without.
     * @return in ns.
     */
    public static long keepAliveIntervalNs(final long driverTimeoutMs) {
        return TimeUnit.MILLISECONDS.toNanos(Math.min(MAX_KEEP_ALIVE_INTERVAL_MS, driverTimeoutMs / 4));
    }

    /**
     * The term length that carries events of a length: Aeron takes messages of an eighth of a term at most.
     *
     * @param maxEventLength in bytes.
     * @return a power of two, in bytes.
     */
    public static int termLength(final int maxEventLength) {
        int length = MIN_TERM_LENGTH;
        while (length / MESSAGES_PER_TERM < maxEventLength) {
            length *= 2;
        }
        return length;
    }
}
