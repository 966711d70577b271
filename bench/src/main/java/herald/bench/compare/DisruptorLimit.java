package herald.bench.compare;

import com.lmax.disruptor.EventPoller;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import herald.bench.BenchEvent;
import herald.bench.Check;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The limit of a pipeline in one process: a raw Disruptor ring, 200 bytes copied into each slot, three stages in
 * sequence that do nothing but count.
 *
 * <pre>
 *   this thread: claim, copy, publish ─► ring ─► first ─► second ─► third
 *                                                └─ one thread polls all ─┘
 * </pre>
 */
final class DisruptorLimit implements Contender {
    /** Its name and its figure's. */
    static final String NAME = "disruptor";

    private static final int RING_LENGTH = 16 * 1024;
    private static final int BURST = 256;
    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final YieldingIdleStrategy idle = YieldingIdleStrategy.INSTANCE;

    /** A preallocated place of the ring. */
    private static final class Slot {
        private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[BenchEvent.LENGTH]);
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws Exception {
        final RingBuffer<Slot> ring =
            RingBuffer.createSingleProducer(Slot::new, RING_LENGTH, new YieldingWaitStrategy());
        final Stages stages = new Stages(ring);
        stages.start();
        final BenchEvent event = new BenchEvent();
        final long startNs = System.nanoTime();
        long published = 0;
        while (System.nanoTime() - startNs < durationNs) {
            for (int i = 0; i < BURST; i++) {
                while (!ring.hasAvailableCapacity(1)) {
                    idle.idle();
                }
                final long sequence = ring.next();
                ring.get(sequence).bytes.putBytes(0, event.set(published, published, startNs), 0, BenchEvent.LENGTH);
                ring.publish(sequence);
                published++;
            }
        }
        stages.end = published;
        stages.join();
        final long tookNs = System.nanoTime() - startNs;
        for (final long count : stages.counts) {
            Check.equal("slots of a stage", published, count);
        }
        return Map.of(NAME, published * NS_PER_SECOND / tookNs);
    }

    /** Three pollers, each behind the one before, stepped by one thread. */
    private static final class Stages extends Thread {
        private final long[] counts = new long[3];
        private final EventPoller<Slot> first;
        private final EventPoller<Slot> second;
        private final EventPoller<Slot> third;
        private volatile long end = Long.MAX_VALUE;

        Stages(final RingBuffer<Slot> ring) {
            super("bench-stages");
            first = ring.newPoller();
            second = ring.newPoller(first.getSequence());
            third = ring.newPoller(second.getSequence());
            ring.addGatingSequences(third.getSequence());
        }

        @Override
        public void run() {
            try {
                while (counts[2] < end) {
                    poll(first, 0);
                    poll(second, 1);
                    poll(third, 2);
                }
            } catch (final Exception e) {
                throw new IllegalStateException(e);
            }
        }

        private void poll(final EventPoller<Slot> poller, final int stage) throws Exception {
            final EventPoller.PollState state = poller.poll((slot, sequence, endOfBatch) -> {
                counts[stage] += slot.bytes.getByte(0) == 0 && slot.bytes.getLong(0) == 0 ? 0 : 1;
                return true;
            });
            if (state == EventPoller.PollState.IDLE && stage == 0) {
                YieldingIdleStrategy.INSTANCE.idle();
            }
        }
    }
}
