package herald.tools.torture;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.event.EventView;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.CounterId;
import herald.log.LogDamage;
import herald.receiver.VoidCause;
import herald.verify.DispatchedBatches;
import herald.verify.Finding;
import herald.verify.ModelBatch;
import herald.verify.ModelEvent;
import herald.verify.ReferenceModel;
import herald.verify.Verification;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Everything that a round has left behind for the oracle to judge.
 *
 * @param recorded   what recorders noted.
 * @param journal    what is in the journal.
 * @param dispatch   what is in the dispatch log.
 * @param collectors what came over the connections of each collector.
 * @param counters   of the proxy.
 * @param verification what {@code herald verify} finds wrong in the data directory.
 * @param abandoned  what was done after the state that the data directory was put back to; null where it never was.
 * @param stored     counts by event id in the events manager's index; null where there is no manager.
 * @param logs       lines that proxies logged.
 */
record Evidence(
    Recorded recorded,
    JournalContent journal,
    DispatchContent dispatch,
    List<List<Collector.Connection>> collectors,
    Map<CounterId, Long> counters,
    List<String> verification,
    Abandoned abandoned,
    Map<UUID, Long> stored,
    List<String> logs) {
    /**
     * What retention has left of a log.
     *
     * @param fromPosition base of the oldest segment.
     * @param toPosition   of the end.
     * @param released     how many segments are gone.
     */
    record Kept(long fromPosition, long toPosition, long released) {
    }

    /**
     * What recorders noted.
     *
     * @param notes   by recorder.
     * @param scripts by recorder.
     */
    record Recorded(Map<String, Progress.Note> notes, Map<String, EventScript> scripts) {
    }

    /**
     * What was done after the state that the data directory was put back to.
     *
     * @param events     of the journal that it had then.
     * @param entries    of the dispatch log that it had then.
     * @param keptFrom   what lay before this position of the dispatch log was released.
     * @param collectors what each collector had got.
     * @param spools     recorders who could say what was acknowledged to them.
     */
    record Abandoned(List<JournaledEvent> events, List<Delivery> entries, long keptFrom,
        List<List<Collector.Connection>> collectors, Set<UUID> spools) {
    }

    /**
     * What is in the journal, and what was until it was released.
     *
     * @param events   in its order.
     * @param modelled the same events as the reference model reads them.
     * @param losses   voids and damage, in words.
     * @param gone     what it says was acknowledged and is gone.
     * @param kept     what retention has left of it.
     */
    record JournalContent(List<JournaledEvent> events, List<ModelEvent> modelled, List<String> losses,
        GoneEvents gone, Kept kept) {
    }

    /**
     * What is in the dispatch log, and what was until it was released.
     *
     * @param expected batches by the journal.
     * @param actual   batches that are there.
     * @param entries  of them, in order, as collectors get them.
     * @param losses   damage, in words.
     * @param kept     what retention has left of it.
     */
    record DispatchContent(List<ModelBatch> expected, List<ModelBatch> actual, List<Delivery> entries,
        List<String> losses, Kept kept) {
    }

    /**
     * Reads what a node has left behind.
     *
     * @param node at rest.
     * @return the evidence.
     * @throws IOException where it can't be read.
     * @throws Difference  where the events manager does not answer as it should.
     */
    static Evidence of(final Node node) throws IOException, InterruptedException, Difference {
        final Path archive = ChildSettings.archive(node.dir());
        final WholeLog journal = WholeLog.of(DataDirectory.journal(node.dataDir()), archive);
        final List<String> journalLosses = new ArrayList<>();
        final ReferenceModel model =
            ReferenceModel.of(journal.directory(), damage -> journalLosses.add(damage.toString()));
        return new Evidence(
            recorded(node),
            journaled(journal, model.events(), journalLosses),
            dispatched(WholeLog.of(DataDirectory.dispatch(node.dataDir()), archive), model.batches()),
            node.collectors().stream().map(Collector::connections).toList(),
            counters(node.dataDir()),
            Verification.of(SystemDisk.INSTANCE, node.dataDir()).damages().stream().map(Finding::toString).toList(),
            abandoned(node.rollback().abandoned()),
            node.manager() == null ? null : node.manager().events(),
            logs(node.dir()));
    }

    private static List<String> logs(final Path dir) throws IOException {
        final List<String> lines = new ArrayList<>();
        for (final Path file : SystemDisk.INSTANCE.list(dir, ".err")) {
            if (file.getFileName().toString().startsWith(Node.PROXY)) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }

    private static Abandoned abandoned(final DirectoryRollback.Abandoned abandoned) throws IOException {
        if (abandoned == null) {
            return null;
        }
        final Path data = ChildSettings.dataDir(abandoned.image().dir());
        final Path archive = ChildSettings.archive(abandoned.image().dir());
        final WholeLog dispatch = WholeLog.of(DataDirectory.dispatch(data), archive);
        return new Abandoned(
            journaled(WholeLog.of(DataDirectory.journal(data), archive), List.of(), new ArrayList<>()).events(),
            entries(dispatch), dispatch.keptFrom(), abandoned.collectors(), abandoned.spools());
    }

    private static Recorded recorded(final Node node) throws IOException {
        final ChildSettings settings = ChildSettings.read(node.dir());
        final Map<String, Progress.Note> notes = new HashMap<>();
        final Map<String, EventScript> scripts = new HashMap<>();
        for (int i = 0; i < node.plan().recorders(); i++) {
            final String name = Node.recorderName(i);
            notes.put(name, Progress.read(settings.progress(name)));
            scripts.put(name, new EventScript(settings, name));
        }
        return new Recorded(notes, scripts);
    }

    private static JournalContent journaled(
        final WholeLog log, final List<ModelEvent> modelled, final List<String> losses) {
        final List<JournaledEvent> events = new ArrayList<>();
        final GoneEvents gone = new GoneEvents();
        try (JournalReader reader = new JournalReader(SystemDisk.INSTANCE, log.directory(), 0, damage -> { })) {
            while (reader.next()) {
                switch (reader.kind()) {
                    case EVENT -> events.add(journaled(reader.event()));
                    case VOID -> {
                        if (reader.cause() == VoidCause.ACKNOWLEDGED_AND_GONE) {
                            gone.add(new GoneEvents.Range(reader.recorderId(), reader.fromSequence(),
                                reader.sequence(), reader.recordPosition()));
                        } else {
                            losses.add("void of recorder " + reader.recorderId() + ", sequences " +
                                reader.fromSequence() + " to " + reader.sequence() + ", " + reader.cause());
                        }
                    }
                    case UNKNOWN -> losses.add("record of no known kind at " + reader.recordPosition());
                    default -> {
                        // Ticks, starts, tables: the reference model minds them.
                    }
                }
            }
            return new JournalContent(
                events, modelled, losses, gone, new Kept(log.keptFrom(), reader.position(), log.released()));
        }
    }

    private static JournaledEvent journaled(final EventView event) {
        final boolean named = event.hasReference();
        return new JournaledEvent(event.recorderId(), event.sequence(), event.component(),
            Long.parseLong(event.attributes().getOrDefault(EventScript.NUMBER, "0")),
            List.of(event.severity().name(), event.type(), named ? event.refKind() : "",
                named ? event.refName() : "", event.refUri(), event.message(),
                EventScript.text(event.attributes())));
    }

    private static DispatchContent dispatched(final WholeLog log, final List<ModelBatch> expected) {
        final List<String> losses = new ArrayList<>();
        final LogDamage.Listener onDamage = damage -> losses.add(damage.toString());
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, log.directory(), 0, damage -> { })) {
            while (reader.next() != null) {
                // Up to its end.
            }
            return new DispatchContent(expected, DispatchedBatches.read(log.directory(), onDamage), entries(log),
                losses, new Kept(log.keptFrom(), reader.position(), log.released()));
        }
    }

    private static List<Delivery> entries(final WholeLog log) {
        final List<Delivery> entries = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, log.directory(), 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    entries.add(Delivery.of(batch, i));
                }
            }
        }
        return entries;
    }

    private static Map<CounterId, Long> counters(final Path dataDir) throws IOException {
        final Map<CounterId, Long> values = new HashMap<>();
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, DataDirectory.counters(dataDir))) {
            for (final CounterId counter : CountersFile.all()) {
                values.put(counter, counters.get(counter));
            }
        }
        return values;
    }
}
