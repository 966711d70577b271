package herald.engine;

import herald.engine.DamagedFiles.LogRecord;
import herald.io.SystemDisk;
import herald.log.LogException;
import herald.log.LogReader;
import herald.verify.Verification;
import org.junit.jupiter.api.AfterEach;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A repair notes no loss that did not happen and hides none that comes, and puts right segments that have another's
 * name. What a start says of them never costs records.
 */
@Tag("slow")
@Timeout(120)
class RepairTest {
    private static final int ACTIONS = 1_500;
    private static final int LENGTH = 64 * 1024;

    @TempDir
    private Path dir;
    private SteppedNode node;

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 7);
        work(3 * ACTIONS);
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    @Test
    void shouldNoteNothingOfASegmentThatWasNeverUsedAndHideNothingThatComes() throws IOException {
        while (!isUnused(last(journal()))) {
            work(40);
        }
        final Path unused = last(journal());
        final long base = Long.parseLong(unused.getFileName().toString().replace(".log", ""));
        final List<LogRecord> records = DamagedFiles.records(journal());
        DamagedFiles.flip(unused, 20);

        assertThat(damages()).singleElement().asString().contains("its header is damaged");
        assertThat(repair()).contains("moved journal");
        assertThat(losses()).doesNotExist();
        assertThat(damages()).isEmpty();
        assertThat(DamagedFiles.records(journal())).isEqualTo(records);

        work(3 * ACTIONS);
        final List<LogRecord> later = DamagedFiles.records(journal()).stream()
            .filter(record -> record.position() >= base && record.end() <= base + LENGTH).toList();
        assertThat(later).hasSizeGreaterThan(40);
        for (final int i : new int[] {5, 15, 25}) {
            DamagedFiles.flipRecord(journal(), later.get(i));
        }
        assertThat(damages()).hasSize(3);
        assertThat(verify().known()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldNoteNothingOfALastSegmentThatItBringsBack(final String log) throws IOException {
        final Path directory = node.dir().resolve(log);
        final List<LogRecord> records = DamagedFiles.records(directory);
        final Path segment = DamagedFiles.segmentOf(directory, records.get(records.size() - 1).position());
        DamagedFiles.flip(segment, 20);

        assertThat(repair()).contains("wrote the header of " + segment.getFileName());
        assertThat(losses()).doesNotExist();
        assertThat(damages()).isEmpty();
        assertThat(DamagedFiles.records(directory)).isEqualTo(records);
        work(ACTIONS);
        assertThat(damages()).isEmpty();
    }

    @Test
    void shouldBringBackASegmentWhoseFirstRecordIsDamagedTooAndNoteThatRecordAlone() throws IOException {
        final List<LogRecord> records = DamagedFiles.records(journal()).stream()
            .filter(record -> record.position() / LENGTH == 1).toList();
        DamagedFiles.flip(DamagedFiles.segmentOf(journal(), LENGTH), 0);
        DamagedFiles.flipRecord(journal(), records.get(0));

        repair();

        assertThat(damages()).isEmpty();
        assertThat(Files.readAllLines(losses())).singleElement().asString()
            .contains(" " + records.get(0).position() + ".." + records.get(0).end() + ": ").contains(" [crc32c=");
        work(ACTIONS);
        assertThat(damages()).isEmpty();
    }

    @Test
    void shouldKnowDamageNoMoreWhereOtherBytesStand() throws IOException {
        final LogRecord record = DamagedFiles.records(journal()).get(100);
        DamagedFiles.flipRecord(journal(), record);
        repair();
        assertThat(verify().known()).hasSize(1);

        DamagedFiles.flip(DamagedFiles.segmentOf(journal(), record.position()), record.position() % LENGTH + 30);

        assertThat(verify().known()).isEmpty();
        assertThat(damages()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldPutRightSegmentsThatWereSwapped(final String log) throws IOException {
        final Path directory = node.dir().resolve(log);
        final List<LogRecord> records = DamagedFiles.records(directory);
        final Path first = DamagedFiles.segmentOf(directory, 0);
        final Path second = DamagedFiles.segmentOf(directory, LENGTH);
        final Path aside = dir.resolve("aside");
        Files.move(first, aside);
        Files.move(second, first);
        Files.move(aside, second);

        assertThat(damages()).hasSizeGreaterThanOrEqualTo(2);
        repair();

        assertNothingLost(directory, records);
    }

    @ParameterizedTest
    @ValueSource(longs = {LENGTH + 1, 100 * LENGTH, 3})
    void shouldTakeOutASegmentThatIsThereASecondTime(final long base) throws IOException {
        final List<LogRecord> records = DamagedFiles.records(journal());
        final Path name = journal().resolve(String.format(Locale.ROOT, "%020d.log", base));
        Files.copy(DamagedFiles.segmentOf(journal(), LENGTH), name);

        assertThat(damages()).isNotEmpty();
        assertThat(repair()).contains("moved journal/" + name.getFileName());

        assertThat(name).doesNotExist();
        assertNothingLost(journal(), records);
    }

    @Test
    void shouldGiveASegmentItsNameBackAndGoOnWithARepairThatWasInterrupted() throws IOException {
        final List<LogRecord> records = DamagedFiles.records(journal());
        Files.move(
            DamagedFiles.segmentOf(journal(), 0), journal().resolve(String.format(Locale.ROOT, "%020d.log", 16)));
        Files.move(DamagedFiles.segmentOf(journal(), LENGTH),
            journal().resolve(String.format(Locale.ROOT, "%020d.log.placing", LENGTH)));

        repair();

        assertNothingLost(journal(), records);
    }

    @Test
    void shouldAdviseARepairWhereItCanNotStartAndNothingThatLosesRecords() throws IOException {
        final Path segment = DamagedFiles.segmentOf(journal(), LENGTH);
        final byte[] whole = Files.readAllBytes(segment);
        final byte[] noMagic = whole.clone();
        noMagic[0] ^= 1;
        final byte[] damaged = whole.clone();
        damaged[20] ^= 1;
        for (final byte[] bytes : List.of(noMagic, damaged, Files.readAllBytes(DamagedFiles.segmentOf(journal(), 0)))) {
            for (final long base : LogReader.segmentBases(SystemDisk.INSTANCE, journal())) {
                if (base > LENGTH) {
                    Files.delete(DamagedFiles.segmentOf(journal(), base));
                }
            }
            Files.write(segment, bytes);
            assertThatThrownBy(() -> node.startProxy(node.context())).isInstanceOf(LogException.class)
                .hasMessageContaining("herald verify --repair").hasMessageNotContainingAny("move", "lost");
        }
    }

    private void assertNothingLost(final Path log, final List<LogRecord> records) throws IOException {
        assertThat(losses()).doesNotExist();
        assertThat(damages()).isEmpty();
        assertThat(DamagedFiles.records(log)).isEqualTo(records);
        work(ACTIONS);
        assertThat(damages()).isEmpty();
        assertThat(verify().lines().toString()).contains("equals the journal's from position 64 (");
    }

    private void work(final int actions) throws IOException {
        node.startRecorders();
        node.startProxy(node.context());
        node.work(actions);
        node.settle();
        node.stopProxy();
        node.stopRecorders();
    }

    private static boolean isUnused(final Path segment) throws IOException {
        final byte[] bytes = Files.readAllBytes(segment);
        return Arrays.equals(bytes, 64, bytes.length, new byte[bytes.length - 64], 0, bytes.length - 64);
    }

    private static Path last(final Path log) {
        final List<Long> bases = LogReader.segmentBases(SystemDisk.INSTANCE, log);
        return DamagedFiles.segmentOf(log, bases.get(bases.size() - 1));
    }

    private Path journal() {
        return DataDirectory.journal(node.dir());
    }

    private Path losses() {
        return node.dir().resolve("quarantine/losses.txt");
    }

    private Verification verify() throws IOException {
        return Verification.of(SystemDisk.INSTANCE, node.dir());
    }

    private List<String> damages() throws IOException {
        return verify().damages().stream().map(finding -> finding.describe(node.dir())).toList();
    }

    private String repair() throws IOException {
        return Verification.repair(SystemDisk.INSTANCE, node.dir(), node.clock()).toString();
    }
}
