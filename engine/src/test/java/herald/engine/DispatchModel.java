package herald.engine;

import herald.stage.ProxyStart;
import herald.journal.JournalReader;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the dispatch log must hold, worked out of the journal the plain way: fields compared as text, windows and
 * batches in ordinary collections, nothing taken from the engine but what a record says.
 */
final class DispatchModel {
    private static final int BATCH_FIXED_LENGTH = 8 + 28 + 4;
    private static final int ENTRY_FIXED_LENGTH = 65 + 4;

    /** An entry of a batch. The first occurrence, its place in its recorder's order, is its identity. */
    record Entry(
        UUID recorder, long sequence, long firstSeenNs, long lastSeenNs, long firstRecordNs, long lastRecordNs,
        long position, long count, boolean overfull, String message) {
    }

    /** A batch. */
    record Batch(long fromNs, long toNs, long resumePosition, List<Entry> entries) {
    }

    /** An event in its window. */
    private static final class Window {
        private Entry entry;
    }

    private final List<Batch> batches = new ArrayList<>();
    private final Map<List<String>, Window> windows = new HashMap<>();
    private final Map<Window, Entry> open = new LinkedHashMap<>();
    private final Map<UUID, List<String>> messages = new LinkedHashMap<>();
    private final Map<UUID, Long> lastSequence = new HashMap<>();
    private ProxyStart settings;
    private long openFromNs;
    private long openUntilNs;
    private long openLength;
    private long generation;
    private long generationKeys;

    /** Reads a whole journal. */
    static DispatchModel of(final JournalReader journal) {
        final DispatchModel model = new DispatchModel();
        while (journal.next()) {
            model.take(journal);
        }
        return model;
    }

    List<Batch> batches() {
        return batches;
    }

    /** What each recorder's events said, in the order of the journal. */
    Map<UUID, List<String>> messages() {
        return messages;
    }

    boolean hasOpenBatch() {
        return !open.isEmpty();
    }

    private void take(final JournalReader journal) {
        final long timeNs = journal.journalTimeNs();
        final boolean due = !open.isEmpty() && timeNs >= openUntilNs;
        switch (journal.kind()) {
            case EVENT -> {
                if (due) {
                    closeBatch(timeNs, journal.recordPosition());
                }
                takeEvent(timeNs, journal.recordPosition(), journal.wireEvent());
            }
            case TICK, VOID -> {
                if (due) {
                    closeBatch(timeNs, journal.position());
                }
            }
            case SHUTDOWN -> closeBatch(timeNs, journal.position());
            case START -> {
                closeBatch(timeNs, journal.position());
                begin(journal.start());
            }
            default -> {
                // The head of a segment changes nothing.
            }
        }
    }

    private void begin(final ProxyStart start) {
        if (settings == null || settings.dedupIntervalNs() != start.dedupIntervalNs() ||
            settings.dedupKeyLimit() != start.dedupKeyLimit()) {
            windows.clear();
            generation = -1;
            generationKeys = 0;
        }
        settings = start;
    }

    private void takeEvent(final long timeNs, final long position, final DirectBuffer wire) {
        final EventDecoder event = new EventDecoder();
        event.wrapAndApplyHeader(wire, 0, new MessageHeaderDecoder());
        final UUID recorder = new UUID(event.recorderIdHigh(), event.recorderIdLow());
        final long sequence = event.sequence();
        final long recordNs = event.recordTimeNs();
        final List<String> fields = fieldsOf(event);
        final String message = fields.get(fields.size() - 1);
        if (sequence != lastSequence.merge(recorder, 1L, Long::sum)) {
            throw new AssertionError("sequence " + sequence + " of " + recorder + " follows " +
                (lastSequence.get(recorder) - 1));
        }
        messages.computeIfAbsent(recorder, id -> new ArrayList<>()).add(message);

        final long now = timeNs / settings.dedupIntervalNs();
        if (now > generation) {
            generation = now;
            generationKeys = 0;
        }
        Window window = windows.get(fields);
        if (window != null && timeNs < window.entry.firstSeenNs() + settings.dedupIntervalNs()) {
            final Entry first = window.entry;
            window.entry = new Entry(first.recorder(), first.sequence(), first.firstSeenNs(), timeNs,
                first.firstRecordNs(), recordNs, first.position(), first.count() + 1, false, message);
        } else {
            window = new Window();
            final boolean overfull = generationKeys >= settings.dedupKeyLimit();
            window.entry = new Entry(
                recorder, sequence, timeNs, timeNs, recordNs, recordNs, position, 1, overfull, message);
            if (!overfull) {
                generationKeys++;
                windows.put(fields, window);
            }
        }
        touch(window, timeNs, position, wire.capacity());
    }

    private void touch(final Window window, final long timeNs, final long position, final int wireLength) {
        if (!open.containsKey(window)) {
            if (!open.isEmpty() && openLength + ENTRY_FIXED_LENGTH + wireLength > settings.batchLengthLimit()) {
                closeBatch(timeNs, position);
            }
            if (open.isEmpty()) {
                openFromNs = timeNs;
                openUntilNs = (timeNs / settings.batchIntervalNs() + 1) * settings.batchIntervalNs();
                openLength = BATCH_FIXED_LENGTH;
            }
            openLength += ENTRY_FIXED_LENGTH + wireLength;
        }
        open.put(window, window.entry);
    }

    private void closeBatch(final long timeNs, final long resumePosition) {
        if (!open.isEmpty()) {
            batches.add(new Batch(openFromNs, timeNs, resumePosition, List.copyOf(open.values())));
            open.clear();
        }
    }

    private static List<String> fieldsOf(final EventDecoder event) {
        final List<String> fields = new ArrayList<>();
        fields.add(event.severity().name());
        for (final EventDecoder.AttributesDecoder pairs = event.attributes(); pairs.hasNext();) {
            pairs.next();
            pairs.skipKey();
            pairs.skipValue();
        }
        fields.add(event.component());
        fields.add(event.node());
        fields.add(event.metaTenant());
        fields.add(event.metaNamespace());
        fields.add(event.typeName());
        fields.add(event.category());
        fields.add(event.refTenant());
        fields.add(event.refNamespace());
        fields.add(event.refKind());
        fields.add(event.refName());
        fields.add(event.refUri());
        fields.add(event.message());
        return fields;
    }
}
