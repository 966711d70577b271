package herald.tools.agent;

import herald.events.NodeEvents;
import herald.recorder.ObjectReference;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Notices when the wall clock jumps: between two looks it must have gone as far as the monotonic clock. Steps that are
 * too small for an event add up until they are one. A clock that is slewed, by time synchronisation or over a leap
 * second, goes a little faster or slower for long, and that is no step; on Linux the monotonic clock is slewed with it.
 */
final class ClockWatcher implements HostWatcher {
    /** Time synchronisation slews by 500 ppm at most. */
    private static final long NS_PER_SLEWED_NS = 2_000;
    private static final long MAX_NOISE_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MAX_READS = 3;

    private final NanoClock nanoClock;
    private final EpochNanoClock epochClock;
    private final long stepNs;
    private final long noiseNs;
    private final ObjectReference node;
    private boolean started;
    private long lookedNs;
    private long offsetNs;
    private long readNs;
    private long readOffsetNs;
    private long sumNs;
    private int steps;

    ClockWatcher(
        final NanoClock nanoClock, final EpochNanoClock epochClock, final long stepNs, final String hostName) {
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
        this.stepNs = stepNs;
        this.noiseNs = Math.min(MAX_NOISE_NS, stepNs / 4);
        this.node = ObjectReference.of("Node", hostName);
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public int poll(final EventSink sink) {
        if (!readClocks()) {
            return 0;
        }
        if (started) {
            compare(readOffsetNs - offsetNs, readNs - lookedNs);
        }
        started = true;
        lookedNs = readNs;
        offsetNs = readOffsetNs;
        return Math.abs(sumNs) < stepNs ? 0 : record(sink);
    }

    /** What an interrupted look shows says nothing: the next one is compared with the one before. */
    private boolean readClocks() {
        for (int i = 0; i < MAX_READS; i++) {
            readNs = nanoClock.nanoTime();
            readOffsetNs = epochClock.nanoTime() - readNs;
            if (nanoClock.nanoTime() - readNs <= noiseNs) {
                return true;
            }
        }
        return false;
    }

    /** What is a whole step at once is no slew, however long ago the last look was. */
    private void compare(final long jumpNs, final long passedNs) {
        final long slewNs = 2 * noiseNs + passedNs / NS_PER_SLEWED_NS;
        if (Math.abs(jumpNs) > Math.min(slewNs, stepNs - 1)) {
            sumNs += jumpNs;
            steps = Math.abs(sumNs) <= slewNs ? 0 : steps + 1;
        }
    }

    private int record(final EventSink sink) {
        final long jumpMs = TimeUnit.NANOSECONDS.toMillis(sumNs);
        final String message = "wall clock jumped " + (jumpMs < 0 ? "back" : "ahead") + " by " + Math.abs(jumpMs) +
            " ms" + (steps > 1 ? " in " + steps + " steps" : "");
        final Map<String, String> attributes = steps > 1 ?
            Map.of("stepMs", Long.toString(jumpMs), "steps", Integer.toString(steps)) :
            Map.of("stepMs", Long.toString(jumpMs));
        if (sink.record(NodeEvents.CLOCK_SYNC_FAILED, null, message, node, attributes) <= 0) {
            return 0;
        }
        sumNs = 0;
        steps = 0;
        return 1;
    }
}
