package herald.verify;

import herald.engine.DataDirectory;
import herald.engine.WireEvents;
import herald.io.SystemDisk;
import herald.journal.Journal;
import herald.journal.JournalRecovery;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import herald.stage.EventSlot;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A journal whose records are whole, and that says what no proxy should have written.
 */
@Timeout(120)
class JournalCheckTest {
    private static final UUID ID = new UUID(3, 4);

    @TempDir
    private Path dir;
    private Journal journal;
    private RecorderState recorder;
    private long timeNs = 1_000_000;

    @BeforeEach
    void setUp() throws IOException {
        Files.createDirectory(DataDirectory.dispatch(dir));
        final Path directory = DataDirectory.journal(dir);
        final SegmentedLog log = SegmentedLog.open(new SegmentedLog.Config(
            SystemDisk.INSTANCE, directory, 64 * 1024, new UUID(1, 2), () -> 0), 0, damage -> { });
        journal = new Journal(log, JournalRecovery.read(SystemDisk.INSTANCE, directory, damage -> { }),
            Journal.defaultForgetRecorderNs());
        recorder = new RecorderState(ID, 0);
        journal.append(new EventSlot().reset(EventSlot.Kind.START, timeNs, timeNs)
            .start(WireEvents.start(10_000, 1_000, 500, 65_536)));
    }

    @AfterEach
    void tearDown() {
        journal.close();
    }

    @Test
    void shouldTakeVoidForSequencesThatCannotCome() throws IOException {
        event(1);
        voided(2, 7);
        event(8);

        assertThat(findings()).isEmpty();
    }

    @Test
    void shouldFindMissingSequences() throws IOException {
        event(1);
        event(4);
        event(5);

        assertThat(findings()).singleElement().asString().contains("recorder " + ID + ": sequences 2 to 3 are missing");
    }

    @Test
    void shouldFindSequencesThatComeAgain() throws IOException {
        event(1);
        event(2);
        event(2);
        voided(1, 2);
        event(3);

        assertThat(findings()).hasSize(2).allMatch(what -> what.contains(" again after 2"));
    }

    @Test
    void shouldFindJournalTimeThatGoesBack() throws IOException {
        event(1);
        timeNs -= 5_000;
        event(2);

        assertThat(findings()).containsExactly("journal time goes back by 4000 ns");
    }

    @Test
    void shouldFindWhatTheTableOfTheNextSegmentKnowsAndNoRecordSays() throws IOException {
        event(1);
        recorder.journaled(9, timeNs);
        final RecorderState other = recorder;
        recorder = new RecorderState(new UUID(5, 6), 0);
        for (int i = 1; i < 400; i++) {
            event(i);
        }

        assertThat(findings()).singleElement().asString().contains(other.id() + ": sequences 2 to 9 are missing");
    }

    @Test
    void shouldTakeNoteOfWhatCanNotBeMended() throws IOException {
        event(1);
        event(3);

        assertThat(Verification.repair(SystemDisk.INSTANCE, dir, () -> 1)).hasSize(1);
        assertThat(findings()).isEmpty();
        assertThat(Verification.of(SystemDisk.INSTANCE, dir).known()).hasSize(1);
        event(5);
        assertThat(findings()).singleElement().asString().contains("sequences 4 to 4 are missing");
    }

    private List<String> findings() throws IOException {
        return Verification.of(SystemDisk.INSTANCE, dir).damages().stream().map(Finding::what).toList();
    }

    private void event(final long sequence) {
        timeNs += 1_000;
        journal.append(WireEvents.event().recorded(recorder.id(), sequence, timeNs).slot(recorder, timeNs)
            .event(recorder, sequence));
    }

    private void voided(final long from, final long to) {
        timeNs += 1_000;
        journal.append(new EventSlot().reset(EventSlot.Kind.VOID, timeNs, timeNs)
            .voided(recorder, from, to, VoidCause.LOST_BY_RECORDER));
    }
}
