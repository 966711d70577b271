package herald.dispatch;

import herald.log.SegmentedLog;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.UUID;

/**
 * The append-only log of deduplicated batches, one record each: what writers read. Owned by the batch stage.
 */
public final class DispatchLog implements AutoCloseable {
    /** Where a segment begins, in both senses. */
    private record SegmentStart(long basePosition, long timeNs) {
    }

    private final SegmentedLog log;
    private final ArrayDeque<SegmentStart> recentSegments = new ArrayDeque<>();
    private long lastTimeNs;
    private volatile long resumePosition;
    private volatile long recoveryPosition;

    /**
     * A dispatch log on an open log.
     *
     * @param log              at its end.
     * @param resumePosition   of its last batch: the journal is dispatched up to here.
     * @param recoveryPosition where its oldest segment begins.
     */
    public DispatchLog(final SegmentedLog log, final long resumePosition, final long recoveryPosition) {
        this.log = log;
        this.resumePosition = resumePosition;
        this.recoveryPosition = recoveryPosition;
    }

    /**
     * Appends a batch.
     *
     * @param buffer          that holds it from offset 0.
     * @param length          of it in bytes.
     * @param timeNs          journal time of the record that closed it.
     * @param newResume       the journal is dispatched up to here.
     * @param dedupIntervalNs how far back recovery reads.
     * @throws herald.log.LogFullException where there is no room for another segment: nothing was appended.
     */
    void append(
        final DirectBuffer buffer,
        final int length,
        final long timeNs,
        final long newResume,
        final long dedupIntervalNs) {
        final long baseBefore = log.segmentBase();
        log.claim(length).putBytes(log.bodyOffset(), buffer, 0, length);
        log.commit();
        if (log.segmentBase() != baseBefore) {
            recentSegments.add(new SegmentStart(log.segmentBase(), timeNs));
        }
        if (timeNs < lastTimeNs) {
            // Journal time went back, and windows were forgotten: nothing before this segment says of any.
            recentSegments.clear();
            recoveryPosition = log.segmentBase();
        }
        lastTimeNs = timeNs;
        while (!recentSegments.isEmpty() && recentSegments.peek().timeNs() <= timeNs - dedupIntervalNs) {
            recoveryPosition = recentSegments.remove().basePosition();
        }
        resumePosition = newResume;
    }

    /**
     * The journal is dispatched up to here: recovery replays it from here. Any thread.
     *
     * @return a position of the journal.
     */
    public long resumePosition() {
        return resumePosition;
    }

    /**
     * Sets up to where the journal is dispatched, at start, once that is known.
     *
     * @param position of the journal.
     */
    public void resumePosition(final long position) {
        resumePosition = position;
    }

    /**
     * Recovery reads batches from here on, so nothing after it may be released. Any thread.
     *
     * @return a position of this log.
     */
    public long recoveryPosition() {
        return recoveryPosition;
    }

    /**
     * The log's identity, which bookmarks name.
     *
     * @return random.
     */
    public UUID logId() {
        return log.logId();
    }

    /**
     * The log underneath, for preparing and releasing segments.
     *
     * @return it.
     */
    public SegmentedLog log() {
        return log;
    }

    void settle() {
        log.settle();
    }

    void force() throws IOException {
        log.force();
    }

    @Override
    public void close() {
        log.close();
    }
}
