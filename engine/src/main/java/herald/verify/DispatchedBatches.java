package herald.verify;

import herald.disk.BatchDecoder;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.SystemDisk;
import herald.log.LogDamage;
import herald.wire.EventDecoder;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Reads a dispatch log into plain values and compares it with the model.
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

    private static ModelBatch modelOf(final EventBatch batch) {
        final List<ModelBatch.Entry> entries = new ArrayList<>();
        String node = "";
        for (int i = 0; i < batch.size(); i++) {
            node = batch.event(i).node();
            entries.add(entryOf(batch, i));
        }
        final int overfull = (int)entries.stream().filter(ModelBatch.Entry::overfull).count();
        return new ModelBatch(
            batch.fromTimeNs(), batch.toTimeNs(), batch.resumePosition(), overfull, node, entries);
    }

    private static ModelBatch.Entry entryOf(final EventBatch batch, final int index) {
        final BatchDecoder.EventsDecoder entry = batch.entry(index);
        final EventDecoder event = ModelEvent.decode(batch.wireEvent());
        final UUID recorder = new UUID(event.recorderIdHigh(), event.recorderIdLow());
        final long sequence = event.sequence();
        return new ModelBatch.Entry(
            new UUID(entry.eventIdHigh(), entry.eventIdLow()),
            new ModelBatch.Times(
                entry.firstSeenNs(), entry.lastSeenNs(), entry.firstRecordTimeNs(), entry.lastRecordTimeNs()),
            entry.position(),
            entry.occurrences(),
            entry.flags().overfull(),
            recorder,
            sequence,
            ModelEvent.identityOf(event).message());
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
            if (!expected.get(i).equals(actual.get(i))) {
                return "batch " + i + " of " + expected.size() + differenceOf(expected.get(i), actual.get(i));
            }
        }
        return expected.size() == actual.size() ?
            null : expected.size() + " batches follow from the journal, the dispatch log holds " + actual.size();
    }

    private static String differenceOf(final ModelBatch expected, final ModelBatch actual) {
        for (int i = 0; i < Math.min(expected.entries().size(), actual.entries().size()); i++) {
            final ModelBatch.Entry entry = expected.entries().get(i);
            if (!entry.equals(actual.entries().get(i))) {
                return ", entry " + i + ": expected " + entry + " but it is " + actual.entries().get(i);
            }
        }
        return ": expected " + expected + " but it is " + actual;
    }
}
