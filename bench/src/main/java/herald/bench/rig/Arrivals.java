package herald.bench.rig;

import org.HdrHistogram.Histogram;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What comes out of one end of a node, timed from when it was due. One thread notes arrivals, another asks.
 *
 * <p>A batch shows the first touch of a key in its interval. So of the repeats in an interval the one that waited
 * longest is timed, and the others are not.
 */
final class Arrivals {
    private final Map<UUID, Schedule.Share> shares = new HashMap<>();
    private volatile boolean expecting;
    private Histogram histogram = Latencies.histogram();
    private UUID markedBy;
    private long mark;

    /** Forgets what was timed and expects a run. */
    synchronized void expect(final Map<UUID, Schedule.Share> expected) {
        shares.clear();
        shares.putAll(expected);
        histogram = Latencies.histogram();
        expecting = true;
    }

    /** Whether arrivals are of interest: a saturated node is not to be slowed down by being watched. */
    boolean isExpecting() {
        return expecting;
    }

    synchronized void note(final UUID recorder, final long sequence, final long nowNs) {
        final Schedule.Share share = shares.get(recorder);
        if (share != null) {
            final long number = share.numberOf(sequence);
            if (share.schedule().isMeasured(number)) {
                Latencies.record(histogram, nowNs - share.schedule().dueNs(number));
            }
        }
        if (recorder.equals(markedBy) && sequence >= mark) {
            markedBy = null;
            notifyAll();
        }
    }

    /** Announces the last event of a run, before it is recorded. */
    synchronized void markNext(final UUID recorder, final long sequence) {
        markedBy = recorder;
        mark = sequence;
        expecting = true;
    }

    /**
     * Waits for the marked event.
     *
     * @return what was timed.
     */
    synchronized Histogram await(final long timeoutMs) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
        while (markedBy != null) {
            final long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new IllegalStateException("sequence " + mark + " of recorder " + markedBy +
                    " was not delivered within " + timeoutMs + " ms: the proxy is behind");
            }
            wait(leftMs);
        }
        shares.clear();
        expecting = false;
        return histogram;
    }

    /** What {@link #toWords} made. */
    static Map<UUID, Schedule.Share> ofWords(final String[] words, final int from) {
        final Schedule schedule = Schedule.ofWords(words, from);
        final Map<UUID, Schedule.Share> shares = new HashMap<>();
        for (int i = from + 4; i < words.length; i += 4) {
            shares.put(UUID.fromString(words[i]), new Schedule.Share(schedule, Long.parseLong(words[i + 1]),
                Long.parseLong(words[i + 2]), Long.parseLong(words[i + 3])));
        }
        return shares;
    }

    /** Shares of one schedule as one line. */
    static String toWords(final Schedule schedule, final Map<UUID, Schedule.Share> shares) {
        final StringBuilder words = new StringBuilder(schedule.toWords());
        shares.forEach((id, share) -> words.append(' ').append(id).append(' ').append(share.firstSequence())
            .append(' ').append(share.offset()).append(' ').append(share.stride()));
        return words.toString();
    }
}
