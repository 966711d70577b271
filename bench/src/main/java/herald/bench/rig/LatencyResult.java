package herald.bench.rig;

import org.HdrHistogram.Histogram;

/**
 * What an open schedule met, in ns. All but {@code call} are timed from when an event was due, so that an event that
 * had to wait for others counts with its wait.
 *
 * @param rate            events/s that were due.
 * @param reachedRate     events/s that were recorded.
 * @param call            duration of {@code record}, two readings of the clock included.
 * @param callFromDue     until {@code record} returned.
 * @param acknowledged    until the recorder knew that the event is in the journal.
 * @param dispatched      until it was in the dispatch log; empty where nobody looked. Of the repeats of a key in a
 *                        batch, the first.
 * @param written         until the writer had it; likewise.
 */
public record LatencyResult(
    long rate,
    double reachedRate,
    Histogram call,
    Histogram callFromDue,
    Histogram acknowledged,
    Histogram dispatched,
    Histogram written) {
    private static final double REACHED = 0.99;

    /** Whether the node was not up to the rate: latencies then say how long the run was. */
    public boolean missed() {
        return reachedRate < REACHED * rate;
    }
}
