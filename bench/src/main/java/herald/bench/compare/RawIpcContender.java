package herald.bench.compare;

import herald.bench.rig.RawIpc;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Raw Aeron IPC between two processes on the schedules on which a node is measured: calls, then round trips.
 */
final class RawIpcContender implements Contender {
    private static final Duration FIRST_WARMUP = Duration.ofSeconds(2);

    private final NodeContender.Load calls;
    private final NodeContender.Load roundTrips;
    private final RawIpc raw;
    private boolean cold = true;

    RawIpcContender(final NodeContender.Load calls, final NodeContender.Load roundTrips) throws InterruptedException {
        this.calls = calls;
        this.roundTrips = roundTrips;
        this.raw = RawIpc.start();
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Duration measure = Duration.ofNanos(durationNs);
        final Duration warmup = cold ? FIRST_WARMUP : NodeContender.WARMUP;
        if (!cold) {
            raw.resume();
        }
        cold = false;
        final Map<String, Double> figures = new HashMap<>();
        figures.putAll(NodeContender.figures(calls.figures(), raw.call(calls.rate(), warmup, measure)));
        figures.putAll(NodeContender.figures(
            roundTrips.figures(), raw.roundTrip(roundTrips.rate(), warmup, measure)));
        raw.pause();
        return figures;
    }

    @Override
    public void close() {
        try {
            raw.resume();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        raw.close();
    }
}
