package herald.engine;

import herald.disk.BatchEncoder;
import herald.disk.JournaledEventEncoder;
import herald.disk.JournaledStartEncoder;
import herald.disk.MessageHeaderEncoder;
import herald.disk.RecorderTableEncoder;
import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.log.SegmentedLog;
import herald.stage.ProxyCounter;
import herald.verify.Finding;
import herald.verify.ReferenceModel;
import herald.verify.Verification;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Records with a right checksum and a body that nobody can read, in both logs: each is reported with its position,
 * stays where it is, and the proxy goes on.
 */
@Timeout(120)
class UnreadableRecordsTest {
    private static final int ACTIONS = 600;
    private static final int TEMPLATE = 2;
    private static final int SCHEMA = 4;

    @TempDir
    private Path dir;
    private SteppedNode node;

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 5);
        run();
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    @Test
    void shouldPassOverJournalRecordsThatCanNotBeRead() throws IOException {
        final List<Long> positions = appendAll(DataDirectory.journal(node.dir()), journalBodies());

        final long counted = run();

        assertThat(counted).isEqualTo(positions.size());
        assertThat(positionsOf(verify().damages())).isEqualTo(positions);
        assertThat(verify().damages()).allSatisfy(finding -> {
            assertThat(finding.what()).startsWith("the record can't be read and is passed over: ");
            assertThat(finding.file().getFileName().toString()).endsWith(".log");
        });
        assertThat(verify().lines().toString()).contains(", equals the journal's from position 64 (");

        Verification.repair(SystemDisk.INSTANCE, node.dir(), node.clock());
        assertThat(verify().isWhole()).isTrue();
        assertThat(positionsOf(verify().known())).isEqualTo(positions);
        run();
        assertThat(verify().isWhole()).isTrue();
    }

    @Test
    void shouldPassOverBatchesThatCanNotBeReadAndMakeThemAgain() throws IOException {
        final List<Long> positions = appendAll(DataDirectory.dispatch(node.dir()), batchBodies(journalEnd()));

        run();

        // The last one has an event that can't be read: it is a finding itself, and the batch differs from the journal.
        assertThat(positionsOf(verify().damages())).containsAll(positions).hasSize(positions.size() + 1);

        Verification.repair(SystemDisk.INSTANCE, node.dir(), node.clock());
        assertThat(verify().isWhole()).isTrue();
        run();
        assertThat(verify().isWhole()).isTrue();
        assertThat(verify().lines().toString()).contains(", equals the journal's from position 64 (");
    }

    /** Works, is stopped, and has delivered each event of the journal that can be read. */
    private long run() throws IOException {
        final CollectingWriter writer = new CollectingWriter("run-" + System.nanoTime());
        node.startRecorders();
        node.startProxy(node.context().writer(writer, EventFilter.ALL, true));
        node.work(ACTIONS);
        node.settle();
        final long unreadable = node.proxy().counters().get(ProxyCounter.UNREADABLE_RECORDS);
        node.stopProxy();
        node.stopRecorders();
        assertThat(writer.total()).isEqualTo(
            ReferenceModel.of(DataDirectory.journal(node.dir()), damage -> { }).events().size());
        return unreadable;
    }

    private Verification verify() throws IOException {
        return Verification.of(SystemDisk.INSTANCE, node.dir());
    }

    private static List<Long> positionsOf(final List<Finding> findings) {
        return findings.stream().map(Finding::from).sorted().toList();
    }

    private static List<Long> appendAll(final Path log, final List<DirectBuffer> bodies) {
        final List<Long> positions = new ArrayList<>();
        try (SegmentedLog appender = SegmentedLog.open(new SegmentedLog.Config(
            SystemDisk.INSTANCE, log, 64 * 1024, new UUID(1, 2), () -> 0), 0, damage -> { })) {
            for (final DirectBuffer body : bodies) {
                final MutableDirectBuffer buffer = appender.claim(body.capacity());
                buffer.putBytes(appender.bodyOffset(), body, 0, body.capacity());
                positions.add(appender.commit());
            }
        }
        return positions;
    }

    private static List<DirectBuffer> journalBodies() {
        final DirectBuffer good = journaled(WireEvents.event().encode());
        final int text = JournaledEventEncoder.BLOCK_LENGTH + 12;
        return List.of(
            new UnsafeBuffer(new byte[0]),
            new UnsafeBuffer(new byte[7]),
            new UnsafeBuffer(new byte[200]),
            changed(good, TEMPLATE, 99),
            changed(good, SCHEMA, 4801),
            changed(good, 0, 0xFFFF),
            changed(good, 8 + JournaledEventEncoder.BLOCK_LENGTH + 1, 0xFFFF),
            changed(good, text + TEMPLATE, 9),
            changed(good, text + SCHEMA, 7),
            changed(good, text, 0),
            changed(good, good.capacity() - "lost".length() - 2, 0xFFFF),
            journaled(new UnsafeBuffer(new byte[3])),
            start(0, 1_000, 100, 4_096),
            start(1_000, -1, 100, 4_096),
            start(1_000, 1_000, 0, 4_096),
            start(1_000, 1_000, 100, Integer.MAX_VALUE),
            table());
    }

    private long journalEnd() {
        final List<DamagedFiles.LogRecord> records = DamagedFiles.records(DataDirectory.journal(node.dir()));
        return records.get(records.size() - 1).end();
    }

    private static List<DirectBuffer> batchBodies(final long resume) {
        final DirectBuffer noEvents = batch(resume, 5, new UnsafeBuffer(0, 0));
        return List.of(
            new UnsafeBuffer(new byte[0]),
            new UnsafeBuffer(new byte[300]),
            changed(batch(resume, 0, new UnsafeBuffer(0, 0)), TEMPLATE, 99),
            changed(batch(resume, 0, new UnsafeBuffer(0, 0)), SCHEMA, 4801),
            changed(batch(resume, 0, new UnsafeBuffer(0, 0)), 0, 3),
            noEvents,
            batch(resume, 1, changed(WireEvents.event().encode(), TEMPLATE, 9)));
    }

    private static DirectBuffer journaled(final DirectBuffer wireEvent) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final JournaledEventEncoder event = new JournaledEventEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .journalTimeNs(1).wallTimeNs(1)
            .putWireEvent(wireEvent, 0, wireEvent.capacity());
        return new UnsafeBuffer(buffer, 0, 8 + event.encodedLength());
    }

    private static DirectBuffer start(
        final long dedupIntervalNs, final long batchIntervalNs, final long keys, final int batchLength) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final JournaledStartEncoder start = new JournaledStartEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .dedupIntervalNs(dedupIntervalNs).batchIntervalNs(batchIntervalNs)
            .dedupKeyLimit(keys).batchLengthLimit(batchLength)
            .node("n").refTenant("").refNamespace("").refKind("").refName("");
        return new UnsafeBuffer(buffer, 0, 8 + start.encodedLength());
    }

    /** Says that it has a thousand recorders and has none. */
    private static DirectBuffer table() {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final RecorderTableEncoder table = new RecorderTableEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder()).journalTimeNs(1).fromIndex(0);
        table.recordersCount(1_000);
        return new UnsafeBuffer(buffer, 0, 8 + table.encodedLength());
    }

    /** A batch that says it has some events, followed by at most one entry. */
    private static DirectBuffer batch(final long resume, final int events, final DirectBuffer wireEvent) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final BatchEncoder batch = new BatchEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .fromTimeNs(1).toTimeNs(2).resumePosition(resume).overfull(0);
        final BatchEncoder.EventsEncoder group = batch.eventsCount(events);
        if (wireEvent.capacity() > 0) {
            group.next().eventIdHigh(1).eventIdLow(1).position(64).occurrences(1).flags().clear();
            group.putWireEvent(wireEvent, 0, wireEvent.capacity());
            batch.node("n").refTenant("").refNamespace("").refKind("").refName("");
        }
        return new UnsafeBuffer(buffer, 0, 8 + batch.encodedLength());
    }

    private static DirectBuffer changed(final DirectBuffer body, final int offset, final int value) {
        final byte[] bytes = new byte[body.capacity()];
        body.getBytes(0, bytes);
        final UnsafeBuffer copy = new UnsafeBuffer(bytes);
        copy.putShort(offset, (short)value, ByteOrder.LITTLE_ENDIAN);
        return copy;
    }
}
