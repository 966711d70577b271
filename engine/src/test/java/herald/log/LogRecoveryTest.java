package herald.log;

import herald.io.Disk;
import herald.io.SystemDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Segments that are missing, left behind, full or claimed: positions are never used twice and nothing is doubled.
 */
@Timeout(120)
class LogRecoveryTest {
    private static final int HALF = LogFixture.SEGMENT_LENGTH / 2;
    private static final byte[] MORE = {42};

    @TempDir
    private Path dir;
    private Path logDir;
    private final FaultyDisk disk = new FaultyDisk();
    private LogFixture fixture;

    @BeforeEach
    void setUp() {
        logDir = dir.resolve("log");
        fixture = new LogFixture(disk, logDir);
    }

    @Test
    void shouldReportASegmentThatIsMissing() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            for (byte i = 0; i < 5; i++) {
                final byte[] body = new byte[HALF];
                body[0] = i;
                LogFixture.append(log, body);
            }
        }
        Files.delete(fixture.segment(2 * LogFixture.SEGMENT_LENGTH));

        assertThat(fixture.readAll()).extracting(body -> (int)body[0]).containsExactly(0, 1, 3, 4);
        assertThat(fixture.damage).singleElement().satisfies(damage -> {
            assertThat(damage.fromPosition()).isEqualTo(2 * LogFixture.SEGMENT_LENGTH);
            assertThat(damage.toPosition()).isEqualTo(3 * LogFixture.SEGMENT_LENGTH);
        });
    }

    @Test
    void shouldReportASegmentOfAnotherLogAndRefuseToAppendBesideIt() throws IOException {
        final LogFixture other = new LogFixture(disk, dir.resolve("other"), new UUID(5, 5));
        for (final LogFixture each : List.of(fixture, other)) {
            try (SegmentedLog log = each.open()) {
                for (byte i = 0; i < 4; i++) {
                    LogFixture.append(log, new byte[HALF]);
                }
            }
        }
        final long stray = 2L * LogFixture.SEGMENT_LENGTH;
        Files.copy(other.segment(stray), fixture.segment(stray), StandardCopyOption.REPLACE_EXISTING);

        assertThat(fixture.readAll()).hasSize(3);
        assertThat(fixture.damage).singleElement().satisfies(damage -> {
            assertThat(damage.fromPosition()).isEqualTo(stray);
            assertThat(damage.toPosition()).isEqualTo(stray + LogFixture.SEGMENT_LENGTH);
            assertThat(damage.reason()).contains(new UUID(5, 5).toString());
        });
        assertThatThrownBy(fixture::open).isInstanceOf(LogException.class)
            .hasMessageContaining(fixture.segment(stray).toString()).hasMessageContaining("another log");
    }

    /** A failure to open a file is no damage: what is in it comes once it can be opened. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void shouldReadEverythingWhereASegmentCanNotBeOpenedForAWhile(final int mapsUntilFailure) {
        try (SegmentedLog log = fixture.open()) {
            for (byte i = 0; i < 4; i++) {
                LogFixture.append(log, new byte[HALF]);
            }
        }
        int failures = 0;
        int records = 0;
        disk.mapsUntilFailure = mapsUntilFailure;
        try (LogReader reader = fixture.reader()) {
            boolean ended = false;
            while (!ended) {
                try {
                    ended = !reader.next();
                    records += ended ? 0 : 1;
                } catch (final LogException e) {
                    assertThat(e).hasMessageContaining("Too many open files");
                    failures++;
                }
            }
        }
        assertThat(records).isEqualTo(4);
        assertThat(failures).isEqualTo(1);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldReportNothingToWhomeverComesBackInsideWhatWasPassedOver() {
        final List<Long> positions = new ArrayList<>();
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, MORE);
        }
        final long claimed = 3L * LogFixture.SEGMENT_LENGTH + 4_096;
        fixture.open(4_096).close();
        try (SegmentedLog log = fixture.open(claimed)) {
            LogFixture.append(log, MORE);
        }
        fixture.damage.clear();
        for (long position = 112; position < claimed; position += 1_008) {
            positions.add(position);
            try (LogReader reader = fixture.reader(position)) {
                assertThat(LogFixture.drain(reader)).as("from " + position).containsExactly(MORE);
            }
        }
        assertThat(positions).hasSizeGreaterThan(100);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldGoOnInThePreviousSegmentWhenAPreparedOneWasLeftBehind() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, new byte[HALF]);
            assertThat(log.prepareNextSegment()).isTrue();
        }
        final long end;
        try (SegmentedLog log = fixture.open()) {
            assertThat(log.segmentBase()).isZero();
            LogFixture.append(log, MORE);
            end = log.position();
            LogFixture.append(log, new byte[HALF]);
        }

        assertThat(end).isLessThan(LogFixture.SEGMENT_LENGTH);
        assertThat(fixture.readAll()).hasSize(3);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldKeepALastSegmentWhoseFirstLengthWasLost() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, new byte[HALF]);
            LogFixture.append(log, new byte[HALF]);
            log.settle();
            LogFixture.append(log, MORE);
        }
        zero(fixture.segment(0), HALF + 64, LogFixture.SEGMENT_LENGTH);
        zero(fixture.segment(LogFixture.SEGMENT_LENGTH), 64, 68);

        fixture.open().close();

        assertThat(fixture.segment(LogFixture.SEGMENT_LENGTH)).exists();
        assertThat(fixture.readAll()).hasSize(2).last().isEqualTo(MORE);
        assertThat(fixture.damage).isNotEmpty();
    }

    @Test
    void shouldForceWhatAKilledProcessLeftInTheSegmentBeforeAnEmptyOne() {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, new byte[log.maxBodyLength() - 16]);
            log.claim(100);
        }
        disk.forced.clear();

        try (SegmentedLog log = fixture.open()) {
            assertThat(log.position()).isEqualTo(LogFixture.SEGMENT_LENGTH + LogDescriptor.SEGMENT_HEADER_LENGTH);
            assertThat(disk.forced).hasSize(1);
        }
    }

    @Test
    void shouldGiveHolesThatAPowerCutLeftTheirPlaceOnTheDisk() throws IOException, InterruptedException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, MORE);
        }
        final Path segment = fixture.segment(0);
        final byte[] whole = Files.readAllBytes(segment);
        Files.delete(segment);
        try (RandomAccessFile sparse = new RandomAccessFile(segment.toFile(), "rw")) {
            sparse.setLength(whole.length);
            sparse.write(whole, 0, Disk.MIN_PAGE_LENGTH);
        }
        assertThat(bytesOnDisk(segment)).isLessThan(whole.length);

        fixture.open().close();

        assertThat(bytesOnDisk(segment)).isGreaterThanOrEqualTo(whole.length);
        assertThat(fixture.readAll()).containsExactly(MORE);
    }

    @Test
    void shouldStoreNothingIntoALogWhoseHolesFindNoRoom() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, new byte[HALF]);
            LogFixture.append(log, new byte[HALF]);
            LogFixture.append(log, MORE);
        }
        final Path torn = fixture.segment(LogFixture.SEGMENT_LENGTH);
        zero(torn, LogDescriptor.SEGMENT_HEADER_LENGTH, LogDescriptor.SEGMENT_HEADER_LENGTH + 4);
        final byte[] before = Files.readAllBytes(torn);
        disk.full(true);
        disk.forced.clear();

        assertThatThrownBy(fixture::open).isInstanceOf(LogException.class).hasMessageContaining("No space left");
        assertThatThrownBy(fixture::openForced).isInstanceOf(LogException.class)
            .hasMessageContaining("No space left");

        assertThat(disk.forced).isEmpty();
        assertThat(Files.readAllBytes(torn)).isEqualTo(before);
    }

    private static long bytesOnDisk(final Path file) throws IOException, InterruptedException {
        final Process stat = new ProcessBuilder("stat", "--format=%b %B", file.toString()).start();
        final String[] blocks = new String(stat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
            .trim().split(" ", -1);
        assertThat(stat.waitFor()).isZero();
        return Long.parseLong(blocks[0]) * Long.parseLong(blocks[1]);
    }

    @Test
    void shouldOpenWhatAPowerCutLeavesOfASegmentThatWasJustMade() throws IOException {
        final PowerCutDisk device = new PowerCutDisk();
        final Path left = dir.resolve("left");
        try (SegmentedLog log = new LogFixture(device, logDir).open()) {
            LogFixture.append(log, MORE);
            device.cutPower(logDir, left);
        }

        try (SegmentedLog log = new LogFixture(left).open()) {
            assertThat(log.position()).isEqualTo(LogDescriptor.SEGMENT_HEADER_LENGTH);
        }
    }

    @Test
    void shouldGoOnPastWhatSomebodyHasSeen() {
        final long seen = 3L * LogFixture.SEGMENT_LENGTH + 4_096;
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, MORE);
        }
        final long end;
        try (SegmentedLog log = fixture.open(seen)) {
            end = LogFixture.append(log, new byte[] {43});
            assertThat(end).isGreaterThanOrEqualTo(seen);
        }

        assertThat(fixture.damage).singleElement().satisfies(damage -> {
            assertThat(damage.fromPosition()).isEqualTo(96);
            assertThat(damage.toPosition()).isEqualTo(seen);
        });
        try (SegmentedLog log = fixture.open(seen)) {
            assertThat(log.position()).isGreaterThan(end);
        }
        assertThat(fixture.readAll()).containsExactly(MORE, new byte[] {43});
        try (LogReader reader = fixture.reader(seen)) {
            assertThat(LogFixture.drain(reader)).containsExactly(new byte[] {43});
        }
    }

    @Test
    void shouldGoOnPastAClaimWithinTheLastSegment() {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, MORE);
        }
        try (SegmentedLog log = fixture.open(4_096)) {
            assertThat(log.position()).isGreaterThanOrEqualTo(4_096);
            LogFixture.append(log, new byte[] {43});
        }

        assertThat(fixture.damage).hasSize(1);
        assertThat(fixture.readAll()).containsExactly(MORE, new byte[] {43});
    }

    @Test
    void shouldBeginAWipedLogPastWhatSomebodyHasSeen() {
        try (SegmentedLog log = fixture.open(100_000)) {
            assertThat(LogFixture.append(log, MORE)).isGreaterThanOrEqualTo(100_000);
        }
        assertThat(fixture.readAll()).containsExactly(MORE);
    }

    @Test
    void shouldTakeTheSameRecordOnceThereIsRoomAgain() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            final Random random = new Random(11);
            final byte[] first = LogFixture.body(random, HALF);
            final byte[] second = LogFixture.body(random, HALF);
            LogFixture.append(log, first);
            disk.full = true;
            final long position = log.position();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> log.claim(HALF)).isInstanceOf(LogFullException.class)
                    .hasMessageContaining(logDir.toString()).hasMessageContaining("No space left");
                assertThat(log.position()).isEqualTo(position);
            }
            LogFixture.append(log, MORE);

            disk.full = false;
            LogFixture.append(log, second);

            assertThat(fixture.readAll()).usingElementComparator(Arrays::compare)
                .isEqualTo(List.of(first, MORE, second));
            assertThat(SystemDisk.INSTANCE.list(logDir, "")).hasSize(2);
        }
    }

    @Test
    void shouldNeverCallAForceGoodAfterOneFailed() throws IOException {
        try (SegmentedLog log = fixture.openForced()) {
            LogFixture.append(log, new byte[HALF]);
            assertThat(log.prepareNextSegment()).isTrue();
            disk.failing = true;
            assertThatThrownBy(() -> log.claim(HALF)).isExactlyInstanceOf(LogException.class)
                .hasMessageContaining("Input/output error");
            disk.failing = false;

            assertThatThrownBy(() -> log.claim(HALF)).isExactlyInstanceOf(LogException.class)
                .hasMessageContaining("an earlier force").hasMessageContaining("open it again");
            assertThatThrownBy(log::force).isInstanceOf(IOException.class).hasMessageContaining("position 0 ");
        }
    }

    private static void zero(final Path file, final int from, final int to) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, from, to, (byte)0);
        Files.write(file, bytes);
    }
}
