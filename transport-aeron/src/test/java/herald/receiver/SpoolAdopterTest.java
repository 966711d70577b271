package herald.receiver;

import herald.events.ClusterEvents;
import herald.recorder.EventRecorder;
import herald.recorder.SpoolFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What recorders leave behind goes the way of all events, and what damage took of it is passed over by name.
 */
@Timeout(30)
class SpoolAdopterTest {
    private static final int HEADER_LENGTH = 4096;

    @TempDir
    private Path dir;
    private final List<Throwable> told = new ArrayList<>();
    private ReceiverFixture fixture;

    @BeforeEach
    void open() throws IOException {
        fixture = new ReceiverFixture(dir);
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    private EventRecorder launch(final String component) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(fixture.spoolDir)
            .spoolLength(64 * 1024)
            .aeronDirectoryName(dir.resolve("no-driver").toString())
            .useConductorInvoker(true)
            .errorHandler(told::add));
    }

    private UUID leave(final String component, final int events) {
        try (EventRecorder recorder = launch(component)) {
            for (int i = 0; i < events; i++) {
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "left behind", null)).isEqualTo(i + 1);
            }
            return recorder.recorderId();
        }
    }

    private void damageLastEvents(final Path spool, final int events, final int damaged) throws IOException {
        final byte[] bytes = Files.readAllBytes(spool);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        final int frameLength = ((end - HEADER_LENGTH) / events + 15) / 16 * 16;
        bytes[end - 2 - (damaged - 1) * frameLength] ^= 1;
        Files.write(spool, bytes);
    }

    private void scan() {
        fixture.nowNs += 2_000;
    }

    @Test
    void shouldTakeWhatIsLeftAndTrimItOnceItIsDurable() throws IOException {
        final UUID id = leave("gone", 200);
        scan();
        fixture.await(() -> fixture.taken.size() == 200);
        assertThat(fixture.count(ReceiverCounter.ADOPTED)).isEqualTo(200);
        try (EventRecorder next = launch("gone")) {
            assertThat(next.recorderId()).as("the proxy holds it until it is durable").isNotEqualTo(id);
        }
        fixture.journalAll();
        fixture.step();
        try (EventRecorder next = launch("gone")) {
            assertThat(next.recorderId()).isEqualTo(id);
            assertThat(next.acknowledgedSequence()).isEqualTo(200);
        }
    }

    @Test
    void shouldPassOverWhatDamageTookAndTellTheNextLaunch() throws IOException {
        final UUID id = leave("hurt", 5);
        final Path spool = fixture.spoolDir.resolve("hurt" + SpoolFile.SUFFIX);
        damageLastEvents(spool, 5, 2);
        scan();
        fixture.await(() -> fixture.taken.size() == 4);
        assertThat(fixture.takenOf(id)).containsExactly("event 1", "event 2", "event 3", "lost 4..5");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isEqualTo(2);

        fixture.taken.remove(3);
        fixture.journalAll();
        fixture.step();
        try (EventRecorder next = launch("hurt")) {
            assertThat(next.spoolFile()).as("what is lost is not durable yet").isNotEqualTo(spool);
        }
        fixture.taken.add(new ReceiverFixture.Taken(id, 4, 5, "lost"));
        fixture.journalAll();
        fixture.step();
        try (EventRecorder next = launch("hurt")) {
            assertThat(next.spoolFile()).isEqualTo(spool);
            assertThat(next.recorderId()).isNotEqualTo(id);
        }
        assertThat(told).singleElement().satisfies(error ->
            assertThat(error).hasMessageContaining("is damaged").hasMessageContaining("4 to 5 are lost"));
    }

    @Test
    void shouldDrainASpoolThatWasSetAsideAndDeleteIt() throws IOException {
        final UUID id = leave("copied", 3);
        final Path spool = fixture.spoolDir.resolve("copied" + SpoolFile.SUFFIX);
        final Path copy = fixture.spoolDir.resolve("copy");
        Files.copy(spool, copy);
        Files.move(copy, spool, StandardCopyOption.REPLACE_EXISTING);
        leave("copied", 1);
        assertThat(told).singleElement().satisfies(error -> assertThat(error).hasMessageContaining("is a copy"));

        scan();
        fixture.await(() -> fixture.takenOf(id).size() == 3 && fixture.taken.size() == 4);
        fixture.journalAll();
        fixture.step();

        try (var files = Files.list(fixture.spoolDir)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                .containsExactlyInAnyOrder("copied.spool", "copied.lock");
        }
    }

    @Test
    void shouldNotLetOneBadFileStopTheOthers() throws IOException {
        final UUID id = leave("zzz", 1);
        Files.createDirectory(fixture.spoolDir.resolve("aaa" + SpoolFile.SUFFIX));
        Files.write(fixture.spoolDir.resolve("bbb" + SpoolFile.SUFFIX), new byte[100]);
        scan();
        fixture.await(() -> fixture.takenOf(id).equals(List.of("event 1")));
        fixture.journalAll();
        fixture.step();
        scan();
        fixture.await(() -> !fixture.errors.isEmpty());
        assertThat(fixture.errors.get(0)).hasMessageContaining("cannot look for spools");
        fixture.errors.clear();
    }

    @Test
    void shouldWaitForRoomInTheRing() {
        final UUID id = leave("gone", 10);
        fixture.full = true;
        scan();
        fixture.await(() -> fixture.count(ReceiverCounter.BACK_PRESSURE) > 2);
        fixture.full = false;
        fixture.await(() -> fixture.takenOf(id).size() == 10);
        assertThat(fixture.count(ReceiverCounter.RESENT)).isZero();
    }
}
