package herald.bench.compare;

import herald.bench.rig.RawIpc;

import java.time.Duration;
import java.util.Map;

/**
 * Raw Aeron IPC between two processes on the schedule on which a node is measured.
 */
final class RawIpcContender implements Contender {
    private final String name;
    private final long rate;
    private final boolean roundTrip;
    private final RawIpc raw;
    private boolean cold = true;

    RawIpcContender(final String name, final long rate, final boolean roundTrip) throws InterruptedException {
        this.name = name;
        this.rate = rate;
        this.roundTrip = roundTrip;
        this.raw = RawIpc.start();
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Duration measure = Duration.ofNanos(durationNs);
        final Duration warmup = NodeContender.warmup(cold);
        if (!cold) {
            raw.resume();
        }
        cold = false;
        final Map<String, Double> figures = NodeContender.figures(name,
            roundTrip ? raw.roundTrip(rate, warmup, measure) : raw.call(rate, warmup, measure));
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
