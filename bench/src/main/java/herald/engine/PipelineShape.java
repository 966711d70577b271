package herald.engine;

import java.util.concurrent.TimeUnit;

/**
 * What runs through a {@link PipelineRun}, and what dedup has room for.
 *
 * @param repeatPercent   how many of 100 events are drawn from the keys; the others are new.
 * @param keys            that repeats are drawn from, evenly.
 * @param filled          whether every key was seen before the measured time.
 * @param recorders       that events come from, in turn.
 * @param dedupIntervalNs of the proxy.
 * @param dedupKeyLimit   of the proxy, for each generation.
 * @param keepsJournal    whether retention releases nothing of the journal.
 */
public record PipelineShape(
    int repeatPercent,
    int keys,
    boolean filled,
    int recorders,
    long dedupIntervalNs,
    long dedupKeyLimit,
    boolean keepsJournal) {
    /** Keys that repeats are drawn from unless a comparison is about them. */
    public static final int KEYS = 1_000;

    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long LIVE_INTERVAL_NS = TimeUnit.HOURS.toNanos(1);
    private static final int KEY_LIMIT = 4_000_000;
    private static final int ALL = 100;

    /**
     * One recorder, a dedup interval of a second with room for what is new in it.
     *
     * @param repeatPercent how many of 100 events are drawn from {@link #KEYS} keys.
     * @return the shape.
     */
    public static PipelineShape repeating(final int repeatPercent) {
        return new PipelineShape(repeatPercent, KEYS, false, 1, INTERVAL_NS, KEY_LIMIT, false);
    }

    /**
     * Nothing but repeats, drawn from keys that are all live the whole time.
     *
     * @param keys how many.
     * @return the shape.
     */
    public static PipelineShape live(final int keys) {
        return new PipelineShape(ALL, keys, true, 1, LIVE_INTERVAL_NS, keys + keys / 4L, false);
    }

    /**
     * The same from many recorders.
     *
     * @param count of recorders.
     * @return the shape.
     */
    public PipelineShape from(final int count) {
        return new PipelineShape(repeatPercent, keys, filled, count, dedupIntervalNs, dedupKeyLimit, keepsJournal);
    }

    /**
     * The same with the whole journal kept.
     *
     * @return the shape.
     */
    public PipelineShape keepingJournal() {
        return new PipelineShape(repeatPercent, keys, filled, recorders, dedupIntervalNs, dedupKeyLimit, true);
    }
}
