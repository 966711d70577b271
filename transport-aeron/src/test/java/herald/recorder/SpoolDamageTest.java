package herald.recorder;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever is damaged in a spool, what is whole is given back, and what is not is named. The ring of these spools
 * wraps: events of two laps lie in it, padding between them.
 *
 * <p>What bytes say is swept whole. Through the files a share is, all of it with {@code -Dherald.sweep=all}.
 */
@Tag("slow")
@Timeout(7_200)
class SpoolDamageTest {
    private static final boolean ALL = "all".equals(System.getProperty("herald.sweep"));
    private static final int HEADER = SpoolDescriptor.HEADER_LENGTH;

    @TempDir
    private Path dir;
    private byte[] image;
    private long first;
    private long last;
    private int spoolNumber;

    @BeforeEach
    void setUp() throws IOException {
        try (WatchedSpool watched = new WatchedSpool(dir.resolve("begun"))) {
            final Spool spool = watched.spool;
            while (spool.tailPosition() < 2 * WatchedSpool.CAPACITY + 600) {
                if (SpoolFixture.append(spool) < 0) {
                    spool.trim(spool.trimmedSequence() + 1);
                }
            }
            first = spool.trimmedSequence() + 1;
            last = spool.lastSequence();
            image = watched.image();
        }
        assertThat(last - first).isGreaterThan(5);
        assertThat(scan(image).damages()).isEmpty();
        assertThat(sequences(scan(image))).isEqualTo(SpoolFixture.range(first, last));
        assertThat(scan(image).offset(0)).as("the ring wraps")
            .isGreaterThan(scan(image).offset(scan(image).count() - 1));
    }

    private static SpoolScan scan(final byte[] bytes) {
        return SpoolScan.of(Path.of("damaged"), ByteBuffer.wrap(bytes));
    }

    private static List<Long> sequences(final SpoolScan scan) {
        final List<Long> sequences = new ArrayList<>();
        for (int i = 0; i < scan.count(); i++) {
            sequences.add(scan.sequence(i));
        }
        return sequences;
    }

    /** Of the frame that covers a place in the file; 0 where none of those that wait does. */
    private long eventAt(final int place) {
        final SpoolScan whole = scan(image);
        for (int i = 0; i < whole.count(); i++) {
            final int from = HEADER + whole.offset(i);
            if (place >= from && place < from + whole.length(i)) {
                return whole.sequence(i);
            }
        }
        return 0;
    }

    private List<Long> allBut(final long sequence) {
        return SpoolFixture.range(first, last).stream().filter(other -> other != sequence).toList();
    }

