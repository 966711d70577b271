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
import herald.verify.DispatchedBatches;
import herald.verify.ModelBatch;
import herald.verify.ModelEvent;
import herald.verify.ReferenceModel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that a round has left behind for the oracle to judge.
 *
 * @param recorded   what recorders noted.
 * @param journal    what is in the journal.
 * @param dispatch   what is in the dispatch log.
 * @param collectors what came over the connections of each collector.
 * @param counters   of the proxy.
 */
record Evidence(
    Recorded recorded,
    JournalContent journal,
    DispatchContent dispatch,
    List<List<Collector.Connection>> collectors,
    Map<CounterId, Long> counters) {
    /**
     * What recorders noted.
     *
     * @param notes   by recorder.
     * @param scripts by recorder.
     */
    record Recorded(Map<String, Progress.Note> notes, Map<String, EventScript> scripts) {
    }

    /**
     * What is in the journal.
     *
     * @param events   in its order.
     * @param modelled the same events as the reference model reads them.
     * @param losses   voids and damage, in words.
     */
    record JournalContent(List<JournaledEvent> events, List<ModelEvent> modelled, List<String> losses) {
    }

    /**
     * What is in the dispatch log.
     *
     * @param expected batches by the journal.
     * @param actual   batches that are there.
     * @param entries  of them, in order, as collectors get them.
     * @param losses   damage, in words.
     */
    record DispatchContent(
        List<ModelBatch> expected, List<ModelBatch> actual, List<Delivery> entries, List<String> losses) {
    }

    /**
     * Reads what a node has left behind.
     *
     * @param node at rest.
     * @return the evidence.
     * @throws IOException where it can't be read.
     */
    static Evidence of(final Node node) throws IOException {
        final Path journalDir = DataDirectory.journal(node.dataDir());
        final List<String> journalLosses = new ArrayList<>();
        final ReferenceModel model = ReferenceModel.of(journalDir, damage -> journalLosses.add(damage.toString()));
        final List<JournaledEvent> events = journaled(journalDir, journalLosses);
        return new Evidence(
            recorded(node),
            new JournalContent(events, model.events(), journalLosses),
            dispatched(DataDirectory.dispatch(node.dataDir()), model.batches()),
            node.collectors().stream().map(Collector::connections).toList(),
            counters(node.dataDir()));
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

    private static List<JournaledEvent> journaled(final Path journalDir, final List<String> losses) {
        final List<JournaledEvent> events = new ArrayList<>();
        try (JournalReader reader = new JournalReader(SystemDisk.INSTANCE, journalDir, 0, damage -> { })) {
            while (reader.next()) {
                switch (reader.kind()) {
                    case EVENT -> events.add(journaled(reader.event()));
                    case VOID -> losses.add("void of recorder " + reader.recorderId() + ", sequences " +
                        reader.fromSequence() + " to " + reader.sequence() + (reader.refused() ? ", refused" : ""));
                    case UNKNOWN -> losses.add("record of no known kind at " + reader.recordPosition());
                    default -> {
                        // Ticks, starts, tables: the reference model minds them.
                    }
                }
            }
        }
        return events;
    }

    private static JournaledEvent journaled(final EventView event) {
        final boolean named = event.hasReference();
        return new JournaledEvent(event.recorderId(), event.sequence(), event.component(),
            Long.parseLong(event.attributes().getOrDefault(EventScript.NUMBER, "0")),
            List.of(event.severity().name(), event.type(), named ? event.refKind() : "",
                named ? event.refName() : "", event.refUri(), event.message()));
    }

    private static DispatchContent dispatched(final Path dispatchDir, final List<ModelBatch> expected) {
        final List<String> losses = new ArrayList<>();
        final LogDamage.Listener onDamage = damage -> losses.add(damage.toString());
        final List<Delivery> entries = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, dispatchDir, 0, damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    entries.add(Delivery.of(batch, i));
                }
            }
        }
        return new DispatchContent(expected, DispatchedBatches.read(dispatchDir, onDamage), entries, losses);
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
