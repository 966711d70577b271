package herald.engine;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.disk.BatchDecoder;
import herald.event.EventId;
import herald.event.EventView;
import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.events.Severity;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.agrona.IoUtil;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random workloads over restarts of every kind: in the end the dispatch log holds what {@link DispatchModel} makes of
 * the journal, and the journal holds every accepted event once, in order. A seed is a run.
 */
@Timeout(60)
class DispatchModelTest {
    private static final int ROUNDS = 6;
    private static final int RECORDERS = 3;
    private static final int STEPS = 120;
    private static final int SETTLE_LIMIT = 200_000;
    private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final EventType[] TYPES =
        {ClusterEvents.LEADER_ELECTED, ClusterEvents.LEADER_LOST, ClusterEvents.LEADER_CHANGED};

    @TempDir
    private Path dir;
    private final TestClock clock = new TestClock();
    private final Map<UUID, List<String>> accepted = new HashMap<>();
    private final List<EventRecorder> recorders = new ArrayList<>();
    private final Map<Long, UUID> idsByPosition = new HashMap<>();
    private Random random;
    private Path dataDir;
    private EventProxy proxy;
    private int copies;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void shouldDispatchWhatTheJournalSays(final int seed) throws IOException {
        random = new Random(seed);
        dataDir = dir.resolve("data-0");
        for (int round = 0; round < ROUNDS; round++) {
            launch();
            try {
                for (int i = 0; i < STEPS; i++) {
                    step();
                }
            } finally {
                stop(round == ROUNDS - 1);
            }
            compare(round == ROUNDS - 1);
        }
    }

