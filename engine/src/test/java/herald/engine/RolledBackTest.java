package herald.engine;

import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.CounterId;
import herald.link.HeraldDirectory;
import herald.receiver.ReceiverCounter;
import herald.receiver.VoidCause;
import herald.recorder.EventRecorder;
import herald.stage.ProxyCounter;
import herald.verify.Verification;
import org.agrona.IoUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A data directory is put back to an older state under recorders that were acknowledged since: what is gone is
 * journaled as gone, counted, and told by {@code verify}.
 */
@Tag("slow")
@Timeout(300)
class RolledBackTest {
    private static final int BEFORE = 50;
    private static final int AFTER = 120;

    @TempDir
    private Path dir;
    private Path data;
    private SteppedNode node;
    private final List<EventRecorder> recorders = new ArrayList<>();

    @BeforeEach
    void setUp() {
        data = dir.resolve("data");
    }

    private void launchRecorder(final String component) {
        recorders.add(EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(ClusterEvents.CATALOG)
            .dataDir(data)
            .spoolLength(256 * 1024)
            .maxEventLength(1024)
            .nanoClock(node.clock())
            .useConductorInvoker(true)
            .minBackoffNs(1_000)
            .maxBackoffNs(1_000_000)
            .errorHandler(error -> { })
            .closeLingerNs(0)));
    }

    private void record(final EventRecorder recorder, final int events) {
        for (int i = 0; i < events; i++) {
            assertThat(recorder.record(ClusterEvents.LEADER_CHANGED, null, "event " + i, null)).isPositive();
            step();
        }
        node.stepUntil("acknowledged", () -> {
            step();
            return recorder.acknowledgedSequence() == recorder.lastSequence();
        });
    }

    private void step() {
        node.step();
        recorders.forEach(recorder -> recorder.conductorInvoker().invoke());
    }

    private Path backup() {
        return dir.resolve("backup");
    }

    private boolean isSpool(final Path file) {
        return file.startsWith(HeraldDirectory.spoolDir(data)) || file.startsWith(backup().resolve("spool"));
    }

    private List<Path> filesOf(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> Files.isRegularFile(file) && !isSpool(file)).toList();
        }
    }

    private void snapshot() throws IOException {
        for (final Path file : filesOf(data)) {
            final Path to = backup().resolve(data.relativize(file));
            Files.createDirectories(to.getParent());
            Files.copy(file, to);
        }
    }

    /** As a device is put back: files keep their inodes; or as a backup is copied: they get others. */
    private void putBack(final boolean inPlace) throws IOException {
        for (final Path file : filesOf(data)) {
            final boolean kept = inPlace && Files.exists(backup().resolve(data.relativize(file)));
            if (!kept) {
                Files.delete(file);
            }
        }
        for (final Path file : filesOf(backup())) {
            Files.write(data.resolve(backup().relativize(file)), Files.readAllBytes(file));
        }
    }

    private long count(final CounterId counter) {
        return node.proxy().counters().get(counter);
    }

    private long journaledAs(final VoidCause cause) {
        long sequences = 0;
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(data), 0, damage -> { })) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.VOID && reader.cause() == cause) {
                    sequences += reader.sequence() - reader.fromSequence() + 1;
                }
            }
        }
        return sequences;
    }

    private void assertGone(final long events) throws IOException {
        assertThat(count(ReceiverCounter.ACKNOWLEDGED_AND_GONE)).isEqualTo(events);
        assertThat(journaledAs(VoidCause.ACKNOWLEDGED_AND_GONE)).isEqualTo(events);
        assertThat(Verification.of(SystemDisk.INSTANCE, data).damages())
            .extracting(finding -> finding.what()).isNotEmpty().allMatch(what -> what.contains("acknowledged before"));
    }

    private void run(final Rollback rollback) throws IOException {
        try (SteppedNode stepped = new SteppedNode(data, System.nanoTime())) {
            node = stepped;
            node.startProxy(node.context());
            launchRecorder("known");
            record(recorders.get(0), BEFORE);
            rollback.run();
        } finally {
            recorders.forEach(EventRecorder::close);
            IoUtil.delete(HeraldDirectory.aeronDir(data).toFile(), true);
        }
    }

    /** What is done to the node. */
    @FunctionalInterface
    private interface Rollback {
        void run() throws IOException;
    }

    private void workOn() {
        record(recorders.get(0), AFTER);
        launchRecorder("unknown");
        record(recorders.get(1), AFTER);
    }

    private void goOnAndCheck(final boolean adopt) throws IOException {
        node.startProxy(node.context().adoptCopy(adopt));
        recorders.forEach(recorder -> record(recorder, 10));
        assertGone(2 * AFTER);
        assertThat(journaledAs(VoidCause.LOST_BY_RECORDER)).isZero();

        node.stopProxy();
        node.startProxy(node.context());
        recorders.forEach(recorder -> record(recorder, 10));
        assertGone(2 * AFTER);
        assertThat(Verification.repair(SystemDisk.INSTANCE, data, () -> 0)).isNull();
        node.stopProxy();
        Verification.repair(SystemDisk.INSTANCE, data, () -> 0);
        assertThat(Verification.of(SystemDisk.INSTANCE, data).damages()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayWhatIsGoneWhereTheStateOfARunningProxyIsPutBack(final boolean inPlace) throws IOException {
        run(() -> {
            snapshot();
            workOn();
            node.stopProxy();
            putBack(inPlace);
            goOnAndCheck(!inPlace);
        });
    }

    /** As a backup that is written into the same file: what is recorded from then on has sequences of its own. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldJournalAllThatIsRecordedAfterASpoolWasPutBackInPlace(final boolean whileInUse) throws IOException {
        run(() -> {
            final Path spool = recorders.get(0).spoolFile();
            if (!whileInUse) {
                recorders.remove(0).close();
            }
            final byte[] older = Files.readAllBytes(spool);
            if (!whileInUse) {
                launchRecorder("known");
            }
            record(recorders.get(0), AFTER);
            recorders.remove(0).close();
            Files.write(spool, older);
            launchRecorder("known");
            for (int i = 0; i < AFTER; i++) {
                recorders.get(0).record(ClusterEvents.LEADER_CHANGED, null, "later " + i, null);
            }
            node.stepUntil("all of it is journaled", () -> {
                step();
                return count(ProxyCounter.JOURNALED) == BEFORE + 2 * AFTER;
            });
            assertThat(Verification.of(SystemDisk.INSTANCE, data).damages()).isEmpty();
        });
    }

    /** The journal has records behind the beginning of its session and before the state: of others. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayWhatIsGoneToARecorderThatWasThereAndHadRecordedNothing(final boolean inPlace) throws IOException {
        run(() -> {
            launchRecorder("unknown");
            final EventRecorder unknown = recorders.get(1);
            node.stepUntil("live", () -> {
                step();
                return unknown.isLive();
            });
            record(recorders.get(0), BEFORE);
            snapshot();
            record(recorders.get(0), AFTER);
            record(unknown, AFTER);
            node.stopProxy();
            putBack(inPlace);
            goOnAndCheck(!inPlace);
        });
    }

    /** What a proxy takes from a spool whose recorder has ended is acknowledged, too. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayWhatIsGoneOfAnAdoptedSpoolThatAnotherProcessContinues(final boolean inPlace) throws IOException {
        run(() -> {
            snapshot();
            record(recorders.get(0), AFTER);
            launchRecorder("unknown");
            final EventRecorder ended = recorders.remove(1);
            for (int i = 0; i < AFTER; i++) {
                assertThat(ended.record(ClusterEvents.LEADER_CHANGED, null, "left " + i, null)).isPositive();
            }
            ended.close();
            node.stepUntil("adopted", () -> {
                step();
                return count(ReceiverCounter.ADOPTED) == AFTER && journaledOf(ended.recorderId()) == AFTER;
            });
            node.stopProxy();
            launchRecorder("unknown");
            assertThat(recorders.get(1).recorderId()).isEqualTo(ended.recorderId());
            putBack(inPlace);
            goOnAndCheck(!inPlace);
        });
    }

    private long journaledOf(final UUID recorder) {
        long events = 0;
        try (JournalReader reader = new JournalReader(
            SystemDisk.INSTANCE, DataDirectory.journal(data), 0, damage -> { })) {
            while (reader.next()) {
                events += reader.kind() == JournalReader.RecordKind.EVENT &&
                    reader.event().recorderId().equals(recorder) ? 1 : 0;
            }
        }
        return events;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayWhatIsGoneWhereTheStateOfAStoppedProxyIsPutBack(final boolean inPlace) throws IOException {
        run(() -> {
            node.stopProxy();
            snapshot();
            node.startProxy(node.context());
            workOn();
            node.stopProxy();
            putBack(inPlace);
            goOnAndCheck(!inPlace);
        });
    }

    @Test
    void shouldSayWhatIsGoneToARecorderThatComesSomeStartsLater() throws IOException {
        run(() -> {
            node.stopProxy();
            snapshot();
            node.startProxy(node.context());
            workOn();
            node.stopProxy();
            putBack(true);
            final EventRecorder late = recorders.remove(1);
            for (int i = 0; i < 3; i++) {
                node.startProxy(node.context());
                record(recorders.get(0), 2 * AFTER);
                node.stopProxy();
            }
            recorders.add(late);
            goOnAndCheck(false);
        });
    }

    /** All that they recorded was acknowledged, so nothing of theirs waits. */
    @Test
    void shouldSayWhatIsGoneOfRecordersThatDoNotComeBack() throws IOException {
        run(() -> {
            snapshot();
            workOn();
            recorders.forEach(EventRecorder::close);
            recorders.clear();
            node.stopProxy();
            putBack(true);
            node.startProxy(node.context());
            node.stepUntil("told", () -> {
                step();
                return journaledAs(VoidCause.ACKNOWLEDGED_AND_GONE) == 2 * AFTER;
            });
            assertGone(2 * AFTER);

            node.stopProxy();
            node.startProxy(node.context());
            launchRecorder("known");
            record(recorders.get(0), 10);
            assertGone(2 * AFTER);
        });
    }

    @Test
    void shouldSayNothingOfARecorderThatIsOnlyForgotten() throws IOException {
        final long monthNs = TimeUnit.DAYS.toNanos(31);
        run(() -> {
            launchRecorder("silent");
            record(recorders.get(1), BEFORE);
            final EventRecorder silent = recorders.remove(1);
            node.stopProxy();
            node.clock().advance(monthNs);
            node.startProxy(node.context().journalRetentionLength(64 * 1024).journalRetentionNs(1));
            record(recorders.get(0), 2_000);
            node.stopProxy();
            node.startProxy(node.context());
            recorders.add(silent);
            record(silent, 10);

            assertThat(count(ReceiverCounter.ACKNOWLEDGED_AND_GONE)).isZero();
            assertThat(count(ReceiverCounter.VOIDED)).isZero();
        });
    }

    @Test
    void shouldTakeNoEventsOfARecorderThatBelongsToAnotherDirectory() throws IOException {
        run(() -> {
            final UUID id = node.proxy().identity().id();
            final Path other = dir.resolve("other");
            try (SteppedNode second = new SteppedNode(other, System.nanoTime())) {
                second.startProxy(second.context());
                assertThat(second.proxy().identity().id()).isNotEqualTo(id);
            }
            final List<String> said = new ArrayList<>();
            try (EventRecorder lost = EventRecorder.launch(new EventRecorder.Context()
                .component("lost")
                .eventTypes(ClusterEvents.CATALOG)
                .dataDir(other)
                .aeronDirectoryName(node.proxy().aeronDirectoryName())
                .nanoClock(node.clock())
                .useConductorInvoker(true)
                .closeLingerNs(0)
                .errorHandler(error -> said.add(error.getMessage())))) {
                assertThat(lost.record(ClusterEvents.LEADER_CHANGED, null, "for the other", null)).isPositive();
                node.stepUntil("refused", () -> {
                    lost.conductorInvoker().invoke();
                    return !said.isEmpty();
                });
                assertThat(said.get(0)).contains(node.proxy().aeronDirectoryName(), other.toString());
                assertThat(lost.isLive()).isFalse();
                assertThat(lost.acknowledgedSequence()).isZero();
                assertThat(count(ReceiverCounter.OTHER_DIRECTORY)).isPositive();
                assertThat(count(ReceiverCounter.ACCEPTED)).isEqualTo(BEFORE);
            }
        });
    }
}
