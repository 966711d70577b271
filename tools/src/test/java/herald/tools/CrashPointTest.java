package herald.tools;

import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.EventCatalog;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.verify.DispatchedBatches;
import herald.verify.ModelEvent;
import herald.verify.ReferenceModel;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

/**
 * A proxy that is halted at a named point of the pipeline, twice, and then goes on: every event is journaled once and
 * in order, and the dispatch log is, record for record, what the journal says.
 */
@Tag("slow")
@Timeout(120)
class CrashPointTest {
    private static final String JOURNAL_HANDLER = "engine/src/main/java/herald/journal/JournalHandler.java";
    private static final String DEDUP_HANDLER = "engine/src/main/java/herald/dedup/DedupHandler.java";
    private static final String BATCH_HANDLER = "engine/src/main/java/herald/dispatch/BatchHandler.java";
    private static final String WRITER_AGENT = "engine/src/main/java/herald/writer/WriterAgent.java";
    private static final String RECEIVER = "transport-aeron/src/main/java/herald/receiver/EventReceiver.java";
    private static final String HALT = "herald.crash.CrashPoint.reach();";
    private static final int HALTED = 137;
    private static final int[] REACHED_BEFORE_HALT = {2, 37};
    private static final int EVENTS_PER_STEP = 10;
    private static final int DISTINCT = 50;
    private static final Pattern DELIVERED = Pattern.compile("\"uuid\":\"([^\"]+)\".*\"count\":(\\d+)}");

    /** Where the proxy is halted. */
    private enum Point {
        BEFORE_APPEND(JOURNAL_HANDLER, "journal.append(slot);", HALT + " journal.append(slot);"),
        AFTER_APPEND(JOURNAL_HANDLER, "journal.append(slot);", "journal.append(slot); " + HALT),
        BEFORE_FORCE(JOURNAL_HANDLER, "case DISK -> {", "case DISK -> { " + HALT),
        AFTER_FORCE(JOURNAL_HANDLER, "private void acknowledge() {", "private void acknowledge() { " + HALT),
        BEFORE_ACK(RECEIVER, "final int acks = session.sendOwed(", "if (session.owes()) { " + HALT +
            " } final int acks = session.sendOwed("),
        AFTER_ACK(RECEIVER, "repliesOwed |= session.owes();", "if (acks > 0) { " + HALT +
            " } repliesOwed |= session.owes();"),
        BEFORE_MAP_UPDATE(DEDUP_HANDLER, "first.occurrences(first.occurrences() + 1);",
            HALT + " first.occurrences(first.occurrences() + 1);"),
        AFTER_MAP_UPDATE(DEDUP_HANDLER, "first.occurrences(first.occurrences() + 1);",
            "first.occurrences(first.occurrences() + 1); " + HALT),
        BEFORE_MAP_INSERT(DEDUP_HANDLER, "final DedupEntry fresh =", HALT + " final DedupEntry fresh ="),
        AFTER_MAP_INSERT(DEDUP_HANDLER, "if (fresh == null) {", HALT + " if (fresh == null) {"),
        BEFORE_BATCH_APPEND(BATCH_HANDLER, "dispatchLog.append(", HALT + " dispatchLog.append("),
        AFTER_BATCH_APPEND(BATCH_HANDLER, "batch.clear();", HALT + " batch.clear();"),
        BEFORE_BOOKMARK(WRITER_AGENT, "bookmark.move(context.logId(), position, place);",
            HALT + " bookmark.move(context.logId(), position, place);"),
        AFTER_BOOKMARK(WRITER_AGENT, "bookmark.move(context.logId(), position, place);",
            "bookmark.move(context.logId(), position, place); " + HALT);

        private final String source;
        private final String place;
        private final String replacement;

        Point(final String source, final String place, final String replacement) {
            this.source = source;
            this.place = place;
            this.replacement = replacement;
        }
    }

    @TempDir
    private Path dir;
    private final List<String> recorded = new ArrayList<>();

    @AfterEach
    void tearDown() {
        IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
    }

