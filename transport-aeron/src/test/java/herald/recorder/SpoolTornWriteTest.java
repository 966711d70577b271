package herald.recorder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The power goes after any store, and of all that was stored since the last force the device has what it likes: of
 * each unit any value that the unit had meanwhile. What was forced is given back, whole, once and in order.
 */
@Timeout(300)
class SpoolTornWriteTest {
    private static final int EXHAUSTIVE = 1_024;

    @TempDir
    private Path dir;
    private WatchedSpool watched;
    private Spool spool;
    private final List<byte[]> images = new ArrayList<>();
    private final Random random = new Random(20260101);
    private byte[] base;
    private int unit;
    private int samples;
    private long appended;
    private long accepted;
    private long acknowledged;
    private long cuts;
    private long allSubsets;

    @BeforeEach
    void setUp() throws IOException {
        watched = new WatchedSpool(dir.resolve("spools"));
        spool = watched.spool;
    }

    @AfterEach
    void tearDown() {
        watched.close();
    }

    private void begin(final int unitLength, final int samplesEach) throws IOException {
        unit = unitLength;
        samples = samplesEach;
        spool.forceFirst();
        watched.onStore(this::cutPower);
    }

    private void cutPower() {
        if (watched.disk.forced != base) {
            base = watched.disk.forced;
            images.clear();
            images.add(base);
        }
        images.add(watched.image());
        final List<List<byte[]>> versions = new ArrayList<>();
        final List<Integer> places = new ArrayList<>();
        long combinations = 1;
        for (int at = 0; at < base.length; at += unit) {
            final List<byte[]> values = valuesAt(at);
            if (values.size() > 1) {
                places.add(at);
                versions.add(values);
                combinations = Math.min(combinations * values.size(), Integer.MAX_VALUE);
            }
        }
        allSubsets += combinations <= EXHAUSTIVE ? 1 : 0;
        for (long i = 0; i < (combinations <= EXHAUSTIVE ? combinations : samples); i++) {
            final byte[] left = base.clone();
            long choice = i;
            for (int place = 0; place < places.size(); place++) {
                final int many = versions.get(place).size();
                final int chosen = combinations <= EXHAUSTIVE ? (int)(choice % many) : random.nextInt(many);
                choice /= many;
                System.arraycopy(versions.get(place).get(chosen), 0, left, places.get(place), unit);
            }
            check(left);
        }
    }

    private List<byte[]> valuesAt(final int at) {
        final List<byte[]> values = new ArrayList<>();
        for (final byte[] image : images) {
            boolean known = false;
            for (int i = 0; !known && i < values.size(); i++) {
                known = Arrays.equals(values.get(i), 0, unit, image, at, at + unit);
            }
            if (!known) {
                values.add(Arrays.copyOfRange(image, at, at + unit));
            }
        }
        return values;
    }

    private void check(final byte[] left) {
        cuts++;
        final SpoolScan scan = SpoolScan.of(spool.file(), ByteBuffer.wrap(left));
        assertThat(scan.recorderId()).isEqualTo(WatchedSpool.ID);
        assertThat(scan.lastSequence()).as("nothing is said to be lost that never was").isLessThanOrEqualTo(appended);
        assertThat(scan.trimmedSequence()).isLessThanOrEqualTo(acknowledged);
        long expected = scan.trimmedSequence() + 1;
        for (int i = 0; i < scan.count(); i++) {
            final long sequence = scan.sequence(i);
            assertThat(sequence).isGreaterThanOrEqualTo(expected);
            if (sequence > expected) {
                assertThat(expected).as("the first one missing").isGreaterThan(accepted);
            }
            assertWhole(left, scan, i);
            expected = sequence + 1;
        }
        assertThat(expected - 1).as("what is forced is given back").isGreaterThanOrEqualTo(accepted);
    }

    private static void assertWhole(final byte[] left, final SpoolScan scan, final int index) {
        final long sequence = scan.sequence(index);
        final int from = SpoolDescriptor.HEADER_LENGTH + scan.offset(index) + SpoolDescriptor.FRAME_HEADER_LENGTH;
        final int length = scan.length(index) - SpoolDescriptor.FRAME_HEADER_LENGTH;
        boolean whole = ByteBuffer.wrap(left).order(ByteOrder.LITTLE_ENDIAN).getLong(from) == sequence;
        for (int i = 8; whole && i < length; i++) {
            whole = left[from + i] == (byte)sequence;
        }
        assertThat(whole).as("event %s is whole", sequence).isTrue();
    }

