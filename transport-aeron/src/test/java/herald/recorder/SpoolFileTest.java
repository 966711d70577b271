package herald.recorder;

import herald.io.FileIdentity;
import herald.io.SystemDisk;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A spool is continued only where no sequence can come twice; what else holds events is drained under its old id.
 */
@Timeout(120)
class SpoolFileTest {
    private static final UUID OLD_ID = new UUID(0xABCD, 1);
    private static final int USED = 1_000;
    private static final int TRIMMED = 990;

    @TempDir
    private Path dir;
    private SpoolFixture fixture;
    private byte[] image;
    private int lastFrame;
    private int tail;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new SpoolFixture(dir.resolve("spools"));
        try (Spool spool = fixture.acquire()) {
            for (long sequence = 1; sequence <= USED; sequence++) {
                SpoolFixture.append(spool, 1);
                spool.trim(Math.min(sequence - 7, TRIMMED));
            }
            lastFrame = offset(spool, spool.positionOf(USED));
            tail = offset(spool, spool.tailPosition());
        }
        image = Files.readAllBytes(fixture.file());
    }

    private static int offset(final Spool spool, final long position) {
        return SpoolDescriptor.HEADER_LENGTH + (int)(position % spool.ring().capacity());
    }

    @Test
    void shouldNeverUseASequenceTwiceWhicheverBitOfTheHeaderIsFlipped() throws IOException {
        for (int at = 0; at < SpoolDescriptor.USED_SEQUENCE_OFFSET + 8; at++) {
            if (at < 320 || at >= SpoolDescriptor.USED_SEQUENCE_OFFSET) {
                fixture = new SpoolFixture(dir.resolve("header" + at));
                fixture.restore(image);
                fixture.flip(at, at * 5 % 8);
                assertNoSequenceTwice("header byte " + at);
            }
        }
    }

    @Test
    void shouldNeverUseASequenceTwiceWhicheverBitOfTheLastFrameIsFlipped() throws IOException {
        for (int at = lastFrame; at < tail; at++) {
            fixture = new SpoolFixture(dir.resolve("frame" + at));
            fixture.restore(image);
            fixture.flip(at, at * 3 % 8);
            assertNoSequenceTwice("frame byte " + at);
        }
    }

    @Test
    void shouldNeverUseASequenceTwiceWhereverTheLastFrameIsCut() throws IOException {
        for (int at = lastFrame; at < lastFrame + 24; at++) {
            final byte[] cut = image.clone();
            Arrays.fill(cut, at, tail, (byte)0);
            fixture = new SpoolFixture(dir.resolve("cut" + at));
            fixture.restore(cut);
            assertNoSequenceTwice("cut at " + at);
        }
    }

    private void assertNoSequenceTwice(final String what) throws IOException {
        final long numbered;
        try (Spool spool = SpoolFile.acquire(SystemDisk.INSTANCE, fixture.dir, SpoolFixture.COMPONENT,
            SpoolFixture.CAPACITY, () -> new UUID(7, 7), fixture.errors::add)) {
            numbered = SpoolFixture.append(spool);
            if (spool.recorderId().equals(OLD_ID)) {
                assertThat(numbered).as(what).isEqualTo(USED + 1);
                assertThat(SpoolFixture.waiting(spool)).as(what)
                    .containsAll(SpoolFixture.range(TRIMMED + 1, USED + 1));
                return;
            }
            assertThat(spool.recorderId()).as(what).isEqualTo(new UUID(7, 7));
            assertThat(numbered).as(what).isEqualTo(1);
        }
        assertThat(fixture.files(".old.spool")).as(what).hasSize(1);
        assertThat(fixture.errors).as(what).singleElement().asString().contains(fixture.file().toString(), "damaged");
        final long lost = what.startsWith("header") ? 0 : 1;
        for (final OrphanSpool orphan : fixture.orphans()) {
            if (orphan.recorderId().equals(OLD_ID)) {
                assertThat(SpoolFixture.waiting(orphan)).as(what)
                    .containsAll(SpoolFixture.range(TRIMMED + 1, USED - lost));
                assertThat(orphan.damages()).as(what).isNotEmpty();
                assertThat(orphan.lastSequence()).as(what).isGreaterThanOrEqualTo(USED);
            }
            orphan.close();
        }
    }

    @Test
    void shouldGiveBackAllWhereOnlyAnOverwrittenTrimSlotIsLeft() throws IOException {
        final long last;
        try (Spool spool = fixture.acquire()) {
            spool.trim(USED - 1);
            while (SpoolFixture.append(spool) > 0) {
                assertThat(spool.isEmpty()).isFalse();
            }
            spool.trim(USED + 40);
            while (SpoolFixture.append(spool) > 0) {
                assertThat(spool.isEmpty()).isFalse();
            }
            last = spool.lastSequence();
        }
        final byte[] bytes = Files.readAllBytes(fixture.file());
        final int slot = newerSlot(bytes);

        fixture.flip(slot, 0);

        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isNotEqualTo(OLD_ID);
        }
        try (OrphanSpool orphan = fixture.orphans().get(0)) {
            assertThat(SpoolFixture.waiting(orphan)).isEqualTo(SpoolFixture.range(USED + 41, last));
        }
    }

    private static int newerSlot(final byte[] bytes) {
        final UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        return buffer.getLong(SpoolDescriptor.TRIM_SLOT_A_OFFSET) > buffer.getLong(SpoolDescriptor.TRIM_SLOT_B_OFFSET) ?
            SpoolDescriptor.TRIM_SLOT_A_OFFSET : SpoolDescriptor.TRIM_SLOT_B_OFFSET;
    }

    @Test
    void shouldSurviveEitherTrimSlotOfASpoolThatWasNeverTrimmed() throws IOException {
        for (final int slot : new int[] {SpoolDescriptor.TRIM_SLOT_A_OFFSET, SpoolDescriptor.TRIM_SLOT_B_OFFSET}) {
            fixture = new SpoolFixture(dir.resolve("slot" + slot));
            try (Spool spool = fixture.acquire()) {
                SpoolFixture.append(spool, 5);
            }
            fixture.flip(slot, 4);
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.recorderId()).isEqualTo(OLD_ID);
                assertThat(SpoolFixture.waiting(spool)).isEqualTo(SpoolFixture.range(1, 5));
            }
        }
    }

    @Test
    void shouldPutFilesOfAnotherLengthAside() throws IOException {
        for (final int length : new int[] {0, 1, 63, 4095, 4096, 4097, image.length - 1, image.length + 1}) {
            fixture = new SpoolFixture(dir.resolve("length" + length));
            Files.createDirectories(fixture.dir);
            Files.write(fixture.file(), Arrays.copyOf(image, length));
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.lastSequence()).isZero();
            }
            final boolean cutInHeader = length < SpoolDescriptor.HEADER_LENGTH;
            assertThat(fixture.files(".damaged")).hasSize(cutInHeader ? 1 : 0);
            assertThat(fixture.files(".old.spool")).hasSize(cutInHeader ? 0 : 1);
        }
    }

    @Test
    void shouldRefuseANewerFormat() throws IOException {
        fixture.setHeader(SpoolDescriptor.VERSION_OFFSET, 2L | ((long)SpoolFixture.CAPACITY << 32));

        assertThatThrownBy(fixture::acquire).isInstanceOf(SpoolException.class)
            .hasMessageContaining(fixture.file().toString()).hasMessageContaining("format version 2")
            .hasMessageContaining("use the newer Herald");
        assertThat(fixture.orphans()).isEmpty();
        assertThat(fixture.file()).exists();
    }

    @Test
    void shouldSetACopyAsideAndDrainItUnderItsOldId() throws IOException {
        fixture.setHeader(SpoolDescriptor.INODE_OFFSET, 1);
        assertSetAsideWithEvents();
    }

    @Test
    void shouldSetACopyOnAnotherDeviceAsideWhereItsInodeIsTheSame() throws IOException {
        fixture.setHeader(SpoolDescriptor.DEVICE_OFFSET, FileIdentity.of(fixture.file()).device() + 1);
        assertSetAsideWithEvents();
    }

    @Test
    void shouldContinueASpoolWhoseRecorderWroteNoDevice() throws IOException {
        fixture.setHeader(SpoolDescriptor.DEVICE_OFFSET, 0);
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isEqualTo(OLD_ID);
        }
    }

    @Test
    void shouldTakeTheNextNameWhereOneIsTakenByWhatIsNoSpool() throws IOException {
        Files.delete(fixture.file());
        Files.createDirectory(fixture.file());
        final Path locked = fixture.dir.resolve("cmd~1.lock");
        Files.createSymbolicLink(locked, dir.resolve("elsewhere"));
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.file()).hasFileName("cmd~2.spool");
        }
        assertThat(fixture.errors).satisfiesExactly(
            error -> assertThat(error).hasMessageContaining(fixture.file().toString())
                .hasMessageContaining("a directory"),
            error -> assertThat(error).hasMessageContaining(locked.toString())
                .hasMessageContaining("a symbolic link"));
        assertThat(fixture.file()).isDirectory();
        assertThat(dir.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void shouldNotGoOnWhereMoreIsTrimmedThanWasUsed() throws IOException {
        final RawSpool spool = new RawSpool(OLD_ID, SpoolFixture.CAPACITY);
        spool.frame(1, new UnsafeBuffer(new byte[40])).trimmed(spool.tail(), 500).writeTo(fixture.file());
        try (Spool next = fixture.acquire()) {
            assertThat(next.recorderId()).isNotEqualTo(OLD_ID);
            assertThat(next.nextSequence()).isOne();
        }
        assertThat(fixture.files(".old.spool")).hasSize(1);
    }

    @Test
    void shouldSetASpoolFromBeforeARestartOfTheMachineAside() throws IOException {
        fixture.setHeader(SpoolDescriptor.BOOT_ID_LOW_OFFSET, 1);
        assertSetAsideWithEvents();
    }

    private void assertSetAsideWithEvents() throws IOException {
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isNotEqualTo(OLD_ID);
            assertThat(spool.lastSequence()).isZero();
            assertThat(fixture.files(".old.spool")).hasSize(1);
            assertThat(fixture.errors).singleElement().asString()
                .contains(fixture.files(".old.spool").get(0).toString(), "a copy, from before a restart");
            final List<OrphanSpool> orphans = fixture.orphans();
            assertThat(orphans).hasSize(1);
            final OrphanSpool orphan = orphans.get(0);
            assertThat(orphan.recorderId()).isEqualTo(OLD_ID);
            assertThat(orphan.damages()).isEmpty();
            assertThat(orphan.lastSequence()).isEqualTo(USED);
            assertThat(SpoolFixture.waiting(orphan)).isEqualTo(SpoolFixture.range(TRIMMED + 1, USED));
            assertThat(fixture.orphans()).isEmpty();

            orphan.close();
            assertThat(fixture.files(".old.spool")).as("events are left").hasSize(1);

            fixture.orphans().get(0).releaseDrained();
            assertThat(fixture.files("")).containsExactlyInAnyOrder(
                fixture.dir.resolve("cmd.lock"), fixture.dir.resolve(".cmd.lock.owner"), fixture.file(),
                SpoolOpening.file(fixture.file()), RetiredCounters.file(fixture.dir));
        }
    }

    @Test
    void shouldReplaceADrainedSpoolFromBeforeARestart() throws IOException {
        try (Spool spool = fixture.acquire()) {
            spool.trim(USED);
        }
        fixture.setHeader(SpoolDescriptor.BOOT_ID_LOW_OFFSET, 1);

        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isNotEqualTo(OLD_ID);
        }
        assertThat(fixture.files("")).hasSize(3);
    }

    @Test
    void shouldSetAsideWhatWasPutBackToAnOlderStateInTheSameFile() throws IOException {
        try (Spool spool = fixture.acquire()) {
            SpoolFixture.append(spool, 5);
        }
        Files.write(fixture.file(), image);
        assertSetAsideWithEvents();
    }

    @Test
    void shouldGoOnWhereAKillCameBeforeItWasNotedThatTheSpoolWasOpened() throws IOException {
        final Path noted = SpoolOpening.file(fixture.file());
        final byte[] before = Files.readAllBytes(noted);
        fixture.acquire().close();
        Files.write(noted, before);
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isEqualTo(OLD_ID);
        }
        Files.delete(noted);
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isEqualTo(OLD_ID);
        }
    }

    @Test
    void shouldGoOnWhereItCanNotBeNotedThatTheSpoolWasOpened() throws IOException {
        final Path noted = SpoolOpening.file(fixture.file());
        Files.delete(noted);
        Files.createDirectory(noted);
        for (int i = 0; i < 3; i++) {
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.recorderId()).isEqualTo(OLD_ID);
            }
        }
        assertThat(fixture.errors).isEmpty();
    }

    @Test
    void shouldGiveASecondLaunchASpoolOfItsOwn() {
        try (Spool first = fixture.acquire(); Spool second = fixture.acquire()) {
            assertThat(second.file()).isEqualTo(fixture.dir.resolve("cmd~1.spool"));
            assertThat(second.recorderId()).isNotEqualTo(first.recorderId());
        }
        try (Spool first = fixture.acquire()) {
            assertThat(first.recorderId()).isEqualTo(OLD_ID);
        }
    }

    @Test
    void shouldAdoptOnlySpoolsThatHoldEventsAndHaveNoOwner() throws IOException {
        try (Spool owned = fixture.acquire()) {
            fixture.acquire().close();
            assertThat(fixture.files(SpoolFile.SUFFIX)).hasSize(2);
            assertThat(owned.isEmpty()).isFalse();
            assertThat(fixture.orphans()).isEmpty();
        }
        final List<OrphanSpool> orphans = fixture.orphans();
        assertThat(orphans).extracting(OrphanSpool::recorderId).containsExactly(OLD_ID);

        orphans.get(0).releaseDrained();

        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isEqualTo(OLD_ID);
            assertThat(spool.lastSequence()).isEqualTo(USED);
        }
    }

    /** A channel is closed where its thread is interrupted, which any application may do to that of the adopter. */
    @Test
    void shouldReadEverythingOnAThreadThatIsInterrupted() throws IOException {
        final List<OrphanSpool> orphans;
        Thread.currentThread().interrupt();
        try {
            orphans = fixture.orphans();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        try (OrphanSpool orphan = orphans.get(0)) {
            assertThat(orphan.events()).isEqualTo(USED - TRIMMED);
            orphan.rest();
            Thread.currentThread().interrupt();
            assertThat(SpoolFixture.waiting(orphan)).isEqualTo(SpoolFixture.range(TRIMMED + 1, USED));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(orphan.nextAttempt()).isPositive();
            assertThat(orphan.isLossy()).isFalse();
        }
        assertThat(fixture.errors).isEmpty();
    }

    @Test
    void shouldFindNoOrphansWhereThereIsNoDirectory() throws IOException {
        assertThat(new SpoolFixture(dir.resolve("missing")).orphans()).isEmpty();
    }
}