    @ParameterizedTest
    @EnumSource(Point.class)
    void shouldGoOnAsIfNothingHadHappened(final Point point) throws Exception {
        final Path classes = new PatchedClasses(dir)
            .add("CrashPoint.java", """
                package herald.crash;
                public final class CrashPoint {
                    private static final java.util.concurrent.atomic.AtomicInteger TIMES =
                        new java.util.concurrent.atomic.AtomicInteger(Integer.getInteger("herald.crash.at"));
                    public static void reach() {
                        if (TIMES.decrementAndGet() == 0) {
                            Runtime.getRuntime().halt(137);
                        }
                    }
                }
                """)
            .replace(point.source, point.place, point.replacement)
            .compile();
        try (EventRecorder recorder = launchRecorder()) {
            for (final int times : REACHED_BEFORE_HALT) {
                recordUntilHalted(classes, times, recorder);
            }
            final WriterSpec spec = WriterSpec.parse("file:" + eventsFile());
            try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir())
                .writer(EventWriters.factory(spec).create(spec)))) {
                recordSome(recorder);
                Recorded.awaitJournaled(recorder);
                await().until(() -> delivered() == recorded.size());
                assertThat(proxy.hasFailed()).isFalse();
            }
        }
        assertJournaledOnceInOrderAndDispatchedAsModelled();
    }

    private void recordUntilHalted(final Path classes, final int times, final EventRecorder recorder)
        throws Exception {
        final Path config = dir.resolve("herald.yaml");
        Files.writeString(config, """
            dedup: {interval: 3s, keys: 1000}
            batch: {interval: 20ms, length: 64KiB}
            journal: {segment: 256KiB}
            dispatch: {segment: 256KiB}
            """);
        try (HeraldProcess proxy = HeraldProcess.startPatched(classes, List.of("-Dherald.crash.at=" + times), dir,
            "proxy", "--config=" + config, "--data-dir=" + dataDir(), "--node=node-1", "--durability=disk",
            "--writer=file:" + eventsFile())) {
            while (proxy.isAlive()) {
                recordSome(recorder);
                recorder.awaitAcknowledged(recorder.lastSequence(), TimeUnit.MILLISECONDS.toNanos(50));
            }
            assertThat(proxy.exitCode()).as(proxy.out() + proxy.err()).isEqualTo(HALTED);
        }
    }

    private void recordSome(final EventRecorder recorder) {
        for (int i = 0; i < EVENTS_PER_STEP; i++) {
            final String message = "lost " + recorded.size() % DISTINCT;
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, message, null)).isPositive();
            recorded.add(message);
        }
    }

    private EventRecorder launchRecorder() {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(new EventCatalog[] {ClusterEvents.CATALOG})
            .spoolDir(HeraldDirectory.spoolDir(dataDir()))
            .aeronDirectoryName(HeraldDirectory.aeronDir(dataDir()).toString()));
    }

    private void assertJournaledOnceInOrderAndDispatchedAsModelled() {
        final ReferenceModel model = ReferenceModel.of(
            DataDirectory.journal(dataDir()), damage -> fail("the journal is damaged: " + damage));
        assertThat(model.events()).extracting(event -> event.identity().message()).isEqualTo(recorded);
        assertThat(model.events()).extracting(ModelEvent::sequence).doesNotHaveDuplicates().isSorted();
        assertThat(DispatchedBatches.firstDifference(model.batches(), DispatchedBatches.read(
            DataDirectory.dispatch(dataDir()), damage -> fail("the dispatch log is damaged: " + damage)))).isNull();
    }

    /** The newest counts of what was delivered, added up; the writer makes the file with its first event. */
    private long delivered() throws IOException {
        final Map<String, Long> counts = new HashMap<>();
        if (!Files.exists(eventsFile())) {
            return 0;
        }
        for (final String line : Files.readAllLines(eventsFile())) {
            final Matcher matcher = DELIVERED.matcher(line);
            if (matcher.find()) {
                counts.put(matcher.group(1), Long.parseLong(matcher.group(2)));
            }
        }
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private Path eventsFile() {
        return dir.resolve("events.ndjson");
    }

    private Path dataDir() {
        return dir.resolve("data");
    }
}
