package herald.verify;

import herald.disk.BatchDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.event.EventId;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.log.LogDamage;
import herald.stage.ProxyStart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Says what a dispatch log has to hold, from the journal alone: a second, simple-minded account of dedup and batching
 * with maps and lists, which compares events by their fields.
 */
public final class ReferenceModel {
    private static final int BATCH_HEAD_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + BatchDecoder.BLOCK_LENGTH +
        BatchDecoder.EventsDecoder.HEADER_SIZE;
    private static final int ENTRY_HEAD_LENGTH =
        BatchDecoder.EventsDecoder.sbeBlockLength() + BatchDecoder.EventsDecoder.wireEventHeaderLength();

    private final List<ModelBatch> batches = new ArrayList<>();
    private final List<ModelEvent> events = new ArrayList<>();
    private final Map<ModelEvent.Identity, Seen> seen = new HashMap<>();
    private final Map<UUID, ModelBatch.Entry> open = new LinkedHashMap<>();
    private ProxyStart settings;
    private long generation = Long.MIN_VALUE;
    private long keysOfGeneration;
    private long openFromNs;
    private int openLength;

    /** What is remembered of an event. */
    private static final class Seen {
        private final UUID id;
        private final ModelEvent first;
        private final boolean overfull;
        private long count = 1;

        Seen(final UUID id, final ModelEvent first, final boolean overfull) {
            this.id = id;
            this.first = first;
            this.overfull = overfull;
        }
    }

    private ReferenceModel() {
    }

    /**
     * Reads a journal from its beginning.
     *
     * @param journalDir of its segments; none of them released.
     * @param onDamage   told of what is no record.
     * @return the model of what follows from it.
     */
    public static ReferenceModel of(final Path journalDir, final LogDamage.Listener onDamage) {
        final ReferenceModel model = new ReferenceModel();
        try (JournalReader reader = new JournalReader(SystemDisk.INSTANCE, journalDir, 0, onDamage)) {
            while (reader.next()) {
                model.onRecord(reader);
            }
        }
        return model;
    }

    /** The batches that are closed. */
    public List<ModelBatch> batches() {
        return batches;
    }

    /** The events of the journal in its order. */
    public List<ModelEvent> events() {
        return events;
    }

    private void onRecord(final JournalReader reader) {
        switch (reader.kind()) {
            case EVENT -> onEvent(ModelEvent.of(reader));
            case START -> {
                close(reader.journalTimeNs(), reader.position());
                onStart(reader.start());
            }
            case SHUTDOWN -> close(reader.journalTimeNs(), reader.position());
            case TICK, VOID -> {
                if (isOver(reader.journalTimeNs())) {
                    close(reader.journalTimeNs(), reader.position());
                }
            }
            default -> {
                // Heads of segments change nothing.
            }
        }
    }

    private void onStart(final ProxyStart start) {
        if (settings != null && (settings.dedupIntervalNs() != start.dedupIntervalNs() ||
            settings.dedupKeyLimit() != start.dedupKeyLimit())) {
            seen.clear();
            generation = Long.MIN_VALUE;
        }
        settings = start;
    }

    private boolean isOver(final long timeNs) {
        return !open.isEmpty() && timeNs / settings.batchIntervalNs() > openFromNs / settings.batchIntervalNs();
    }

    private void onEvent(final ModelEvent event) {
        events.add(event);
        final Seen occurrence = fold(event);
        if (isOver(event.journalTimeNs())) {
            close(event.journalTimeNs(), event.position());
        }
        final int length = ENTRY_HEAD_LENGTH + event.wireLength();
        final ModelBatch.Entry present = open.get(occurrence.id);
        if (present == null && !open.isEmpty() && openLength + length > settings.batchLengthLimit()) {
            close(event.journalTimeNs(), event.position());
        }
        if (open.isEmpty()) {
            openFromNs = event.journalTimeNs();
            openLength = BATCH_HEAD_LENGTH;
        }
        if (present == null) {
            openLength += length;
        }
        open.merge(occurrence.id, entryOf(occurrence, event), (before, now) -> new ModelBatch.Entry(
            before.id(), now.times(), before.position(), now.count(), before.overfull(), before.recorder(),
            before.sequence(), before.message()));
    }

    private Seen fold(final ModelEvent event) {
        final long interval = settings.dedupIntervalNs();
        if (event.journalTimeNs() / interval > generation) {
            generation = event.journalTimeNs() / interval;
            keysOfGeneration = 0;
        }
        final Seen known = seen.get(event.identity());
        if (known != null && event.journalTimeNs() < known.first.journalTimeNs() + interval) {
            known.count++;
            return known;
        }
        final boolean overfull = keysOfGeneration >= settings.dedupKeyLimit();
        final UUID recorder = event.recorder();
        final UUID id = new UUID(
            EventId.high(
                recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(), event.recordTimeNs()),
            EventId.low(recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(), event.sequence()));
        final Seen fresh = new Seen(id, event, overfull);
        if (!overfull) {
            keysOfGeneration++;
            seen.put(event.identity(), fresh);
        }
        return fresh;
    }

    private static ModelBatch.Entry entryOf(final Seen occurrence, final ModelEvent event) {
        return new ModelBatch.Entry(
            occurrence.id,
            new ModelBatch.Times(occurrence.first.journalTimeNs(), event.journalTimeNs(),
                occurrence.first.recordTimeNs(), event.recordTimeNs()),
            occurrence.first.position(),
            occurrence.count,
            occurrence.overfull,
            event.recorder(),
            event.sequence(),
            event.identity().message());
    }

    private void close(final long timeNs, final long resumePosition) {
        if (!open.isEmpty()) {
            final List<ModelBatch.Entry> entries = List.copyOf(open.values());
            final int overfull = (int)entries.stream().filter(ModelBatch.Entry::overfull).count();
            batches.add(new ModelBatch(
                openFromNs, timeNs, resumePosition, overfull, settings.defaults().node(), entries));
            open.clear();
        }
    }
}
