package herald.recorder;

import herald.io.FileMutex;
import herald.io.SystemDisk;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

/**
 * A spool is deleted once it is done with, and not before; what its recorder counted stays counted, once.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SpoolRetirementTest {
    private static final long AGE_NS = TimeUnit.HOURS.toNanos(1);
    private static final long MINUTE_NS = TimeUnit.MINUTES.toNanos(1);

    @TempDir
    private Path dir;
    private SpoolFixture fixture;
    private SpoolRetirement retirement;
    private long nowNs = Long.MAX_VALUE - AGE_NS / 2;

    @BeforeEach
    void setUp() {
        fixture = new SpoolFixture(dir.resolve("spool"));
        retirement = retirement();
    }

    private SpoolRetirement retirement() {
        return new SpoolRetirement(SystemDisk.INSTANCE, fixture.dir, AGE_NS, nowNs, fixture.errors::add);
    }

    /** Looks each minute. */
    private int pass(final long timeNs) {
        int deleted = 0;
        for (long passedNs = 0; passedNs < timeNs; passedNs += MINUTE_NS) {
            deleted += retirement.step(nowNs);
            nowNs += MINUTE_NS;
        }
        return deleted;
    }

    /** Leaves a spool behind in which as many events wait; six were recorded, and two refused. */
    private UUID leave(final int waiting) {
        try (Spool spool = fixture.acquire()) {
            SpoolFixture.append(spool, 6);
            spool.count(RecorderCounter.SPOOL_FULL, 2);
            spool.trim(spool.nextSequence() - 1 - waiting);
            return spool.recorderId();
        }
    }

    private void putACopyInPlace() throws IOException {
        final Path copy = Files.copy(fixture.file(), dir.resolve("copy"));
        Files.move(copy, fixture.file(), StandardCopyOption.REPLACE_EXISTING);
    }

    private Map<RecorderCounter, Long> counted(final String component) throws IOException {
        return SpoolCounters.byComponent(SystemDisk.INSTANCE, dir, error -> fail("nothing is unreadable", error))
            .getOrDefault(component, Map.of());
    }

    @Test
    void shouldDeleteADrainedSpoolWithoutAnOwnerAfterTheTimeAndNotBefore() throws IOException {
        final UUID id = leave(0);
        assertThat(pass(AGE_NS)).isZero();
        assertThat(fixture.file()).exists();
        assertThat(pass(MINUTE_NS)).isEqualTo(1);

        try (var left = Files.list(fixture.dir)) {
            assertThat(left.map(Path::getFileName).map(Path::toString)).containsExactly("retired-counters.txt");
        }
        try (Spool again = fixture.acquire()) {
            assertThat(again.recorderId()).isNotEqualTo(id);
            assertThat(again.nextSequence()).isEqualTo(1);
        }
        assertThat(fixture.errors).isEmpty();
    }

    @Test
    void shouldKeepWhatIsHeldHoweverLongAndCountFromWhenItWasLetGo() {
        leave(0);
        final Spool held = fixture.acquire();
        assertThat(pass(3 * AGE_NS)).isZero();
        held.close();
        assertThat(pass(AGE_NS)).isZero();
        assertThat(pass(MINUTE_NS)).isEqualTo(1);
    }

    @Test
    void shouldKeepWhatHoldsEventsUntilTheyAreGone() {
        leave(3);
        assertThat(pass(3 * AGE_NS)).isZero();
        try (Spool drained = fixture.acquire()) {
            drained.trim(6);
        }
        assertThat(pass(AGE_NS)).isZero();
        assertThat(pass(MINUTE_NS)).isEqualTo(1);
    }

    @Test
    void shouldBeginAgainWhereTheSpoolWasUsedMeanwhile() {
        leave(0);
        pass(AGE_NS - MINUTE_NS);
        leave(0);
        assertThat(pass(AGE_NS)).isZero();
        assertThat(pass(MINUTE_NS)).isEqualTo(1);
    }

    @Test
    void shouldLeaveAloneWhatIsDamagedOrNoSpool() throws IOException {
        leave(0);
        fixture.flip(SpoolDescriptor.TRIM_SLOT_A_OFFSET, 0);
        fixture.flip(SpoolDescriptor.TRIM_SLOT_B_OFFSET, 0);
        Files.createDirectory(fixture.dir.resolve("directory.spool"));
        Files.writeString(fixture.dir.resolve("text.spool"), "nothing of Herald's");
        assertThat(pass(3 * AGE_NS)).isZero();
        assertThat(fixture.file()).exists();
        assertThat(fixture.dir.resolve("text.spool")).exists();
    }

    @Test
    void shouldAddUpWhatWasCountedByComponent() throws IOException {
        leave(0);
        pass(AGE_NS + MINUTE_NS);
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 2L);
        leave(0);
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 4L);
        pass(AGE_NS + MINUTE_NS);
        assertThat(fixture.file()).doesNotExist();
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 4L)
            .containsEntry(RecorderCounter.RECORDED, 12L).containsEntry(RecorderCounter.TOO_LONG, 0L);
    }

    @Test
    void shouldCountOnceWhereAKillCameBeforeTheSpoolWasDeleted() throws IOException {
        leave(0);
        final byte[] spool = Files.readAllBytes(fixture.file());
        pass(AGE_NS + MINUTE_NS);
        Files.write(fixture.file(), spool);
        retirement = retirement();
        pass(AGE_NS + MINUTE_NS);
        assertThat(fixture.file()).doesNotExist();
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 2L);
    }

    @Test
    void shouldCountOnWhatWasSetAsideAndDrained() throws IOException {
        leave(3);
        putACopyInPlace();
        fixture.acquire().close();
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 2L);
        for (final OrphanSpool orphan : SpoolFile.acquireOrphans(
            SystemDisk.INSTANCE, fixture.dir, fixture.errors::add)) {
            orphan.releaseDrained();
        }
        assertThat(fixture.files(".old.spool")).isEmpty();
        assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 2L)
            .containsEntry(RecorderCounter.RECORDED, 6L);
    }

    @Test
    void shouldCountOnWhatAnEmptySpoolHadThatCantBeContinued() throws IOException {
        final UUID id = leave(0);
        putACopyInPlace();
        try (Spool again = fixture.acquire()) {
            assertThat(again.recorderId()).isNotEqualTo(id);
            assertThat(counted("cmd")).containsEntry(RecorderCounter.SPOOL_FULL, 2L)
                .containsEntry(RecorderCounter.RECORDED, 6L);
        }
    }

    @Test
    void shouldKeepTheSpoolWhereWhatItCountedCantBeKept() throws IOException {
        leave(0);
        final Path file = fixture.dir.resolve("retired-counters.txt");
        for (final String wrong : new String[] {"something else\n", "herald-retired-counters 1\nlast\n",
            "herald-retired-counters 1\nlast 00000000-0000-0001-0000-000000000002\ncmd 1 x\n", "\u00e4"}) {
            Files.writeString(file, wrong);
            pass(2 * AGE_NS);
            assertThat(fixture.file()).exists();
        }
        assertThat(fixture.errors).hasSize(4).allSatisfy(error -> assertThat(error).hasMessageContaining(
            "of " + file + " is not as Herald writes it: move the file away"));
        Files.delete(file);
        assertThat(pass(2 * MINUTE_NS)).isEqualTo(1);
    }

    /** Waits for nobody, takes no memory, and tells it once. */
    @Test
    void shouldKeepTheSpoolWhereTheFileOfWhatItCountedCanBeNone() throws Exception {
        leave(0);
        final Path file = fixture.dir.resolve("retired-counters.txt");
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        pass(2 * AGE_NS);
        Files.delete(file);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        pass(2 * AGE_NS);
        assertThat(fixture.file()).exists();
        assertThat(fixture.errors).satisfiesExactly(
            pipe -> assertThat(pipe).hasMessageContaining(
                file + " is no regular file, but a pipe, socket or device: move the file away"),
            huge -> assertThat(huge).hasMessageContaining(file + " is longer than 4MiB: move the file away"));
        Files.delete(file);
        assertThat(pass(2 * MINUTE_NS)).isEqualTo(1);
    }

    @Test
    void shouldTellApartNoMoreComponentsThanTheLimit() throws IOException {
        Files.createDirectories(fixture.dir);
        final UnsafeBuffer header = new UnsafeBuffer(new byte[SpoolDescriptor.HEADER_LENGTH]);
        header.putLong(RecorderCounter.TOO_LONG.offset(), 1);
        for (int i = 0; i < 1_005; i++) {
            RetiredCounters.add(
                SystemDisk.INSTANCE, fixture.dir.resolve("job-" + i + ".spool"), new UUID(1, i), header);
        }
        assertThat(counted("job-999")).containsEntry(RecorderCounter.TOO_LONG, 1L);
        assertThat(counted("job-1000")).isEmpty();
        assertThat(counted("(others)")).containsEntry(RecorderCounter.TOO_LONG, 5L);
    }

    @Test
    void shouldWaitForAnotherThatCounts() throws Exception {
        leave(0);
        pass(AGE_NS);
        final FileMutex other = FileMutex.tryAcquire(fixture.dir.resolve("retired-counters.lock"));
        final Thread counting = Thread.currentThread();
        final Thread holder = new Thread(() -> {
            await().until(() -> counting.getState() == Thread.State.TIMED_WAITING);
            other.close();
        });
        holder.start();
        assertThat(pass(MINUTE_NS)).isEqualTo(1);
        holder.join();
    }
}
