package herald.bench.rig;

import herald.bench.BenchEvent;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.BufferClaim;
import io.aeron.logbuffer.FragmentHandler;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The near end of raw Aeron IPC: publishes on an open schedule as {@link LatencyRun} records.
 */
final class RawPublisherMain {
    private static final long PARK_NS = 1_000_000;
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);

    private final BufferClaim claim = new BufferClaim();
    private final UnsafeBuffer message = new BenchEvent().set(0, 0, 0);
    private final ExclusivePublication publication;
    private final Subscription replies;
    private Histogram call;
    private Histogram callFromDue;
    private Histogram roundTrip;
    private Schedule schedule;
    private long returned;

    private RawPublisherMain(final ExclusivePublication publication, final Subscription replies) {
        this.publication = publication;
        this.replies = replies;
    }

    /**
     * Runs until it is asked to stop.
     *
     * @param args directory of the media driver.
     * @throws Exception where it can't go on.
     */
    public static void main(final String[] args) throws Exception {
        final ChildCommands commands = ChildCommands.listen();
        try (Aeron aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(args[0])
                .driverTimeoutMs(RigSettings.DRIVER_TIMEOUT_MS));
            Subscription replies = aeron.addSubscription(RawEchoMain.CHANNEL, RawEchoMain.ECHO_STREAM);
            ExclusivePublication publication =
                aeron.addExclusivePublication(RawEchoMain.CHANNEL, RawEchoMain.STREAM)) {
            while (!publication.isConnected() || !replies.isConnected()) {
                LockSupport.parkNanos(PARK_NS);
            }
            ChildCommands.answer(RawEchoMain.READY);
            final RawPublisherMain main = new RawPublisherMain(publication, replies);
            for (String[] words = commands.take(); !words[0].equals(ChildCommands.STOP); words = commands.take()) {
                ChildCommands.answer(main.run(Schedule.ofWords(words, 1), words[0].equals(RawEchoMain.ECHO)));
            }
        }
        System.exit(0);
    }

    private String run(final Schedule due, final boolean echoed) {
        schedule = due;
        call = Latencies.histogram();
        callFromDue = Latencies.histogram();
        roundTrip = Latencies.histogram();
        returned = 0;
        final FragmentHandler onReply = (buffer, offset, length, header) -> onReply();
        long lastNs = 0;
        long number = 0;
        while (number < schedule.count()) {
            final long dueNs = schedule.dueNs(number);
            final long nowNs = System.nanoTime();
            if (nowNs - dueNs >= 0) {
                publish();
                lastNs = System.nanoTime();
                if (schedule.isMeasured(number)) {
                    Latencies.record(call, lastNs - nowNs);
                    Latencies.record(callFromDue, lastNs - dueNs);
                }
                number++;
            }
            if (echoed) {
                replies.poll(onReply, 1);
            }
        }
        if (echoed) {
            drain(onReply);
        }
        return String.join(" ", RecorderMain.DONE, Long.toString(schedule.count() - schedule.warmup()),
            Long.toString(lastNs - schedule.dueNs(schedule.warmup())), Latencies.toWord(call),
            Latencies.toWord(callFromDue), Latencies.toWord(roundTrip));
    }

    private void publish() {
        while (publication.tryClaim(BenchEvent.LENGTH, claim) < 0) {
            Thread.onSpinWait();
        }
        claim.buffer().putBytes(claim.offset(), message, 0, BenchEvent.LENGTH);
        claim.commit();
    }

    /** Messages come back in the order in which they were sent. */
    private void onReply() {
        if (schedule.isMeasured(returned)) {
            Latencies.record(roundTrip, System.nanoTime() - schedule.dueNs(returned));
        }
        returned++;
    }

    private void drain(final FragmentHandler onReply) {
        final long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
        while (returned < schedule.count()) {
            if (replies.poll(onReply, 1) == 0 && System.nanoTime() - deadlineNs >= 0) {
                throw new IllegalStateException(returned + " of " + schedule.count() + " messages came back");
            }
        }
    }
}