    private void launch() {
        proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir)
            .node("node-1")
            .threadingMode(ThreadingMode.INVOKER)
            .clock(clock.wall())
            .nanoClock(clock.nano())
            .random(new SplittableRandom(random.nextLong()))
            .dedupIntervalNs((random.nextInt(3) == 0 ? 700 : 1000) * MS)
            .batchIntervalNs((random.nextInt(3) == 0 ? 150 : 100) * MS)
            .dedupKeyLimit(random.nextInt(3) == 0 ? 8 : 100)
            .batchLengthLimit(random.nextBoolean() ? 16 * 1024 : 4096)
            .maxEventLength(1024)
            .arenaLength(random.nextBoolean() ? 4096 : 64 * 1024)
            .ringLength(64)
            .journalSegmentLength(64 * 1024)
            .dispatchSegmentLength(64 * 1024)
            .closeTimeoutNs(0));
        for (int i = 0; i < RECORDERS; i++) {
            recorders.add(EventRecorder.launch(new EventRecorder.Context()
                .component(i == 0 ? "other" : "same")
                .eventTypes(ClusterEvents.CATALOG)
                .spoolDir(dir.resolve("spools-" + i))
                .spoolLength(256 * 1024)
                .maxEventLength(1024)
                .clock(clock.wall())
                .useConductorInvoker(true)
                .closeLingerNs(0)
                .aeronDirectoryName(proxy.aeronDirectoryName())));
        }
    }

    private void step() {
        switch (random.nextInt(10)) {
            case 0 -> clock.advance(random.nextInt(1500) * MS);
            case 1, 2 -> clock.advance(random.nextInt(120) * MS);
            case 3 -> clock.jump((random.nextInt(4000) - 2000) * MS);
            case 4, 5, 6 -> recordSome(1 + random.nextInt(40));
            default -> stepAll(random.nextInt(6));
        }
    }

    private void recordSome(final int count) {
        final EventRecorder recorder = recorders.get(random.nextInt(RECORDERS));
        for (int i = 0; i < count; i++) {
            final String message = "message " + random.nextInt(12) + (random.nextInt(9) == 0 ? "x".repeat(500) : "");
            final ObjectReference reference =
                random.nextInt(3) == 0 ? null : ObjectReference.of("Link", "eth" + random.nextInt(2));
            final long sequence = recorder.record(TYPES[random.nextInt(TYPES.length)],
                random.nextInt(4) == 0 ? Severity.CRITICAL : null, message, reference,
                random.nextInt(4) == 0 ? Map.of("k", "v" + random.nextInt(3)) : null);
            if (sequence > 0) {
                final List<String> messages =
                    accepted.computeIfAbsent(recorder.recorderId(), id -> new ArrayList<>());
                messages.add(message);
                assertThat(sequence).isEqualTo(messages.size());
            }
            clock.advance(random.nextInt(3) * MS / 2);
        }
    }

    private void stepAll(final int turns) {
        for (int i = 0; i < turns; i++) {
            proxy.invoker().invoke();
            recorders.get(random.nextInt(RECORDERS)).conductorInvoker().invoke();
        }
    }

    private void settle() {
        for (int i = 0; i < SETTLE_LIMIT && !isSettled(); i++) {
            proxy.invoker().invoke();
            recorders.forEach(recorder -> recorder.conductorInvoker().invoke());
            clock.advance(MS / 100);
        }
        assertThat(isSettled()).as("every event is acknowledged").isTrue();
    }

    private boolean isSettled() {
        return recorders.stream().allMatch(
            recorder -> recorder.acknowledgedSequence() == recorder.lastSequence());
    }

    private void stop(final boolean last) throws IOException {
        final boolean clean = last || random.nextInt(3) == 0;
        if (clean && (last || random.nextBoolean())) {
            settle();
        }
        final Path crashed = dir.resolve("data-" + ++copies);
        if (!clean) {
            copy(dataDir, crashed);
        }
        recorders.forEach(EventRecorder::close);
        recorders.clear();
        proxy.close();
        if (!clean) {
            IoUtil.delete(dataDir.toFile(), false);
            dataDir = crashed;
        }
        if (!last) {
            damageDispatchLog();
        }
    }

    private void damageDispatchLog() throws IOException {
        final Path dispatch = DataDirectory.dispatch(dataDir);
        switch (random.nextInt(4)) {
            case 0 -> IoUtil.delete(dispatch.toFile(), false);
            case 1 -> {
                final List<Path> segments = SystemDisk.INSTANCE.list(dispatch, ".log");
                final Path segment = segments.get(segments.size() - 1);
                final byte[] bytes = Files.readAllBytes(segment);
                int end = bytes.length;
                while (bytes[end - 1] == 0) {
                    end--;
                }
                final int from = 64 + random.nextInt(Math.max(1, end - 63));
                Arrays.fill(bytes, from, bytes.length, (byte)0);
                Files.write(segment, bytes);
            }
            default -> {
                // As it was left.
            }
        }
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : files.toList()) {
                final Path target = to.resolve(from.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** The proxy is down. What is in the log so far is what the journal gives, up to where the log was damaged. */
    private void compare(final boolean last) {
        final DispatchModel model;
        try (JournalReader journal = new JournalReader(SystemDisk.INSTANCE, DataDirectory.journal(dataDir), 0,
            damage -> assertThat(damage).as("damage of the journal").isNull())) {
            model = DispatchModel.of(journal);
        }
        final List<DispatchModel.Batch> found = readBatches();
        assertThat(found).hasSizeLessThanOrEqualTo(model.batches().size());
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i)).as("batch %d", i).isEqualTo(model.batches().get(i));
        }
        model.messages().forEach((id, messages) ->
            assertThat(messages).isEqualTo(accepted.get(id).subList(0, messages.size())));
        if (last) {
            assertThat(found).hasSameSizeAs(model.batches());
            assertThat(model.hasOpenBatch()).isFalse();
            assertThat(model.messages()).isEqualTo(accepted);
        }
    }

    private List<DispatchModel.Batch> readBatches() {
        final List<DispatchModel.Batch> batches = new ArrayList<>();
        try (DispatchReader reader =
            new DispatchReader(SystemDisk.INSTANCE, DataDirectory.dispatch(dataDir), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                final List<DispatchModel.Entry> entries = new ArrayList<>();
                for (int i = 0; i < batch.size(); i++) {
                    entries.add(entry(batch, i));
                }
                batches.add(new DispatchModel.Batch(
                    batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), entries));
            }
        }
        return batches;
    }

    private DispatchModel.Entry entry(final EventBatch batch, final int index) {
        final EventView event = batch.event(index);
        final String message = event.message();
        final BatchDecoder.EventsDecoder entry = batch.entry(index);
        final UUID id = new UUID(entry.eventIdHigh(), entry.eventIdLow());
        final long firstSeenNs = entry.firstSeenNs();
        final long lastSeenNs = entry.lastSeenNs();
        final long firstRecordNs = entry.firstRecordTimeNs();
        final long lastRecordNs = entry.lastRecordTimeNs();
        final long position = entry.position();
        final UUID before = idsByPosition.putIfAbsent(position, id);
        assertThat(before == null || before.equals(id)).as("the id at %s stays", position).isTrue();
        try (JournalReader journal =
            new JournalReader(SystemDisk.INSTANCE, DataDirectory.journal(dataDir), position, damage -> { })) {
            journal.next();
            final UUID recorder = journal.recorderId();
            assertThat(id).isEqualTo(new UUID(
                EventId.high(recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(), firstRecordNs),
                EventId.low(recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(),
                    journal.sequence())));
            return new DispatchModel.Entry(recorder, journal.sequence(), firstSeenNs, lastSeenNs, firstRecordNs,
                lastRecordNs, position, event.count(), event.overfull(), message);
        }
    }
}
