package herald.verify;

import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.log.LogDamage;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what a dispatch log has to hold, from a whole journal that fits into memory: for tests. {@link DispatchCheck}
 * compares logs of any length.
 */
public final class ReferenceModel {
    private final List<ModelBatch> batches = new ArrayList<>();
    private final List<ModelEvent> events = new ArrayList<>();

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
        try (BatchModel batching = new BatchModel();
            JournalReader reader = new JournalReader(SystemDisk.INSTANCE, journalDir, 0, onDamage)) {
            while (reader.next()) {
                if (reader.kind() == JournalReader.RecordKind.EVENT) {
                    model.events.add(ModelEvent.of(reader));
                }
                final ModelBatch closed = batching.onRecord(reader);
                if (closed != null) {
                    model.batches.add(closed);
                }
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
}
