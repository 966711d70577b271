package herald.verify;

import herald.disk.BatchDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.dispatch.EventBatch;
import herald.event.EventId;
import herald.journal.JournalReader;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Dedup and batching told a second time, with maps and lists, record by record of a journal. Compares events by their
 * fields; remembers those of the last dedup interval and the open batch, nothing more.
 */
final class BatchModel {
    private static final int MAX_ENTRIES = 65_000;
    private static final int BATCH_HEAD_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + BatchDecoder.BLOCK_LENGTH +
        BatchDecoder.EventsDecoder.HEADER_SIZE;
    private static final int ENTRY_HEAD_LENGTH =
        BatchDecoder.EventsDecoder.sbeBlockLength() + BatchDecoder.EventsDecoder.wireEventHeaderLength();

    /** In the order of first occurrences. */
    private final Map<ModelEvent.Identity, Seen> seen = new LinkedHashMap<>();
    private final Map<UUID, ModelBatch.Entry> open = new LinkedHashMap<>();
    private ProxyStart settings;
    private long generation = Long.MIN_VALUE;
    private long keysOfGeneration;
    private boolean begun;
    private long openFromNs;
    private int openLength;

    /** What is remembered of an event. */
    private static final class Seen {
        private final UUID id;
        private final long firstSeenNs;
        private final long firstRecordNs;
        private final long position;
        private final boolean overfull;
        private long count;

        Seen(final UUID id, final ModelEvent first, final boolean overfull) {
            this.id = id;
            this.firstSeenNs = first.journalTimeNs();
            this.firstRecordNs = first.recordTimeNs();
            this.position = first.position();
            this.overfull = overfull;
            this.count = 1;
        }

        Seen(final BatchDecoder.EventsDecoder entry) {
            this.id = new UUID(entry.eventIdHigh(), entry.eventIdLow());
            this.firstSeenNs = entry.firstSeenNs();
            this.firstRecordNs = entry.firstRecordTimeNs();
            this.position = entry.position();
            this.overfull = false;
            this.count = entry.occurrences();
        }
    }

    /** What batches say of the windows at the end of the last of them. */
    static final class Windows {
        private final Map<ModelEvent.Identity, Seen> seen = new HashMap<>();
        private final long horizonNs;
        private final long forgottenAt;
        private final FoldingRules rules;

        /**
         * Collects windows.
         *
         * @param horizonNs   what was first seen then or before is past its window.
         * @param forgottenAt position in the journal where all were last forgotten; 0 where that never was.
         * @param rules       in force since then.
         */
        Windows(final long horizonNs, final long forgottenAt, final FoldingRules rules) {
            this.horizonNs = horizonNs;
            this.forgottenAt = forgottenAt;
            this.rules = rules;
        }

        void onBatch(final EventBatch batch) {
            for (int i = 0; i < batch.size(); i++) {
                final BatchDecoder.EventsDecoder entry = batch.entry(i);
                final boolean remembered = entry.firstSeenNs() > horizonNs && entry.position() > forgottenAt;
                if (remembered && !entry.flags().overfull()) {
                    seen.put(ModelEvent.identityOf(ModelEvent.decode(batch.wireEvent()), rules), new Seen(entry));
                }
            }
        }
    }

    /** Begins at the beginning of a journal. */
    BatchModel() {
    }

    /**
     * Begins behind a batch.
     *
     * @param settings in force there.
     * @param windows  at its end.
     */
    BatchModel(final ProxyStart settings, final Windows windows) {
        this.settings = settings;
        final List<Map.Entry<ModelEvent.Identity, Seen>> byTime = new ArrayList<>(windows.seen.entrySet());
        byTime.sort(Comparator.comparingLong(entry -> entry.getValue().firstSeenNs));
        for (final Map.Entry<ModelEvent.Identity, Seen> entry : byTime) {
            enterGenerationAt(entry.getValue().firstSeenNs);
            keysOfGeneration++;
            seen.put(entry.getKey(), entry.getValue());
        }
    }

    /**
     * Takes the current record of a journal.
     *
     * @param reader at it.
     * @return the batch that it closes; null where it closes none.
     */
    ModelBatch onRecord(final JournalReader reader) {
        return switch (reader.kind()) {
            case EVENT -> isSuppressed(reader) ? onSuppressed(reader) : onEvent(ModelEvent.of(reader));
            case START -> {
                final ModelBatch closed = close(reader.journalTimeNs(), reader.position());
                onStart(reader.start(), reader.windowsPosition() == reader.recordPosition());
                yield closed;
            }
            case SHUTDOWN -> close(reader.journalTimeNs(), reader.position());
            case TICK, VOID -> isOver(reader.journalTimeNs()) ?
                close(reader.journalTimeNs(), reader.position()) : null;
            // Heads of segments change nothing.
            default -> null;
        };
    }

