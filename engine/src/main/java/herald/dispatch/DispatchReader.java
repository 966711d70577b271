package herald.dispatch;

import herald.io.Disk;
import herald.log.LogDamage;
import herald.log.LogReader;

import java.nio.file.Path;

/**
 * Reads a dispatch log batch by batch, of this process or of a proxy elsewhere, while it is written. A batch that can't
 * be read, or an event of it, is reported and passed over. Owned by one thread.
 */
public final class DispatchReader implements AutoCloseable {
    private final LogReader log;
    private final LogDamage.Listener onDamage;
    private final BatchStructure structure = new BatchStructure();
    private final EventBatch batch = new EventBatch();

    /**
     * A reader at a position.
     *
     * @param disk         that holds the log.
     * @param directory    of its segments.
     * @param fromPosition as {@link LogReader} takes it.
     * @param onDamage     told of ranges without a valid record, and of what can't be read in one.
     */
    public DispatchReader(
        final Disk disk, final Path directory, final long fromPosition, final LogDamage.Listener onDamage) {
        this.log = new LogReader(disk, directory, fromPosition, onDamage);
        this.onDamage = onDamage;
    }

    /**
     * Goes to the next batch.
     *
     * @return it, until the next call; null at the end of what is written so far.
     */
    public EventBatch next() {
        while (log.next()) {
            final String defect = structure.defectOf(log.buffer(), log.bodyOffset(), log.bodyLength());
            if (defect == null && structure.isBatch()) {
                batch.wrap(log.recordPosition(), log.position(), log.buffer(), log.bodyOffset());
                batch.hideUnreadable(log.bodyOffset(), onDamage);
                return batch;
            }
            if (defect != null) {
                onDamage.onDamage(LogDamage.unreadable(log.recordPosition(), log.position(), defect));
            }
        }
        return null;
    }

    /**
     * Where the next batch will be looked for.
     *
     * @return a position in bytes.
     */
    public long position() {
        return log.position();
    }

    @Override
    public void close() {
        log.close();
    }
}
