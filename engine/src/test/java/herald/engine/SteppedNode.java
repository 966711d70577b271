package herald.engine;

import herald.events.ClusterEvents;
import herald.events.DscEvents;
import herald.link.HeraldDirectory;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.verify.DispatchedBatches;
import herald.verify.ModelBatch;
import herald.verify.ModelEvent;
import herald.verify.ReferenceModel;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * A proxy and recorders in one thread, on one clock, which a test steps and restarts; it keeps what was accepted.
 */
final class SteppedNode implements AutoCloseable {
    private static final long START_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final long STEP_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int RECORDERS = 3;

    private final SplittableRandom random;
    private final String name;
    private final SteppedClock clock = new SteppedClock(START_NS);
    private final Map<UUID, List<String>> accepted = new LinkedHashMap<>();
    private final List<EventRecorder> recorders = new ArrayList<>();
    private Path dir;
    private EventProxy proxy;
    private boolean copied;

    SteppedNode(final Path dir, final long seed) {
        this.dir = dir;
        this.random = new SplittableRandom(seed);
        this.name = "seed " + seed;
    }

    EventProxy proxy() {
        return proxy;
    }

    EventRecorder recorder(final int index) {
        return recorders.get(index);
    }

    Path dir() {
        return dir;
    }

    SteppedClock clock() {
        return clock;
    }

    EventProxy.Context context() {
        return new EventProxy.Context()
            .dataDir(dir)
            .adoptCopy(copied)
            .node("node-1")
            .threadingMode(ThreadingMode.INVOKER)
            .clock(clock)
            .nanoClock(clock)
            .random(random)
            .batchIntervalNs(TimeUnit.MILLISECONDS.toNanos(100))
            .dedupIntervalNs(TimeUnit.SECONDS.toNanos(2))
            .adoptIntervalNs(TimeUnit.MILLISECONDS.toNanos(1))
            .maxEventLength(1024)
            .ringLength(64)
            .arenaLength(16 * 1024)
            .journalSegmentLength(64 * 1024)
            .dispatchSegmentLength(64 * 1024)
            .batchLengthLimit(4 * 1024)
            .dedupKeyLimit(1_000);
    }

    void startProxy(final EventProxy.Context context) {
        proxy = EventProxy.launch(context);
    }

    void startRecorders() throws IOException {
        Files.createDirectories(HeraldDirectory.spoolDir(dir));
        for (int i = 0; i < RECORDERS; i++) {
            recorders.add(EventRecorder.launch(new EventRecorder.Context()
                .component("component-" + i)
                .eventTypes(ClusterEvents.CATALOG, DscEvents.CATALOG)
                .spoolDir(HeraldDirectory.spoolDir(dir))
                .spoolLength(256 * 1024)
                .maxEventLength(1024)
                .aeronDirectoryName(HeraldDirectory.aeronDir(dir).toString())
                .clock(clock)
                .nanoClock(clock)
                .idGenerator(() -> new UUID(random.nextLong(), random.nextLong()))
                .useConductorInvoker(true)
                .minBackoffNs(1_000)
                .maxBackoffNs(1_000_000)
                .closeLingerNs(0)));
        }
    }

    /** Records, steps and lets time go by, as chance has it. */
    void work(final int actions) {
        for (int i = 0; i < actions; i++) {
            final int chance = random.nextInt(100);
            if (chance < 70) {
                record(recorders.get(random.nextInt(recorders.size())));
            } else if (chance < 95) {
                step();
            } else {
                clock.advance(timeJumpNs());
            }
        }
    }

    /** One recorder alone records and the proxy journals it, over some segments. */
    void workOfOneRecorder(final int events) {
        for (int i = 0; i < events; i++) {
            record(recorders.get(0));
            step();
        }
    }

    long recorded() {
        return accepted.values().stream().mapToLong(List::size).sum();
    }

    private long timeJumpNs() {
        final int chance = random.nextInt(10);
        return chance < 7 ? random.nextLong(TimeUnit.MILLISECONDS.toNanos(60)) :
            chance < 9 ? random.nextLong(TimeUnit.SECONDS.toNanos(1)) : random.nextLong(TimeUnit.SECONDS.toNanos(6));
    }

