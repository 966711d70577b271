package herald.engine;

import herald.engine.DamagedFiles.LogRecord;
import herald.io.SystemDisk;
import herald.link.DirectoryIdentity;
import herald.link.HeraldDirectory;
import herald.verify.Finding;
import herald.verify.ModelEvent;
import herald.verify.ReferenceModel;
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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A check of a real data directory finds what is damaged, where it is, and nothing else; a repair takes out no more,
 * and the proxy starts afterwards.
 */
@Tag("slow")
@Timeout(120)
class VerificationTest {
    private static final int ACTIONS = 1_500;

    @TempDir
    private Path dir;
    private SteppedNode node;

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("run-0")), 7);
        node.startRecorders();
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    @Test
    void shouldFindNothingBesideRunningProxyAndAfterCrashes() throws IOException {
        for (int run = 1; run <= 3; run++) {
            node.startProxy(node.context().writer(new CollectingWriter("collector")));
            for (int i = 0; i < 5; i++) {
                node.work(ACTIONS / 5);
                assertWhole(verify());
            }
            node.crashInto(dir.resolve("run-" + run));
            // It went on in a copy: nothing else is to be said of it.
            assertDamage(
                DirectoryIdentity.file(node.dir()), 0, DirectoryIdentity.FILE_LENGTH, "is a copy of directory");
            assertThat(line("dispatch")).contains(", equals the journal's from position 64 (");
            node.startRecorders();
        }
        assertThat(line("bookmark collector")).matches(".*: position \\d+ index \\d+");
        assertThat(verify().lines().toString()).containsPattern("spool component-0: \\d+ events pending");
    }

    @Test
    void shouldChangeNothing() throws IOException {
        makeLogs();
        DamagedFiles.flipRecord(journal(), DamagedFiles.records(journal()).get(40));
        Files.writeString(journal().resolve("stray"), "x");
        final Map<String, String> before = DamagedFiles.contents(node.dir());

        assertThat(verify().isWhole()).isFalse();

        assertThat(DamagedFiles.contents(node.dir())).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldCompareFromWhereBothLogsAreKept(final long seed) throws IOException {
        node.close();
        node = new SteppedNode(Files.createDirectory(dir.resolve("seed")), seed);
        node.startRecorders();
        for (int run = 0; run < 2; run++) {
            node.startProxy(node.context().journalRetentionLength(256 * 1024).dispatchRetentionLength(192 * 1024));
            node.work(6 * ACTIONS);
            node.stopProxy();
        }

        assertWhole(verify());
        assertThat(DamagedFiles.records(journal()).get(0).position()).isGreaterThan(64 * 1024);
        assertThat(line("dispatch")).contains("equals the journal's from position ")
            .doesNotContain("position 64 ").containsPattern("\\(\\d{2,} batches\\)");
    }

    @Test
    void shouldFindDamagedJournalRecordAndKeepTheOthers() throws IOException {
        makeLogs();
        final List<ModelEvent> before = events();
        final LogRecord record = DamagedFiles.records(journal()).get(100);
        DamagedFiles.flipRecord(journal(), record);

        assertDamage(DamagedFiles.segmentOf(journal(), record.position()), record.position(), record.end(), "checksum");
        assertThat(line("journal")).contains("1 damages");
        assertThat(repair()).hasSize(1).first().asString().contains("losses.txt");
        assertWhole(verify());
        assertThat(verify().known()).hasSize(1);

        goOn();
        assertWhole(verify());
        assertThat(verify().known()).hasSize(1);
        final List<Long> kept = before.stream().map(ModelEvent::position)
            .filter(position -> position != record.position()).toList();
        assertThat(events().stream().map(ModelEvent::position).toList()).startsWith(kept.toArray(new Long[0]));
    }

    @Test
    void shouldFindDamageOnceMoreThatIsNotNoted() throws IOException {
        makeLogs();
        final List<LogRecord> records = DamagedFiles.records(journal());
        DamagedFiles.flipRecord(journal(), records.get(100));
        repair();
        DamagedFiles.flipRecord(journal(), records.get(101));

        final Finding finding = verify().damages().get(0);
        assertThat(finding.from()).isEqualTo(records.get(100).position());
        assertThat(finding.to()).isEqualTo(records.get(101).end());
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldWriteDamagedHeaderAnew(final String log) throws IOException {
        makeLogs();
        final List<LogRecord> records = DamagedFiles.records(node.dir().resolve(log));
        final Path segment = DamagedFiles.segmentOf(node.dir().resolve(log), 64 * 1024);
        DamagedFiles.flip(segment, 20);

        assertDamage(segment, 64 * 1024, 128 * 1024, "header is damaged");
        assertThat(repair().toString()).contains("copied " + log, "wrote the header");
        assertWhole(verify());
        assertThat(verify().known()).isEmpty();
        assertThat(DamagedFiles.records(node.dir().resolve(log))).isEqualTo(records);
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldKeepWhatTruncatedSegmentHolds() throws IOException {
        makeLogs();
        final Path segment = DamagedFiles.segmentOf(journal(), 0);
        try (var channel = Files.newByteChannel(segment, StandardOpenOption.WRITE)) {
            channel.truncate(10_001);
        }

        assertDamage(segment, 0, 10_001, "its header says 65536");
        repair();
        assertWhole(verify());
        assertThat(verify().known()).singleElement()
            .matches(finding -> finding.from() > 9_000 && finding.from() <= 10_001 && finding.to() == 64 * 1024);
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldTakeOutSegmentOfAnotherLog() throws IOException {
        makeLogs();
        final Path other = Files.createDirectory(dir.resolve("other"));
        try (SteppedNode foreign = new SteppedNode(other, 8)) {
            foreign.startRecorders();
            foreign.startProxy(foreign.context());
            foreign.work(ACTIONS);
        }
        final Path segment = DamagedFiles.segmentOf(journal(), 64 * 1024);
        Files.write(segment, Files.readAllBytes(DamagedFiles.segmentOf(DataDirectory.journal(other), 64 * 1024)));

        assertDamage(segment, 64 * 1024, 128 * 1024, "it is of log");
        assertThat(repair().toString()).contains("moved journal");
        assertThat(segment).doesNotExist();
        assertWhole(verify());
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldMakeDamagedDispatchLogAgainFromJournal() throws IOException {
        makeLogs();
        final List<LogRecord> records = DamagedFiles.records(dispatch());
        final LogRecord record = records.get(records.size() / 2);
        DamagedFiles.flipRecord(dispatch(), record);

        assertDamage(DamagedFiles.segmentOf(dispatch(), record.position()), record.position(), record.end(),
            "checksum");
        assertThat(verify().damages().get(0).remedy().text()).contains("makes them again");
        assertThat(repair().toString()).contains("moved dispatch");
        assertWhole(verify());
        assertThat(line("dispatch")).containsPattern("\\d+ behind the journal");
        goOn();
        assertWhole(verify());
        assertThat(line("dispatch")).contains("equals the journal's from position 64 (");
    }

    @Test
    void shouldFindBatchThatIsNotWhatJournalSays() throws IOException {
        makeLogs();
        final List<LogRecord> records = DamagedFiles.records(dispatch());
        final LogRecord record = records.get(records.size() / 3);
        DamagedFiles.forge(dispatch(), record, DamagedFiles.offsetOf(dispatch(), record, "cluster.LeaderChanged"));

        assertDamage(DamagedFiles.segmentOf(dispatch(), record.position()), record.position(), record.end(),
            "1 of " + records.size() + " batches are not what the journal says");
        repair();
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldNoticeThatJournalLostItsEnd() throws IOException {
        makeLogs();
        final List<LogRecord> records = DamagedFiles.records(journal());
        final long end = records.get(records.size() - 3).position();
        DamagedFiles.zeroFrom(journal(), end);

        final String lost = "the journal ends before position " + records.get(records.size() - 1).end();
        assertThat(verify().damages()).anyMatch(finding -> finding.from() == end && finding.what().contains(lost));
        goOn();
        assertThat(verify().damages()).anyMatch(finding -> finding.from() == end &&
            finding.what().contains("no records are where the batch at "));
        repair();
        assertWhole(verify());
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldPlaceDamagedBookmarkAtOldestEvent() throws IOException {
        makeLogs();
        final Path bookmark = DataDirectory.bookmarks(node.dir()).resolve("collector.bookmark");
        DamagedFiles.flip(bookmark, 36);
        DamagedFiles.flip(bookmark, 512 + 36);

        assertDamage(bookmark, 0, 1024, "neither of its places is whole");
        assertThat(repair().toString()).contains("copied bookmarks/collector.bookmark", "at position 0");
        assertWhole(verify());
        final CollectingWriter writer = new CollectingWriter("collector");
        node.startRecorders();
        node.startProxy(node.context().writer(writer));
        node.work(ACTIONS);
        node.settle();
        node.stopProxy();
        assertWhole(verify());
        assertThat(writer.total()).isEqualTo(events().size());
    }

    @Test
    void shouldNameWhatIsNoSpoolAndCheckTheRest() throws Exception {
        makeLogs();
        final Path spools = HeraldDirectory.spoolDir(node.dir());
        final Path directory = Files.createDirectory(spools.resolve("a.spool"));
        final Path link = Files.createSymbolicLink(spools.resolve("b.spool"), dir.resolve("nowhere"));
        final Path pipe = spools.resolve("c.spool");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

        assertThat(verify().damages()).extracting(Finding::file).containsExactly(directory, link, pipe);
        assertThat(verify().damages()).extracting(Finding::what).satisfiesExactly(
            what -> assertThat(what).contains("a directory"),
            what -> assertThat(what).contains("a symbolic link"),
            what -> assertThat(what).contains("a pipe"));
        assertThat(line("journal")).contains("whole");
        repair();
        assertThat(directory).exists();
        assertThat(Files.isSymbolicLink(link)).isTrue();
        assertThat(pipe).exists();
    }

    @Test
    void shouldKeepWholeEventsOfDamagedSpool() throws IOException {
        makeLogs();
        node.startRecorders();
        node.work(200);
        node.stopRecorders();
        final Path spool = HeraldDirectory.spoolDir(node.dir()).resolve("component-0.spool");
        assertWhole(verify());
        final ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(spool)).order(ByteOrder.LITTLE_ENDIAN);
        final long trimmed = Math.max(header.getLong(128), header.getLong(192));
        DamagedFiles.flip(spool, 4096 + trimmed % (256 * 1024) + 40);

        assertThat(verify().damages()).isNotEmpty().allMatch(finding -> finding.file().equals(spool));
        assertThat(repair().toString()).contains("copied spool/component-0.spool");
        assertWhole(verify());
        goOn();
        assertWhole(verify());
    }

    @Test
    void shouldMoveCountersAndFormatThatAreNone() throws IOException {
        makeLogs();
        Files.writeString(DataDirectory.counters(node.dir()), "none");
        Files.writeString(node.dir().resolve("format"), "?");

        assertThat(verify().damages()).extracting(finding -> finding.file().getFileName().toString())
            .containsExactlyInAnyOrder("counters.dat", "format");
        assertThat(repair()).hasSize(2);
        goOn();
        assertWhole(verify());
        assertThat(verify().lines().toString()).contains("quarantine/verify-");
    }

    @Test
    void shouldRefuseToRepairBesideRunningProxy() throws IOException {
        node.startProxy(node.context());
        node.work(100);
        Files.writeString(journal().resolve("stray"), "x");

        assertThat(repair()).isNull();
        assertThat(journal().resolve("stray")).exists();
        node.stopProxy();
        assertThat(verify().notes()).hasSize(1);
        assertThat(repair()).hasSize(1);
        assertThat(journal().resolve("stray")).doesNotExist();
    }

    /** A journal of several segments, a dispatch log and a bookmark, of a proxy that was stopped. */
    private void makeLogs() throws IOException {
        node.startProxy(node.context().writer(new CollectingWriter("collector")));
        node.work(3 * ACTIONS);
        node.settle();
        node.stopProxy();
        node.stopRecorders();
        assertWhole(verify());
    }

    private void goOn() throws IOException {
        node.startRecorders();
        node.startProxy(node.context().writer(new CollectingWriter("collector")));
        node.settle();
        node.stopProxy();
        node.stopRecorders();
    }

    private Path journal() {
        return DataDirectory.journal(node.dir());
    }

    private Path dispatch() {
        return DataDirectory.dispatch(node.dir());
    }

    private List<ModelEvent> events() {
        return ReferenceModel.of(journal(), damage -> { }).events();
    }

    private Verification verify() throws IOException {
        return Verification.of(SystemDisk.INSTANCE, node.dir());
    }

    private List<String> repair() throws IOException {
        return Verification.repair(SystemDisk.INSTANCE, node.dir(), node.clock());
    }

    private String line(final String start) throws IOException {
        return verify().lines().stream().filter(line -> line.startsWith(start + ":")).findFirst().orElseThrow();
    }

    private void assertWhole(final Verification verification) {
        assertThat(verification.damages().stream().map(finding -> finding.describe(node.dir()))).isEmpty();
        assertThat(verification.isWhole()).isTrue();
    }

    private void assertDamage(final Path file, final long from, final long to, final String what) throws IOException {
        final List<Finding> damages = verify().damages();
        assertThat(damages.stream().map(finding -> finding.describe(node.dir())))
            .singleElement().asString().contains(what);
        assertThat(damages.get(0).file()).isEqualTo(file);
        assertThat(damages.get(0).from()).isEqualTo(from);
        assertThat(damages.get(0).to()).isEqualTo(to);
    }
}
