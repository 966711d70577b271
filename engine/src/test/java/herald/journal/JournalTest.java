package herald.journal;

import herald.engine.WireEvents;
import herald.io.SystemDisk;
import herald.log.LogFullException;
import herald.log.LogReader;
import herald.receiver.RecorderState;
import herald.stage.EventSlot;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The journal over many segments: what stands at their heads, and what recovery makes of it whatever was deleted.
 */
@Timeout(120)
class JournalTest {
    @TempDir
    private Path dir;
    private JournalFixture fixture;

    @BeforeEach
    void makeFixture() {
        fixture = new JournalFixture(dir);
    }

    private List<Long> bases() {
        return LogReader.segmentBases(SystemDisk.INSTANCE, dir);
    }

    private static void appendRandom(
        final Journal journal, final Random random, final List<RecorderState> recorders, final int count) {
        for (int i = 0; i < count; i++) {
            final RecorderState recorder = recorders.get(random.nextInt(recorders.size()));
            journal.append(JournalFixture.event(
                recorder, recorder.journaledSequence() + 1, 100 + i, random.nextInt(3_000)));
        }
    }

    private static String segmentName(final long base) {
        return String.format(Locale.ROOT, "%020d.log", base);
    }

    @Test
    void shouldRecoverFromTheNewestSegmentHoweverManyAreGone() throws IOException {
        final List<RecorderState> recorders = JournalFixture.recorders(20);
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            for (int i = 0; i < 20; i++) {
                journal.append(JournalFixture.event(recorders.get(i), 5 + i, 50, 10));
            }
            appendRandom(journal, new Random(42), recorders.subList(0, 5), 400);
        }
        assertThat(bases()).hasSizeGreaterThan(5);
        for (int i = bases().size(); i > 0; i--) {
            final JournalRecovery recovery = fixture.recover();
            assertThat(JournalFixture.known(recovery.recorders())).isEqualTo(JournalFixture.known(recorders));
            assertThat(recovery.start()).isEqualTo(JournalFixture.START);
            assertThat(recovery.lastJournalTimeNs()).isEqualTo(499);
            if (i > 1) {
                SystemDisk.INSTANCE.delete(dir.resolve(segmentName(bases().get(0))));
            }
        }
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldBeginEachLaterSegmentWithTheTableAndTheSettings() {
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            appendRandom(journal, new Random(7), JournalFixture.recorders(3), 100);
        }
        final List<JournalReader.RecordKind> heads = new ArrayList<>();
        for (final long base : bases()) {
            try (JournalReader reader = new JournalReader(SystemDisk.INSTANCE, dir, base, fixture.damage::add)) {
                for (int i = 0; i < 3; i++) {
                    assertThat(reader.next()).isTrue();
                    heads.add(reader.kind());
                }
            }
        }
        assertThat(heads.subList(0, 3)).containsExactly(
            JournalReader.RecordKind.START, JournalReader.RecordKind.EVENT, JournalReader.RecordKind.EVENT);
        for (int i = 3; i < heads.size(); i += 3) {
            assertThat(heads.subList(i, i + 3)).containsExactly(
                JournalReader.RecordKind.RECORDERS, JournalReader.RecordKind.SETTINGS, JournalReader.RecordKind.EVENT);
        }
    }

    @Test
    void shouldGoBackWhereTheHeadOfTheNewestSegmentIsIncomplete() {
        final List<RecorderState> recorders = JournalFixture.recorders(4);
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            appendRandom(journal, new Random(3), recorders, 100);
            journal.log().beginSegment();
        }
        assertThat(JournalFixture.known(fixture.recover().recorders())).isEqualTo(JournalFixture.known(recorders));

        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.event(recorders.get(0), 9_000, 600, 10));
        }
        final JournalRecovery recovery = fixture.recover();
        assertThat(JournalFixture.known(recovery.recorders())).isEqualTo(JournalFixture.known(recorders));
        assertThat(recovery.lastJournalTimeNs()).isEqualTo(600);
    }

    @Test
    void shouldGoBackWhereTheTableOfTheNewestSegmentIsDamaged() throws IOException {
        final List<RecorderState> recorders = JournalFixture.recorders(4);
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            for (int i = 0; i < 4; i++) {
                journal.append(JournalFixture.event(recorders.get(i), 5 + i, 50, 10));
            }
            appendRandom(journal, new Random(3), recorders.subList(0, 2), 100);
        }
        final long last = bases().get(bases().size() - 1);
        try (FileChannel channel = FileChannel.open(dir.resolve(segmentName(last)), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x55, 0x55}), 64 + 24 + 30);
        }
        final JournalRecovery recovery = fixture.recover();

        assertThat(JournalFixture.known(recovery.recorders())).isEqualTo(JournalFixture.known(recorders));
        assertThat(fixture.damage).hasSize(1);
    }

    @Test
    void shouldForgetARecorderThatWasSilentForLong() {
        final List<RecorderState> recorders = JournalFixture.recorders(3);
        final long late = 100 + JournalFixture.FORGET_NS;
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            journal.append(JournalFixture.event(recorders.get(0), 5, 99, 10));
            journal.append(JournalFixture.event(recorders.get(1), 6, 100, 10));
            for (int i = 0; i < 60; i++) {
                journal.append(JournalFixture.event(recorders.get(2), i + 1, late, 2_000));
            }
            assertThat(JournalFixture.known(fixture.recover().recorders()).keySet())
                .containsExactly(recorders.get(1).id(), recorders.get(2).id());
            journal.append(JournalFixture.event(recorders.get(0), 6, late, 10));
            for (int i = 0; i < 60; i++) {
                journal.append(JournalFixture.event(recorders.get(2), i + 61, late, 2_000));
            }
        }
        assertThat(JournalFixture.known(fixture.recover().recorders())).isEqualTo(JournalFixture.known(recorders));
    }

    @Test
    void shouldRecoverATableThatIsLongerThanASegment() throws IOException {
        final List<RecorderState> recorders = JournalFixture.recorders(4_321);
        final long head;
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            for (final RecorderState recorder : recorders) {
                journal.append(JournalFixture.event(recorder, 7, 50, 10));
                if (recorder.id().getLeastSignificantBits() % 300 == 0) {
                    assertKnown(recorders.subList(0, (int)recorder.id().getLeastSignificantBits() + 1));
                }
            }
            appendRandom(journal, new Random(5), recorders.subList(0, 9), 200);
            head = journal.headPosition();
        }
        assertKnown(recorders);
        final List<Long> before = bases().stream().filter(base -> base < head).toList();
        assertThat(before).hasSizeGreaterThan(5);
        for (final long base : before) {
            SystemDisk.INSTANCE.delete(dir.resolve(segmentName(base)));
            assertKnown(recorders);
        }
        assertThat(bases()).hasSizeGreaterThan(3);
        final List<RecorderState> all = new ArrayList<>(recorders);
        for (int i = 1; i <= 3; i++) {
            all.add(new RecorderState(new UUID(10, i), 0));
            try (Journal journal = fixture.open()) {
                assertThat(journal.headPosition()).isGreaterThanOrEqualTo(head);
                appendRandom(journal, new Random(i), all.subList(all.size() - 1, all.size()), 60);
            }
            assertKnown(all);
        }
        assertThat(fixture.damage).isEmpty();
    }

    private void assertKnown(final List<RecorderState> recorders) {
        final JournalRecovery recovery = fixture.recover();
        assertThat(JournalFixture.known(recovery.recorders())).isEqualTo(JournalFixture.known(recorders));
        assertThat(recovery.start()).isEqualTo(JournalFixture.START);
    }

    @Test
    void shouldKnowWhereWindowsWereForgottenHoweverManySegmentsAreGone() throws IOException {
        final List<RecorderState> recorders = JournalFixture.recorders(2);
        final EventSlot changed = new EventSlot().reset(EventSlot.Kind.START, 300, 300)
            .start(WireEvents.start(20_000, 1_000, 500, 65_536));
        final EventSlot same = new EventSlot().reset(EventSlot.Kind.START, 400, 400).start(changed.start());
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            assertThat(fixture.recover().windowsPosition()).isEqualTo(64);
            appendRandom(journal, new Random(1), recorders, 100);
            journal.append(changed);
            appendRandom(journal, new Random(2), recorders, 10);
        }
        try (Journal journal = fixture.open()) {
            journal.append(same);
            appendRandom(journal, new Random(3), recorders, 100);
        }
        for (int i = bases().size(); i > 0; i--) {
            assertThat(fixture.recover().windowsPosition()).isEqualTo(changed.position());
            if (i > 1) {
                SystemDisk.INSTANCE.delete(dir.resolve(segmentName(bases().get(0))));
            }
        }
    }

    @Test
    void shouldAppendTheSlotOnceWhereTheDiskWasFull() {
        final List<RecorderState> recorders = JournalFixture.recorders(1);
        int refusals = 0;
        try (Journal journal = fixture.open()) {
            journal.append(JournalFixture.start(1));
            fixture.disk.full(true);
            for (int i = 1; i <= 100; i++) {
                final EventSlot slot = JournalFixture.event(recorders.get(0), i, 100 + i, 2_000);
                try {
                    journal.append(slot);
                } catch (final LogFullException e) {
                    refusals++;
                    assertThat(recorders.get(0).journaledSequence()).isEqualTo(i - 1);
                    assertThatThrownBy(() -> journal.append(slot)).isInstanceOf(LogFullException.class);
                    fixture.disk.full(false);
                    journal.append(slot);
                    fixture.disk.full(true);
                }
            }
        }
        assertThat(refusals).isPositive();
        final List<Long> sequences = new ArrayList<>();
        try (JournalReader reader = fixture.reader()) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    sequences.add(reader.sequence());
                }
            }
        }
        assertThat(sequences).hasSize(100).isSorted().doesNotHaveDuplicates().endsWith(100L);
    }
}
