package herald.dispatch;

import herald.disk.BatchDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.io.Disk;
import herald.log.LogDamage;
import herald.log.LogReader;

import java.nio.file.Path;

/**
 * Reads a dispatch log batch by batch, of this process or of a proxy elsewhere, while it is written. Owned by one
 * thread.
 */
public final class DispatchReader implements AutoCloseable {
    private final LogReader log;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventBatch batch = new EventBatch();

    /**
     * A reader at a position.
     *
     * @param disk         that holds the log.
     * @param directory    of its segments.
     * @param fromPosition as {@link LogReader} takes it.
     * @param onDamage     told of ranges without a valid record.
     */
    public DispatchReader(
        final Disk disk, final Path directory, final long fromPosition, final LogDamage.Listener onDamage) {
        this.log = new LogReader(disk, directory, fromPosition, onDamage);
    }

    /**
     * Goes to the next batch.
     *
     * @return it, until the next call; null at the end of what is written so far.
     */
    public EventBatch next() {
        while (log.next()) {
            header.wrap(log.buffer(), log.bodyOffset());
            if (header.templateId() == BatchDecoder.TEMPLATE_ID) {
                return batch.wrap(log.recordPosition(), log.position(), log.buffer(), log.bodyOffset());
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