    @Test
    void shouldGiveBackEveryOtherEventWhicheverBitOfTheRingIsFlipped() {
        for (int at = HEADER; at < image.length; at++) {
            final long hit = eventAt(at);
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                final byte[] damaged = image.clone();
                damaged[at] ^= (byte)(1 << bit);
                final SpoolScan scan = scan(damaged);
                assertThat(sequences(scan)).as("byte %s bit %s", at, bit).isEqualTo(allBut(hit));
                assertThat(scan.lastSequence()).isEqualTo(last);
                if (hit != 0) {
                    final int place = at;
                    assertThat(scan.damages()).as("byte %s bit %s", at, bit)
                        .anyMatch(damage -> damage.fromOffset() <= place && place < damage.toOffset() &&
                            damage.reason().equals("events " + hit + " to " + hit));
                }
            }
        }
    }

    @Test
    void shouldGiveBackEveryEventWhicheverBitOfTheHeaderIsFlipped() throws IOException {
        for (int at = 0; at < HEADER; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                final byte[] damaged = image.clone();
                damaged[at] ^= (byte)(1 << bit);
                final SpoolScan scan = scan(damaged);
                assertThat(scan.recorderId()).isEqualTo(WatchedSpool.ID);
                assertThat(sequences(scan)).as("byte %s bit %s", at, bit).endsWith(allBut(0).toArray(new Long[0]));
            }
            final boolean meaningful = at < SpoolDescriptor.TRIM_SLOT_B_OFFSET + 24 || at % 1024 < 72;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                if (ALL || (meaningful && bit == at % Byte.SIZE)) {
                    assertOpens(at, bit);
                }
            }
        }
    }

    /** The same through the files. */
    private void assertOpens(final int at, final int bit) throws IOException {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("opened" + spoolNumber++));
        fixture.restore(image);
        fixture.flip(at, bit);
        try (Spool spool = SpoolFile.acquire(
            new FaultyDisk(), fixture.dir, SpoolFixture.COMPONENT, SpoolFixture.CAPACITY, () -> new UUID(7, 7),
            fixture.errors::add)) {
            if (spool.recorderId().equals(WatchedSpool.ID)) {
                assertThat(SpoolFixture.waiting(spool)).endsWith(allBut(0).toArray(new Long[0]));
                assertThat(fixture.errors).isEmpty();
                return;
            }
            assertThat(fixture.errors).hasSize(1);
            assertThat(spool.nextSequence()).isOne();
            try (OrphanSpool orphan = fixture.orphans().get(0)) {
                assertThat(SpoolFixture.waiting(orphan)).endsWith(allBut(0).toArray(new Long[0]));
            }
        }
    }

    @Test
    void shouldGiveBackWhatIsWholeWhereverTheFileIsCut() throws IOException {
        for (int length = 0; length < image.length; length++) {
            final byte[] cut = Arrays.copyOf(image, length);
            final SpoolScan scan = scan(cut);
            final int end = length;
            final SpoolScan whole = scan(image);
            final List<Long> expected = new ArrayList<>();
            for (int i = 0; length >= HEADER && i < whole.count(); i++) {
                if (HEADER + whole.offset(i) + whole.length(i) <= end) {
                    expected.add(whole.sequence(i));
                }
            }
            assertThat(sequences(scan)).as("cut at %s", length).isEqualTo(expected);
            assertThat(scan.damages()).as("cut at %s", length).isNotEmpty();
            assertThat(scan.lastSequence()).isEqualTo(length < HEADER ? 0 : last);
        }
    }

    @Test
    void shouldBeginAnewAndDrainWhatIsWholeWhereverTheFileIsCut() throws IOException {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("cut"));
        for (int length = 0; length < image.length; length += ALL || length % HEADER < 4 ? 1 : 509) {
            cutTo(fixture, length);
            fixture.errors.clear();
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.nextSequence()).isOne();
            }
            assertThat(fixture.errors).as("cut to %s", length).singleElement().asString()
                .contains(fixture.file().toString(), "damaged");
            final List<Long> expected = sequences(scan(Arrays.copyOf(image, length)));
            final List<OrphanSpool> orphans = fixture.orphans();
            assertThat(orphans).as("cut to %s", length).hasSize(length < HEADER ? 0 : 1);
            for (final OrphanSpool orphan : orphans) {
                assertThat(SpoolFixture.waiting(orphan)).isEqualTo(expected);
                assertThat(orphan.lastSequence()).isEqualTo(last);
                orphan.releaseDrained();
            }
        }
    }

    private void cutTo(final SpoolFixture fixture, final int length) throws IOException {
        Files.createDirectories(fixture.dir);
        Files.write(fixture.file(), Arrays.copyOf(image, length));
    }

    @Test
    void shouldReportAnOrphanThatIsCutWithinItsHeader() throws IOException {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("headless"));
        for (final int length : new int[] {0, 1, 60, 2_047, 2_108, HEADER - 1}) {
            cutTo(fixture, length);
            fixture.errors.clear();
            assertThat(fixture.orphans()).isEmpty();
            assertThat(fixture.errors).as("cut to %s", length).singleElement().asString()
                .contains(fixture.file().toString(), "lost");
            assertThat(fixture.file()).doesNotExist();
        }
    }

    @Test
    void shouldGiveBackWhatIsWholeWhateverRangeIsOverwritten() {
        final Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            final byte[] damaged = image.clone();
            final int from = HEADER + random.nextInt(WatchedSpool.CAPACITY);
            final int to = Math.min(image.length, from + 1 + random.nextInt(700));
            final byte[] noise = new byte[to - from];
            if (round % 3 > 0) {
                random.nextBytes(noise);
            }
            if (round % 3 > 1) {
                System.arraycopy(image, HEADER + random.nextInt(1_000), noise, 0, noise.length);
            }
            System.arraycopy(noise, 0, damaged, from, noise.length);
            final SpoolScan scan = scan(damaged);
            final List<Long> given = sequences(scan);
            assertThat(given).as("round %s", round).isSorted().doesNotHaveDuplicates();
            assertThat(SpoolFixture.range(first, last)).containsAll(given);
            for (final long sequence : allBut(0)) {
                if (!given.contains(sequence)) {
                    assertThat(overlaps(sequence, from, to)).as("round %s event %s", round, sequence).isTrue();
                    assertThat(scan.damages()).isNotEmpty();
                }
            }
        }
    }

    private boolean overlaps(final long sequence, final int from, final int to) {
        final SpoolScan whole = scan(image);
        final int index = (int)(sequence - first);
        final int start = HEADER + whole.offset(index);
        return from < start + whole.length(index) && to > start;
    }

    @Test
    void shouldTakeNoFrameFromWithinAnotherOnesText() throws IOException {
        final byte[] foreign = image.clone();
        final SpoolScan whole = scan(image);
        int longest = 0;
        for (int i = 0; i < whole.count(); i++) {
            longest = whole.length(i) > whole.length(longest) ? i : longest;
        }
        final int host = HEADER + whole.offset(longest);
        final SpoolFrames forger = new SpoolFrames(
            ByteBuffer.wrap(foreign), new UnsafeBuffer(foreign, HEADER, WatchedSpool.CAPACITY),
            WatchedSpool.CAPACITY, new UUID(1, 1));
        final UnsafeBuffer buffer = new UnsafeBuffer(foreign);
        buffer.putInt(host + 32, 48);
        buffer.putLong(host + 32 + SpoolDescriptor.SEQUENCE_OFFSET, last + 1);
        buffer.putInt(host + 32 + SpoolDescriptor.CRC_OFFSET, forger.checksum(host + 32 - HEADER, 48));
        assertThat(sequences(scan(foreign))).isEqualTo(allBut(whole.sequence(longest)));
    }

    @Test
    void shouldKeepTheNewestFewDamagedFilesOnly() throws IOException {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("bounded"));
        for (int i = 0; i < 12; i++) {
            Files.createDirectories(fixture.dir);
            Files.write(fixture.file(), new byte[] {(byte)i});
            Files.setLastModifiedTime(fixture.file(), FileTime.fromMillis(1_000_000 - i));
            fixture.acquire().close();
            assertThat(fixture.files(".damaged")).hasSize(Math.min(i + 1, 8));
        }
        for (final Path kept : fixture.files(".damaged")) {
            assertThat(Files.readAllBytes(kept)[0]).isBetween((byte)4, (byte)11);
        }
        assertThat(fixture.errors).hasSize(12);
        for (int i = 0; i < 12; i++) {
            final String told = fixture.errors.get(i).getMessage();
            final Path kept = Path.of(told.replaceAll("(?s).*set aside as (\\S+\\.damaged)[ ;].*", "$1"));
            assertThat(fixture.errors.stream().filter(error -> error.getMessage().contains("deleted: [" +
                kept.getFileName() + "]")).count()).as(told).isEqualTo(Files.exists(kept) ? 0 : 1);
        }
    }

    @Test
    void shouldTellWhatIsDeletedForADrainedSpoolAndForOneThatIsKept() throws IOException {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("told"));
        for (int i = 0; i < 8; i++) {
            cutTo(fixture, i);
            assertThat(fixture.orphans()).isEmpty();
        }
        final Path users = Files.writeString(fixture.dir.resolve("notes.damaged"), "the user's");
        Files.createDirectory(fixture.dir.resolve("cmd." + UUID.randomUUID() + ".damaged"));
        fixture.errors.clear();
        cutTo(fixture, 60);
        assertThat(fixture.orphans()).isEmpty();
        assertThat(fixture.errors).singleElement().asString().contains("kept as", "the newest 8 are kept, deleted: [");

        Files.write(fixture.file(), image);
        try (FileChannel file = FileChannel.open(fixture.file(), StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.allocate(600), HEADER + 200);
        }
        final OrphanSpool damaged = fixture.orphans().get(0);
        assertThat(damaged.damages()).isNotEmpty();
        assertThat(damaged.releaseDrained()).contains(".damaged (the newest 8 are kept, deleted: [");
        assertThat(fixture.files(".damaged")).hasSize(8 + 2).contains(users);
    }
}
