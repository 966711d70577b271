package herald.engine.model;

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

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

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
     * @return its batches in order.
     */
    public static List<ModelBatch> read(final Path dispatchDir) {
        final List<ModelBatch> batches = new ArrayList<>();
        final List<LogDamage> damages = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(SystemDisk.INSTANCE, dispatchDir, 0, damages::add)) {
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
     * Compares a dispatch log with what the journal says, record for record.
     *
     * @param model       of the journal.
     * @param dispatchDir of the log.
     * @param where       for the message: seed and step.
     */
    public static void assertFollowFrom(final ReferenceModel model, final Path dispatchDir, final String where) {
        final List<ModelBatch> expected = model.batches();
        final List<ModelBatch> actual = read(dispatchDir);
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            assertSame(expected.get(i), actual.get(i), where + ": batch " + i + " of " + expected.size());
        }
        assertThat(actual).as(where + ": batches").hasSameSizeAs(expected);
    }

    private static void assertSame(final ModelBatch expected, final ModelBatch actual, final String where) {
        for (int i = 0; i < Math.min(expected.entries().size(), actual.entries().size()); i++) {
            assertThat(actual.entries().get(i)).as(where + ", entry " + i).isEqualTo(expected.entries().get(i));
        }
        if (!expected.equals(actual)) {
            fail(where + "\nexpected " + expected + "\nbut was  " + actual);
        }
    }
}
