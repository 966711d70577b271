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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Dedup and batching told a second time, with maps and lists, record by record of a journal. Compares events by their
 * fields; remembers those of the last dedup interval, outside the heap, and the open batch, nothing more.
 */
final class BatchModel implements AutoCloseable {
    private static final int MAX_ENTRIES = 65_000;
    private static final int BATCH_HEAD_LENGTH = MessageHeaderDecoder.ENCODED_LENGTH + BatchDecoder.BLOCK_LENGTH +
        BatchDecoder.EventsDecoder.HEADER_SIZE;
    private static final int ENTRY_HEAD_LENGTH =
        BatchDecoder.EventsDecoder.sbeBlockLength() + BatchDecoder.EventsDecoder.wireEventHeaderLength();

    private final SeenEvents seen;
    private final Map<UUID, ModelBatch.Entry> open = new LinkedHashMap<>();
    private ProxyStart settings;
    private long generation = Long.MIN_VALUE;
    private long keysOfGeneration;
    private boolean begun;
    private long openFromNs;
    private int openLength;

    /** What batches say of the windows at the end of the last of them. */
    static final class Windows implements AutoCloseable {
        private final SeenEvents seen = new SeenEvents();
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

        /** What is new in a batch was first seen after all of those before it. */
        void onBatch(final EventBatch batch) {
            final List<Map.Entry<ModelEvent.Identity, SeenEvents.Seen>> fresh = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                final BatchDecoder.EventsDecoder entry = batch.entry(i);
                final boolean remembered = entry.firstSeenNs() > horizonNs && entry.position() > forgottenAt;
                if (remembered && !entry.flags().overfull()) {
                    final SeenEvents.Seen now = new SeenEvents.Seen(
                        new UUID(entry.eventIdHigh(), entry.eventIdLow()), entry.firstSeenNs(),
                        entry.firstRecordTimeNs(), entry.position(), entry.occurrences());
                    final ModelEvent.Identity identity =
                        ModelEvent.identityOf(ModelEvent.decode(batch.wireEvent()), rules);
                    if (seen.find(identity) == null) {
                        fresh.add(Map.entry(identity, now));
                    } else {
                        put(identity, now);
                    }
                }
            }
            fresh.sort(Comparator.comparingLong(entry -> entry.getValue().firstSeenNs()));
            fresh.forEach(entry -> put(entry.getKey(), entry.getValue()));
        }

        private void put(final ModelEvent.Identity identity, final SeenEvents.Seen now) {
            if (seen.find(identity) == null) {
                seen.add(identity, now);
            } else {
                seen.replace(identity, now);
            }
        }

        /** For one who did not begin with them. */
        @Override
        public void close() {
            seen.close();
        }
    }

    /** Begins at the beginning of a journal. */
    BatchModel() {
        this.seen = new SeenEvents();
    }

    /**
     * Begins behind a batch.
     *
     * @param settings in force there.
     * @param windows  at its end, the model's from now on.
     */
    BatchModel(final ProxyStart settings, final Windows windows) {
        this.settings = settings;
        this.seen = windows.seen;
        for (long i = 0; i < seen.size(); i++) {
            enterGenerationAt(seen.firstSeenNs(i));
            keysOfGeneration++;
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
        enterGenerationAt(event.journalTimeNs());
        seen.forgetUpTo(event.journalTimeNs() - settings.dedupIntervalNs());
        final SeenEvents.Seen known = seen.touch(event.identity());
        final boolean overfull = known == null && keysOfGeneration >= settings.dedupKeyLimit();
        final SeenEvents.Seen occurrence = known == null ? firstOf(event) : known;
        if (known == null && !overfull) {
            keysOfGeneration++;
            seen.add(event.identity(), occurrence);
        }
        ModelBatch closed = null;
        if (isOver(event.journalTimeNs())) {
            closed = close(event.journalTimeNs(), event.position());
        }
        final int length = ENTRY_HEAD_LENGTH + event.wireLength();
        final boolean present = open.containsKey(occurrence.id());
        final boolean full = open.size() == MAX_ENTRIES || openLength + length > settings.batchLengthLimit();
        if (!present && !open.isEmpty() && full) {
            closed = close(event.journalTimeNs(), event.position());
        }
        begin(event.journalTimeNs());
        if (!present) {
            openLength += length;
        }
        touch(entryOf(occurrence, event, overfull));
        return closed;
    }

    /** Of what is touched again the occurrence that is shown stays; the entry goes to the end. */
    private void touch(final ModelBatch.Entry now) {
        final ModelBatch.Entry before = settings.rules().ordersByLastTouch() ?
            open.remove(now.id()) : open.get(now.id());
        open.put(now.id(), before == null ? now : new ModelBatch.Entry(
            before.id(), now.times(), before.position(), now.count(), before.overfull(), before.shown()));
    }

    private static SeenEvents.Seen firstOf(final ModelEvent event) {
        final UUID recorder = event.recorder();
        final UUID id = new UUID(
            EventId.high(
                recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(), event.recordTimeNs()),
            EventId.low(recorder.getMostSignificantBits(), recorder.getLeastSignificantBits(), event.sequence()));
        return new SeenEvents.Seen(id, event.journalTimeNs(), event.recordTimeNs(), event.position(), 1);
    }

    private void enterGenerationAt(final long timeNs) {
        if (timeNs / settings.dedupIntervalNs() > generation) {
            generation = timeNs / settings.dedupIntervalNs();
            keysOfGeneration = 0;
        }
    }

    private static ModelBatch.Entry entryOf(
        final SeenEvents.Seen occurrence, final ModelEvent event, final boolean overfull) {
        return new ModelBatch.Entry(
            occurrence.id(),
            new ModelBatch.Times(
                occurrence.firstSeenNs(), event.journalTimeNs(), occurrence.firstRecordNs(), event.recordTimeNs()),
            occurrence.position(),
            occurrence.count(),
            overfull,
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

    @Override
    public void close() {
        seen.close();
    }
}