    private boolean append(final int length) {
        final int offset = spool.claim(length);
        if (offset >= 0) {
            appended = spool.nextSequence();
            spool.ring().setMemory(offset, length, (byte)appended);
            spool.ring().putLong(offset, appended);
            spool.publish(length);
        }
        return offset >= 0;
    }

    private void force() throws IOException {
        spool.prepareForce();
        spool.force();
        accepted = spool.lastSequence();
        cutPower();
    }

    private void trim(final long sequence) {
        acknowledged = Math.max(acknowledged, Math.min(sequence, accepted));
        spool.trim(acknowledged);
    }

    @Test
    void shouldGiveBackWhatWasForcedWhicheverOfSmallWritesAreLost() throws IOException {
        begin(8, 40);
        for (int i = 0; i < 250; i++) {
            while (!append(8 + i % 3 * 8)) {
                trim(accepted - 3);
                force();
            }
            force();
            if (i % 5 == 4) {
                trim(accepted - i % 7);
            }
        }
        assertThat(spool.tailPosition()).isGreaterThan(3L * WatchedSpool.CAPACITY);
        assertThat(allSubsets).as("crashes of which every outcome was looked at").isGreaterThan(1_000);
        assertThat(cuts).isGreaterThan(50_000);
    }

    @Test
    void shouldGiveBackWhatWasForcedWhicheverSectorsAreLost() throws IOException {
        begin(512, 40);
        run(400);
        assertThat(allSubsets).isGreaterThan(1_000);
    }

    @Test
    void shouldGiveBackWhatWasForcedWhicheverWritesOfManyEventsAreLost() throws IOException {
        begin(8, 10);
        run(200);
        assertThat(cuts).isGreaterThan(10_000);
    }

    /** Events of any length, several a force, trims at any time, until the ring is full and further. */
    private void run(final int events) throws IOException {
        while (appended < events) {
            final boolean fits = append(8 + random.nextInt(300));
            if (!fits) {
                trim(spool.trimmedSequence() + 1 + random.nextInt(4));
            }
            if (!fits || random.nextInt(3) == 0) {
                force();
            }
            if (random.nextInt(4) == 0) {
                trim(spool.trimmedSequence() + random.nextInt(3));
            }
        }
        assertThat(spool.tailPosition()).isGreaterThan(5L * WatchedSpool.CAPACITY);
    }

    @Test
    void shouldInventNothingWhereNothingWasForced() {
        unit = 8;
        samples = 15;
        watched.disk.forced = watched.image();
        watched.onStore(this::cutPower);
        while (appended < 60) {
            if (!append(8 + random.nextInt(300))) {
                acknowledged = spool.trimmedSequence() + 1 + random.nextInt(4);
                spool.trim(acknowledged);
            }
            watched.disk.forced = random.nextInt(10) == 0 ? watched.image() : watched.disk.forced;
        }
        assertThat(cuts).isGreaterThan(5_000);
    }

    @Test
    void shouldNumberAnewAfterAPowerCut() throws IOException {
        begin(512, 1);
        run(100);
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("after"));
        Files.createDirectories(fixture.dir);
        Files.write(fixture.file(), watched.disk.forced);
        fixture.setHeader(SpoolDescriptor.BOOT_ID_LOW_OFFSET, 1);
        try (Spool next = SpoolFile.acquire(
            watched.disk, fixture.dir, SpoolFixture.COMPONENT, SpoolFixture.CAPACITY, () -> new UUID(7, 7),
            fixture.errors::add)) {
            assertThat(next.recorderId()).isEqualTo(new UUID(7, 7));
            assertThat(next.nextSequence()).isOne();
            try (OrphanSpool orphan = fixture.orphans().get(0)) {
                assertThat(orphan.recorderId()).isEqualTo(WatchedSpool.ID);
                assertThat(orphan.sequence(orphan.events() - 1)).isGreaterThanOrEqualTo(accepted);
            }
        }
    }
}
