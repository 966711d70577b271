package herald.verify;

import herald.disk.BatchDecoder;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.SystemDisk;
import herald.log.LogDamage;
import herald.stage.FoldingRules;
import herald.wire.EventDecoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads batches of a dispatch log into plain values, and compares whole logs that fit into memory with the model.
 */
public final class DispatchedBatches {
    private DispatchedBatches() {
    }

    /**
     * Reads a dispatch log.
     *
     * @param dispatchDir of its segments.
     * @param onDamage    told of what is no record.
     * @return its batches in order.
     */
    public static List<ModelBatch> read(final Path dispatchDir, final LogDamage.Listener onDamage) {
        final List<ModelBatch> batches = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, dispatchDir, 0, onDamage)) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                batches.add(modelOf(batch));
            }
        }
        return batches;
    }

    static ModelBatch modelOf(final EventBatch batch) {
        final List<ModelBatch.Entry> entries = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            entries.add(entryOf(batch, i));
        }
        return new ModelBatch(batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), batch.overfull(),
            batch.defaults(), entries);
    }

    private static ModelBatch.Entry entryOf(final EventBatch batch, final int index) {
        final BatchDecoder.EventsDecoder entry = batch.entry(index);
        final EventDecoder event = ModelEvent.decode(batch.wireEvent());
        final UUID recorder = new UUID(event.recorderIdHigh(), event.recorderIdLow());
        final long sequence = event.sequence();
        final String message = ModelEvent.identityOf(event, FoldingRules.FIRST).message();
        return new ModelBatch.Entry(
            new UUID(entry.eventIdHigh(), entry.eventIdLow()),
            new ModelBatch.Times(
                entry.firstSeenNs(), entry.lastSeenNs(), entry.firstRecordTimeNs(), entry.lastRecordTimeNs()),
            entry.position(),
            entry.occurrences(),
            entry.flags().overfull(),
            new ModelBatch.Shown(recorder, sequence, message, ModelEvent.copyOf(batch.wireEvent())));
    }

    /**
     * Compares what a dispatch log holds with what it has to hold, record for record.
     *
     * @param expected by the journal.
     * @param actual   batches of the log.
     * @return the first difference in words; null where there is none.
     */
    public static String firstDifference(final List<ModelBatch> expected, final List<ModelBatch> actual) {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            final String difference = expected.get(i).differenceTo(actual.get(i));
            if (difference != null) {
                return "batch " + i + " of " + expected.size() + ", " + difference;
            }
        }
        return expected.size() == actual.size() ?
            null : expected.size() + " batches follow from the journal, the dispatch log holds " + actual.size();
    }
}
