package herald.http;

import com.sun.management.UnixOperatingSystemMXBean;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What the clients of a server may take, all of them together. The longest lines and headers are fixed.
 *
 * @param connections    at once. Where there are more, the ones that wait longest give way to new ones.
 * @param bodyLength     of a request, in bytes.
 * @param answersLength  of all answers that clients have not taken yet, in bytes.
 * @param idleTimeout    that a connection may be open without a request.
 * @param headerTimeout  from the first byte of a request to the last one of its headers.
 * @param bodyTimeout    from there to the last byte of its body.
 * @param answerTimeout  that a client may take to read an answer, however short; longer ones have
 *                       {@value #MIN_BYTES_PER_SECOND} bytes a second on top.
 */
public record HttpLimits(
    int connections,
    int bodyLength,
    long answersLength,
    Duration idleTimeout,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration answerTimeout) {

    /** Of a request line and headers together, in bytes. */
    static final int MAX_HEADER_LENGTH = 16 * 1024;
    /** Of a path with its parameters, in characters. */
    static final int MAX_TARGET_LENGTH = 8 * 1024;
    /** That a client has to read at least. */
    static final long MIN_BYTES_PER_SECOND = 64 * 1024;

    private static final int MAX_CONNECTIONS = 256;
    private static final int MIN_CONNECTIONS = 16;
    /** The others are for files and for nodes. */
    private static final int DESCRIPTORS_PER_CONNECTION = 8;
    private static final int MAX_BODY_LENGTH = 1024 * 1024;
    private static final long MIN_ANSWERS_LENGTH = 8 * 1024 * 1024;
    private static final int HEAP_PER_ANSWER = 16;

    /**
     * The limits for this process, from the descriptors and the heap that it may have.
     *
     * @return the limits.
     */
    public static HttpLimits ofProcess() {
        return new HttpLimits(
            connections(maxDescriptors()), MAX_BODY_LENGTH,
            Math.max(MIN_ANSWERS_LENGTH, Runtime.getRuntime().maxMemory() / HEAP_PER_ANSWER),
            Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(10));
    }

    static int connections(final long descriptors) {
        return (int)Math.max(MIN_CONNECTIONS, Math.min(MAX_CONNECTIONS, descriptors / DESCRIPTORS_PER_CONNECTION));
    }

    private static long maxDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system ?
            system.getMaxFileDescriptorCount() : Long.MAX_VALUE;
    }

    /**
     * Until when an answer has to be taken.
     *
     * @param length of it in bytes.
     * @return ns from its first byte on.
     */
    long answerTimeoutNs(final long length) {
        return answerTimeout.plusMillis(length * 1_000 / MIN_BYTES_PER_SECOND).toNanos();
    }
}
