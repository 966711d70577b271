package herald.engine;

import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * A clock that stands still until a test advances it.
 */
final class SteppedClock implements EpochNanoClock, NanoClock {
    private volatile long nowNs;

    SteppedClock(final long startNs) {
        nowNs = startNs;
    }

    @Override
    public long nanoTime() {
        return nowNs;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    void advance(final long ns) {
        nowNs += ns;
    }
}
