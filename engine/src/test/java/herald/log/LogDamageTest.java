package herald.log;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Whatever a crash or a disk leaves behind: whole records are read, everything else is reported, and the log goes on.
 */
@Tag("slow")
@Timeout(600)
class LogDamageTest {
    private static final byte[] MORE = {42};

    @TempDir
    private Path dir;
    private LogFixture fixture;
    private List<byte[]> bodies;
    private final List<Integer> ends = new ArrayList<>();
    private byte[] whole;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new LogFixture(dir.resolve("log"));
        bodies = new ArrayList<>();
        final Random random = new Random(7);
        try (SegmentedLog log = fixture.open()) {
            for (int i = 0; i < 12; i++) {
                bodies.add(LogFixture.body(random, i == 5 ? 16 : random.nextInt(60)));
                LogFixture.append(log, bodies.get(i));
                log.settle();
                ends.add((int)log.position());
            }
        }
        whole = Files.readAllBytes(fixture.segment(0));
    }

    @Test
    void shouldKeepWholeRecordsWhereverTheTailIsCut() {
        for (int cut = LogDescriptor.SEGMENT_HEADER_LENGTH; cut <= last(ends); cut++) {
            final byte[] torn = whole.clone();
            Arrays.fill(torn, cut, torn.length, (byte)0);
            final int intact = intactRecords(cut);

            assertGoesOn(torn, bodies.subList(0, intact), "cut at " + cut);
        }
    }

    /** Zeros at the end of a body that ends in zeros anyway change nothing. */
    private int intactRecords(final int cut) {
        int intact = 0;
        while (intact < ends.size() && isUnchanged(ends.get(intact), cut)) {
            intact++;
        }
        return intact;
    }

    private boolean isUnchanged(final int end, final int cut) {
        for (int i = cut; i < end; i++) {
            if (whole[i] != 0) {
                return false;
            }
        }
        return true;
    }

    @Test
    void shouldCutGarbageBehindTheLastRecord() {
        final Random random = new Random(8);
        for (int length = 1; length < 200; length++) {
            final byte[] torn = whole.clone();
            System.arraycopy(LogFixture.body(random, length), 0, torn, last(ends), length);
            torn[last(ends) + length - 1] = 1;

            final long cut = assertGoesOn(torn, bodies, "garbage of " + length);

            assertThat(cut).isBetween((long)length, (long)length + 15);
        }
    }

    @Test
    void shouldCutABodyWhoseLengthWasNeverPublished() {
        final byte[] torn = whole.clone();
        Arrays.fill(torn, last(ends) + 16, last(ends) + 100, (byte)0x55);

        assertThat(assertGoesOn(torn, bodies, "unpublished body")).isEqualTo(112);
    }

    private long assertGoesOn(final byte[] torn, final List<byte[]> kept, final String what) {
        write(torn);
        final long cut;
        try (SegmentedLog log = fixture.open()) {
            cut = log.cutLength();
            LogFixture.append(log, MORE);
        }
        final List<byte[]> expected = new ArrayList<>(kept);
        expected.add(MORE);
        assertThat(fixture.readAll()).as(what).usingElementComparator(Arrays::compare).isEqualTo(expected);
        assertThat(fixture.damage).as(what).isEmpty();
        return cut;
    }

    @Test
    void shouldReportEveryFlippedBitOrReadOnUnharmed() {
        for (int bit = LogDescriptor.SEGMENT_HEADER_LENGTH * 8; bit < last(ends) * 8; bit++) {
            final byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);

            assertReportedOrUnharmed(flipped, recordAt(bit / 8), "flip of bit " + bit);
        }
    }

    @Test
    void shouldReportALengthThatWasLost() {
        for (int i = 0; i < bodies.size(); i++) {
            final byte[] zeroed = whole.clone();
            Arrays.fill(zeroed, start(i), start(i) + 4, (byte)0);

            assertReportedOrUnharmed(zeroed, i, "length of record " + i);
        }
    }

    private void assertReportedOrUnharmed(final byte[] bytes, final int hit, final String what) {
        write(bytes);
        fixture.damage.clear();
        final long cut;
        try (SegmentedLog log = fixture.open()) {
            cut = log.cutLength();
            LogFixture.append(log, MORE);
        }
        final int reportedAtOpen = fixture.damage.size();
        final List<byte[]> read = fixture.readAll();
        final List<byte[]> expected = new ArrayList<>(bodies);
        expected.add(MORE);
        if (read.size() < expected.size()) {
            expected.remove(hit);
            assertThat(reportedAtOpen > 0 || cut > 0).as(what).isTrue();
            if (cut == 0) {
                assertThat(fixture.damage).as(what).hasSize(2 * reportedAtOpen).allSatisfy(damage -> {
                    assertThat(damage.fromPosition()).isEqualTo(start(hit));
                    assertThat(damage.toPosition()).isEqualTo((long)ends.get(hit));
                });
            }
        }
        assertThat(read).as(what).usingElementComparator(Arrays::compare).isEqualTo(expected);
    }

    @Test
    void shouldReadOnBehindALostLengthBeforeAnybodyReopensTheLog() {
        final byte[] zeroed = whole.clone();
        Arrays.fill(zeroed, start(5), start(5) + 4, (byte)0);
        write(zeroed);

        final List<byte[]> read = fixture.readAll();

        assertThat(read).hasSize(bodies.size() - 1);
        assertThat(fixture.damage).singleElement().satisfies(
            damage -> assertThat(damage.toPosition()).isEqualTo(start(6)));
    }

    @Test
    void shouldWaitAtATornTailUntilItIsMended() {
        final byte[] torn = whole.clone();
        torn[start(11) + LogDescriptor.RECORD_HEADER_LENGTH] ^= 1;
        write(torn);

        try (LogReader reader = fixture.reader()) {
            assertThat(LogFixture.drain(reader)).hasSize(11);
            try (SegmentedLog log = fixture.open()) {
                assertThat(log.cutLength()).isPositive();
                LogFixture.append(log, MORE);
                assertThat(LogFixture.drain(reader)).containsExactly(MORE);
            }
        }
        assertThat(fixture.damage).singleElement().satisfies(damage -> {
            assertThat(damage.fromPosition()).isEqualTo(start(11));
            assertThat(damage.toPosition()).isEqualTo((long)last(ends));
        });
    }

    @Test
    void shouldReportADamagedLastRecordOfAnIdleLogOnce() {
        final int end = start(11) + LogDescriptor.RECORD_HEADER_LENGTH + bodies.get(11).length;
        for (int bit = start(11) * 8; bit < end * 8; bit++) {
            final byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            write(flipped);
            fixture.damage.clear();

            try (LogReader reader = fixture.reader()) {
                assertThat(LogFixture.drain(reader)).as("bit " + bit).hasSize(11);
                for (int i = 0; i < 200; i++) {
                    assertThat(reader.next()).isFalse();
                }
            }
            assertThat(fixture.damage).as("bit " + bit).singleElement()
                .satisfies(damage -> assertThat(damage.fromPosition()).isEqualTo(start(11)));
        }
    }

    @Test
    void shouldRefuseADamagedHeaderNamingTheFile() {
        for (int at = 0; at < (LogDescriptor.HEADER_CRC_OFFSET + 4) * 8; at++) {
            final byte[] flipped = whole.clone();
            flipped[at / 8] ^= (byte)(1 << at % 8);
            write(flipped);

            assertThatThrownBy(fixture::open).as("bit " + at).isInstanceOf(LogException.class)
                .hasMessageContaining(fixture.segment(0).toString());
            assertThatThrownBy(fixture::readAll).as("bit " + at).isInstanceOf(LogException.class)
                .hasMessageContaining(fixture.segment(0).toString());
        }
    }

    @Test
    void shouldRefuseANewerFormat() {
        final byte[] newer = whole.clone();
        newer[LogDescriptor.VERSION_OFFSET] = LogDescriptor.FORMAT_VERSION + 1;
        write(newer);

        assertThatThrownBy(fixture::open).isInstanceOf(LogException.class)
            .hasMessageContaining("format version 2").hasMessageContaining("reads up to 1")
            .hasMessageContaining("use the newer Herald");
    }

    @Test
    void shouldRefuseAFileOfAnotherLength() {
        for (int length = 0; length < whole.length; length += length < last(ends) ? 1 : 1_021) {
            write(Arrays.copyOf(whole, length));

            assertThatThrownBy(fixture::open).as("length " + length).isInstanceOf(LogException.class)
                .hasMessageContaining(fixture.segment(0).toString());
        }
    }

    @Test
    void shouldRefuseAPositionThatCanBeNoRecords() {
        assertThatThrownBy(() -> fixture.reader(65)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("65").hasMessageContaining("16");
    }

    private void write(final byte[] bytes) {
        try {
            Files.write(fixture.segment(0), bytes);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int start(final int record) {
        return record == 0 ? LogDescriptor.SEGMENT_HEADER_LENGTH : ends.get(record - 1);
    }

    private int recordAt(final int offset) {
        int record = 0;
        while (ends.get(record) <= offset) {
            record++;
        }
        return record;
    }

    private static int last(final List<Integer> offsets) {
        return offsets.get(offsets.size() - 1);
    }
}
