package herald.tools.agent;

import herald.events.NodeEvents;
import herald.recorder.ObjectReference;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Notices when the wall clock jumps: between two looks it must have gone as far as the monotonic clock.
 */
final class ClockWatcher implements HostWatcher {
    private final NanoClock nanoClock;
    private final EpochNanoClock epochClock;
    private final long stepNs;
    private final ObjectReference node;
    private boolean started;
    private long offsetNs;

    ClockWatcher(
        final NanoClock nanoClock, final EpochNanoClock epochClock, final long stepNs, final String hostName) {
        this.nanoClock = nanoClock;
        this.epochClock = epochClock;
        this.stepNs = stepNs;
        this.node = ObjectReference.of("Node", hostName);
    }

    @Override
    public String name() {
        return "clock";
    }

    @Override
    public int poll(final EventSink sink) {
        final long beforeNs = nanoClock.nanoTime();
        final long wallNs = epochClock.nanoTime();
        final boolean interrupted = nanoClock.nanoTime() - beforeNs > stepNs / 2;
        if (interrupted) {
            return 0;
        }
        final long nowOffsetNs = wallNs - beforeNs;
        final long jumpNs = nowOffsetNs - offsetNs;
        if (!started || Math.abs(jumpNs) < stepNs) {
            started = true;
            offsetNs = nowOffsetNs;
            return 0;
        }
        final long jumpMs = TimeUnit.NANOSECONDS.toMillis(jumpNs);
        final String message = "wall clock jumped " + (jumpMs < 0 ? "back" : "ahead") + " by " + Math.abs(jumpMs) +
            " ms";
        if (sink.record(NodeEvents.CLOCK_SYNC_FAILED, null, message, node,
            Map.of("stepMs", Long.toString(jumpMs))) <= 0) {
            return 0;
        }
        offsetNs = nowOffsetNs;
        return 1;
    }
}
