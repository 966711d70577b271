package herald.writer;

import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchLog;
import herald.engine.WireEvents;
import herald.io.SystemDisk;
import herald.log.SegmentedLog;
import herald.stage.EventSlot;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A dispatch log for the tests of writers: each append makes one batch.
 */
final class BatchLog implements AutoCloseable {
    static final UUID LOG_ID = new UUID(0x1111, 0x2222);

    private final DispatchLog log;
    private final BatchHandler handler;
    private long events;

    BatchLog(final Path directory) {
        final SegmentedLog segments = SegmentedLog.open(
            new SegmentedLog.Config(SystemDisk.INSTANCE, directory, 64 * 1024, LOG_ID, () -> 0), 0, damage -> { });
        log = new DispatchLog(segments, 0, 0);
        handler = new BatchHandler(log, false, (counter, amount) -> { });
        handler.configure(WireEvents.start(10_000, 1_000, 100, 16 * 1024));
    }

    /** Appends a batch of events with these messages, and says where it is. */
    long append(final String... messages) {
        final long position = position() == 0 ? 64 : position();
        for (final String message : messages) {
            final EventSlot slot = WireEvents.event().message(message).slot(100, 16 * events);
            slot.firstOccurrence(1, ++events, 100, false);
            handler.onSlot(slot);
        }
        handler.onSlot(new EventSlot().reset(EventSlot.Kind.SHUTDOWN, 100, 100).journaledAt(16 * events, 16 * events));
        return position;
    }

    long position() {
        return log.log().position();
    }

    void releaseAllButTheCurrentSegment() throws IOException {
        log.log().releaseBefore(position());
    }

    long segmentBase() {
        return log.log().segmentBase();
    }

    @Override
    public void close() {
        log.close();
    }
}
