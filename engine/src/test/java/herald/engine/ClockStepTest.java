package herald.engine;

import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.EpochNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Wall clocks of recorder and proxy that are set back and forth by hours while both run: journal time goes on at its
 * own pace, nothing is lost, doubled or split, and the difference can be read.
 */
@Timeout(120)
class ClockStepTest {
    private static final long HOUR_NS = TimeUnit.HOURS.toNanos(1);
    private static final long[] STEPS_NS = {5 * HOUR_NS, -9 * HOUR_NS, 48 * HOUR_NS, -50 * HOUR_NS};
    private static final int PART = 20;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    private Path dir;
    private final AtomicLong proxyOffsetNs = new AtomicLong();
    private final AtomicLong recorderOffsetNs = new AtomicLong();

    /** What an event looks like in the journal. */
    private record Journaled(long sequence, long journalTimeNs, long wallTimeNs) {
    }

    private EventProxy launchProxy(final CollectingWriter writer) {
        final EpochNanoClock wall =
            () -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + proxyOffsetNs.get();
        return EventProxy.launch(new EventProxy.Context()
            .dataDir(dir)
            .node("node-1")
            .clock(wall)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(50))
            .dedupIntervalNs(TimeUnit.MINUTES.toNanos(10))
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .writer(writer));
    }

    private EventRecorder launchRecorder(final String aeronDirectoryName) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(HeraldDirectory.spoolDir(dir))
            .clock(() -> TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) + recorderOffsetNs.get())
            .errorHandler(error -> { })
            .aeronDirectoryName(aeronDirectoryName));
    }

    private static void recordPart(final EventRecorder recorder) {
        long last = 0;
        for (int i = 0; i < PART; i++) {
            last = recorder.record(ClusterEvents.LEADER_LOST, null, "the same", null);
        }
        assertThat(recorder.awaitAcknowledged(last, LIMIT.toNanos())).isTrue();
    }

    private List<Journaled> journaled() {
        final List<Journaled> events = new ArrayList<>();
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(dir), 0, damage -> { })) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    events.add(new Journaled(reader.event().sequence(), reader.journalTimeNs(), reader.wallTimeNs()));
                }
            }
        }
        return events;
    }

    @Test
    void shouldKeepJournalTimeAndEveryEventWhereClocksAreSetWhileBothRun() {
        final CollectingWriter writer = new CollectingWriter("collector");
        final long startNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        try (EventProxy proxy = launchProxy(writer); EventRecorder recorder = launchRecorder(
            proxy.aeronDirectoryName())) {
            recordPart(recorder);
            for (final long stepNs : STEPS_NS) {
                proxyOffsetNs.addAndGet(stepNs);
                recorderOffsetNs.addAndGet(-stepNs);
                recordPart(recorder);
                final long wantedMs = TimeUnit.NANOSECONDS.toMillis(proxyOffsetNs.get());
                await().atMost(LIMIT).until(
                    () -> Math.abs(proxy.counters().get(ProxyCounter.CLOCK_OFFSET_MS) - wantedMs) < 60_000);
            }
            final int total = PART * (STEPS_NS.length + 1);
            await().atMost(LIMIT).until(() -> writer.total() == total);
            assertThat(writer.counts().values()).as("one event, never a new one").containsExactly((long)total);
            assertThat(proxy.hasFailed()).isFalse();
        }
        assertSteady(startNs);
        assertThat(journaled()).extracting(Journaled::sequence)
            .isEqualTo(LongStream.rangeClosed(1, journaled().size()).boxed().toList());
    }

    @Test
    void shouldNotGoBackInJournalTimeWhereTheClockWasSetBackBetweenTwoRuns() {
        final long startNs = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
        for (int run = 0; run < 3; run++) {
            try (EventProxy proxy = launchProxy(new CollectingWriter("collector"));
                EventRecorder recorder = launchRecorder(proxy.aeronDirectoryName())) {
                recordPart(recorder);
            }
            proxyOffsetNs.addAndGet(-HOUR_NS);
            recorderOffsetNs.addAndGet(-HOUR_NS);
        }
        assertSteady(startNs);
    }

    private void assertSteady(final long startNs) {
        final List<Journaled> events = journaled();
        assertThat(events).hasSizeGreaterThanOrEqualTo(3 * PART);
        assertThat(events).extracting(Journaled::journalTimeNs).isSorted()
            .allMatch(timeNs -> Math.abs(timeNs - startNs) < HOUR_NS / 2);
        assertThat(events).extracting(Journaled::wallTimeNs).anyMatch(timeNs -> startNs - timeNs > HOUR_NS / 2);
    }
}