    private boolean isSuppressed(final JournalReader reader) {
        return settings.maintenance() && ModelEvent.decode(reader.wireEvent()).flags().suppressedInMaintenance();
    }

    /** It is in no batch, but opens one where none is, so that the log says how far the journal is done with. */
    private ModelBatch onSuppressed(final JournalReader reader) {
        final ModelBatch closed =
            isOver(reader.journalTimeNs()) ? close(reader.journalTimeNs(), reader.recordPosition()) : null;
        begin(reader.journalTimeNs());
        return closed;
    }

    private void begin(final long timeNs) {
        if (!begun) {
            begun = true;
            openFromNs = timeNs;
            openLength = BATCH_HEAD_LENGTH;
        }
    }

    private void onStart(final ProxyStart start, final boolean forgets) {
        if (forgets || changesWindows(settings, start)) {
            seen.clear();
            generation = Long.MIN_VALUE;
        }
        settings = start;
    }

    /**
     * Whether a start makes dedup forget its windows.
     *
     * @param before settings in force; null where none were.
     * @param start  settings from here on.
     * @return true where interval, limit of keys or folding rules differ.
     */
    static boolean changesWindows(final ProxyStart before, final ProxyStart start) {
        return before != null && (before.dedupIntervalNs() != start.dedupIntervalNs() ||
            before.dedupKeyLimit() != start.dedupKeyLimit() || !before.rules().equals(start.rules()));
    }

    private boolean isOver(final long timeNs) {
        return begun && timeNs / settings.batchIntervalNs() > openFromNs / settings.batchIntervalNs();
    }

    private ModelBatch onEvent(final ModelEvent event) {
        final Seen occurrence = fold(event);
        ModelBatch closed = null;
        if (isOver(event.journalTimeNs())) {
            closed = close(event.journalTimeNs(), event.position());
        }
        final int length = ENTRY_HEAD_LENGTH + event.wireLength();
        final boolean present = open.containsKey(occurrence.id);
        final boolean full = open.size() == MAX_ENTRIES || openLength + length > settings.batchLengthLimit();
        if (!present && !open.isEmpty() && full) {
            closed = close(event.journalTimeNs(), event.position());
        }
        begin(event.journalTimeNs());
        if (!present) {
            openLength += length;
        }
        touch(entryOf(occurrence, event));
        return closed;
    }

    /** Of what is touched again the occurrence that is shown stays; the entry goes to the end. */
    private void touch(final ModelBatch.Entry now) {
        final ModelBatch.Entry before = settings.rules().ordersByLastTouch() ?
            open.remove(now.id()) : open.get(now.id());
        open.put(now.id(), before == null ? now : new ModelBatch.Entry(
            before.id(), now.times(), before.position(), now.count(), before.overfull(), before.shown()));
    }

    private Seen fold(final ModelEvent event) {
        final long interval = settings.dedupIntervalNs();
        enterGenerationAt(event.journalTimeNs());
        forgetBefore(event.journalTimeNs() - interval);
        final Seen known = seen.get(event.identity());
        if (known != null) {
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

    private void enterGenerationAt(final long timeNs) {
        if (timeNs / settings.dedupIntervalNs() > generation) {
            generation = timeNs / settings.dedupIntervalNs();
            keysOfGeneration = 0;
        }
    }

    private void forgetBefore(final long horizonNs) {
        final Iterator<Seen> oldest = seen.values().iterator();
        while (oldest.hasNext() && oldest.next().firstSeenNs <= horizonNs) {
            oldest.remove();
        }
    }

    private static ModelBatch.Entry entryOf(final Seen occurrence, final ModelEvent event) {
        return new ModelBatch.Entry(
            occurrence.id,
            new ModelBatch.Times(
                occurrence.firstSeenNs, event.journalTimeNs(), occurrence.firstRecordNs, event.recordTimeNs()),
            occurrence.position,
            occurrence.count,
            occurrence.overfull,
            event.shown());
    }

    private ModelBatch close(final long timeNs, final long resumePosition) {
        if (!begun) {
            return null;
        }
        begun = false;
        final List<ModelBatch.Entry> entries = List.copyOf(open.values());
        final int overfull = (int)entries.stream().filter(ModelBatch.Entry::overfull).count();
        open.clear();
        return new ModelBatch(openFromNs, timeNs, resumePosition, overfull, settings.defaults(), entries);
    }
}