    private void record(final EventRecorder recorder) {
        final int number = random.nextInt(25);
        final String message = "message " + number + "x".repeat(random.nextInt(4) == 0 ? 200 : 0);
        final ObjectReference reference = random.nextBoolean() ? null : ObjectReference.of("Node", "n");
        final long sequence = recorder.record(
            number % 5 == 0 ? DscEvents.DSC_REJECTED : ClusterEvents.LEADER_CHANGED, null, message, reference);
        if (sequence > 0) {
            final List<String> messages = accepted.computeIfAbsent(recorder.recorderId(), id -> new ArrayList<>());
            messages.add(message);
            assertThat(sequence).as(name).isEqualTo(messages.size());
        }
    }

    void step() {
        clock.advance(STEP_NS);
        if (proxy != null) {
            proxy.invoker().invoke();
            assertThat(proxy.hasFailed()).as(name).isFalse();
        }
        recorders.forEach(recorder -> recorder.conductorInvoker().invoke());
    }

    /** Records one more event and steps until the proxy says that it can't go on. */
    void stepUntilTheProxyFails() {
        record(recorders.get(0));
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!proxy.hasFailed()) {
            assertThat(System.nanoTime()).as(name + ": the proxy fails").isLessThan(deadlineNs);
            clock.advance(STEP_NS);
            proxy.invoker().invoke();
            recorders.forEach(recorder -> recorder.conductorInvoker().invoke());
        }
    }

    /** Records and steps beside a proxy that has failed. */
    void workWithoutTheProxy(final int events) {
        for (int i = 0; i < events; i++) {
            record(recorders.get(0));
            clock.advance(STEP_NS);
            proxy.invoker().invoke();
            recorders.forEach(recorder -> recorder.conductorInvoker().invoke());
        }
    }

    /** The events that recorders were told of as durable. */
    long acknowledged() {
        return recorders.stream().mapToLong(EventRecorder::acknowledgedSequence).sum();
    }

    /** The events that no recorder was told of as durable. */
    long unacknowledged() {
        return recorders.stream().mapToLong(it -> it.lastSequence() - it.acknowledgedSequence()).sum();
    }

    /** Steps until everything accepted is journaled and no spool without an owner is left. */
    void settle() {
        stepUntil("everything is journaled", () -> recorders.stream()
            .allMatch(recorder -> recorder.acknowledgedSequence() == recorder.lastSequence()) &&
            setAsideSpools() == 0);
    }

    void stepUntil(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(name + ": " + what).isLessThan(deadlineNs);
            step();
        }
    }

    long setAsideSpools() {
        try (Stream<Path> files = Files.list(HeraldDirectory.spoolDir(dir))) {
            return files.filter(file -> file.toString().endsWith(".old.spool")).count();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stopProxy() {
        CloseHelper.close(proxy);
        proxy = null;
    }

    void stopRecorders() {
        CloseHelper.closeAll(recorders);
        recorders.clear();
    }

    /** What is on disk at this moment is all that is left: goes on from a copy of it. */
    void crashInto(final Path copy) throws IOException {
        copy(dir, copy);
        stopRecorders();
        stopProxy();
        dir = copy;
        copied = true;
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** The dispatch log is what the journal says, and every accepted event is in the journal once and in order. */
    void check(final String step, final boolean complete) {
        final String where = name + ", " + step;
        final ReferenceModel model = ReferenceModel.of(DataDirectory.journal(dir),
            damage -> fail(where + ": the journal is damaged: " + damage));
        final Map<UUID, List<String>> journaled = new LinkedHashMap<>();
        for (final ModelEvent event : model.events()) {
            final List<String> messages = journaled.computeIfAbsent(event.recorder(), id -> new ArrayList<>());
            messages.add(event.identity().message());
            assertThat(event.sequence()).as(where + ": sequence of " + event.recorder()).isEqualTo(messages.size());
        }
        if (complete) {
            accepted.forEach((id, messages) ->
                assertThat(journaled.get(id)).as(where + ": events of " + id).isEqualTo(messages));
            assertThat(journaled.keySet()).as(where + ": recorders").isEqualTo(accepted.keySet());
        }
        final List<ModelBatch> dispatched = DispatchedBatches.read(DataDirectory.dispatch(dir),
            damage -> fail(where + ": the dispatch log is damaged: " + damage));
        assertThat(DispatchedBatches.firstDifference(model.batches(), dispatched)).as(where).isNull();
    }

    @Override
    public void close() {
        stopRecorders();
        stopProxy();
    }
}
