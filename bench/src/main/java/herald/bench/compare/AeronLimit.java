package herald.bench.compare;

import herald.bench.BenchEvent;
import herald.bench.Check;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The limit of a link: raw Aeron IPC, one thread that claims, copies 200 bytes and commits, one thread that polls.
 *
 * <pre>
 *   this thread: tryClaim, copy, commit ══ IPC ══► subscriber thread: poll, count
 * </pre>
 */
final class AeronLimit implements Contender {
    /** Its name and its figure's. */
    static final String NAME = "aeron-ipc";

    private static final int BURST = 256;
    private static final int STREAM_ID = 1;
    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final MediaDriver driver;
    private final Aeron aeron;
    private final Subscription subscription;
    private final ExclusivePublication publication;
    private final BufferClaim claim = new BufferClaim();
    private final YieldingIdleStrategy idle = YieldingIdleStrategy.INSTANCE;
    private long published;

    AeronLimit(final Workspace workspace) throws IOException {
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(workspace.inMemory().resolve("aeron").toString())
            .threadingMode(ThreadingMode.SHARED));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
        subscription = aeron.addSubscription("aeron:ipc", STREAM_ID);
        publication = aeron.addExclusivePublication("aeron:ipc", STREAM_ID);
        while (!publication.isConnected()) {
            idle.idle();
        }
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws InterruptedException {
        final Subscriber subscriber = new Subscriber();
        subscriber.start();
        final BenchEvent event = new BenchEvent();
        final long startNs = System.nanoTime();
        final long first = published;
        while (System.nanoTime() - startNs < durationNs) {
            for (int i = 0; i < BURST; i++) {
                publish(event.set(published, published, startNs));
            }
        }
        subscriber.end = published - first;
        subscriber.join();
        final long tookNs = System.nanoTime() - startNs;
        Check.equal("messages received", published - first, subscriber.received);
        return Map.of(NAME, (published - first) * NS_PER_SECOND / tookNs);
    }

    private void publish(final DirectBuffer message) {
        while (publication.tryClaim(BenchEvent.LENGTH, claim) < 0) {
            idle.idle();
        }
        claim.buffer().putBytes(claim.offset(), message, 0, BenchEvent.LENGTH);
        claim.commit();
        published++;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(aeron, driver);
    }

    /** Polls until it has what was published. */
    private final class Subscriber extends Thread {
        private volatile long end = Long.MAX_VALUE;
        private long received;

        Subscriber() {
            super("bench-subscriber");
        }

        @Override
        public void run() {
            final FragmentHandler handler = (buffer, offset, length, header) -> received++;
            while (received < end) {
                idle.idle(subscription.poll(handler, BURST));
            }
        }
    }
}
