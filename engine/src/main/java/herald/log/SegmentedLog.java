package herald.log;

import herald.io.Disk;
import herald.io.ErrorText;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * An append-only log in segment files: what journal and dispatch log stand on. {@link LogReader} reads it, from any
 * process, without a lock.
 *
 * <p>One thread appends: {@link #claim}, encode the body, {@link #commit}. Another may prepare the next segment
 * ({@link #prepareNextSegment}) and release old ones ({@link #releaseBefore}). Positions are never used twice.
 */
public final class SegmentedLog implements AutoCloseable {
    /**
     * What a log is made of.
     *
     * @param disk          that holds it.
     * @param directory     of its segments, its own.
     * @param segmentLength in bytes, a multiple of 4,096; existing segments keep theirs.
     * @param newLogId      of the log, should there be none yet.
     * @param clock         wall clock for segment headers.
     */
    public record Config(Disk disk, Path directory, int segmentLength, UUID newLogId, EpochNanoClock clock) {
    }

    /** The next segment is made once the current one is used to one part in so many. */
    private static final int PREPARED_AFTER = 8;

    private final Config config;
    private final SegmentWatch watch;
    private final UUID logId;
    private final long cutLength;
    private Segment segment;
    private Segment nextSegment;
    private volatile long position;
    private volatile long segmentBase;
    private final long openedPosition;
    /** Null where each segment is forced before the next one is begun. */
    private final FullSegment fullSegment;
    private long forcedPosition;
    private long settledPosition;
    private IOException forceFailure;
    private int claimOffset;
    private int claimLength;

    private SegmentedLog(final Config config, final boolean forced, final Segment segment, final LogTail tail)
        throws IOException {
        this.config = config;
        this.watch = new SegmentWatch(config.disk(), config.directory(), LogOpening.segmentFiles(config));
        this.fullSegment = forced ? null : new FullSegment();
        this.segment = segment;
        this.logId = segment.header().logId();
        this.cutLength = tail.cutLength();
        this.segmentBase = segment.basePosition();
        this.position = tail.endPosition();
        this.openedPosition = tail.endPosition();
        this.forcedPosition = segment.basePosition();
        this.settledPosition = segment.basePosition();
    }

    /**
     * Opens a log for appending, or begins one. A torn tail is padded; damage before the tail is reported and left.
     * {@link #prepareNextSegment} forces the segment that was filled last: after a power cut no more than the last
     * three are torn.
     *
     * @param config          of the log.
     * @param claimedPosition what somebody is known to have seen of this log: it goes on at or after it.
     * @param onDamage        told of what is no record.
     * @return the log, at its end.
     * @throws LogException where a segment can't be used or there is no room.
     */
    public static SegmentedLog open(
        final Config config, final long claimedPosition, final LogDamage.Listener onDamage) {
        return open(config, claimedPosition, false, onDamage);
    }

    /**
     * Opens a log as {@link #open(Config, long, LogDamage.Listener)} does, but forces what the last run may have left
     * unforced before it is read: what is read is on the device, also where a force had failed and the process was
     * killed before it could say so. Each segment is forced before the next one is begun.
     *
     * @param config          of the log.
     * @param claimedPosition what somebody is known to have seen of this log: it goes on at or after it.
     * @param onDamage        told of what is no record.
     * @return the log, at its end.
     * @throws LogException where a segment can't be used or forced, or there is no room.
     */
    public static SegmentedLog openForced(
        final Config config, final long claimedPosition, final LogDamage.Listener onDamage) {
        return open(config, claimedPosition, true, onDamage);
    }

    private static SegmentedLog open(
        final Config config, final long claimedPosition, final boolean forced, final LogDamage.Listener onDamage) {
        try {
            config.disk().createDirectories(config.directory());
            LogOpening.requireNames(config);
            final List<Path> files = LogOpening.segmentFiles(config);
            if (files.isEmpty()) {
                final long base = BitUtil.align(claimedPosition, config.segmentLength());
                return new SegmentedLog(
                    config, forced, create(config, config.newLogId(), base, 0), LogTail.ofEmpty(base));
            }
            LogOpening.prepare(config, files, forced);
            final SegmentedLog log = openLast(config, forced, files, onDamage);
            log.goOnPast(claimedPosition, onDamage);
            return log;
        } catch (final IOException e) {
            throw new LogException("cannot open the log in " + config.directory() + ": " + ErrorText.of(e), e);
        }
    }

    private static SegmentedLog openLast(
        final Config config, final boolean forced, final List<Path> files, final LogDamage.Listener onDamage)
        throws IOException {
        final int last = files.size() - 1;
        final Segment segment = Segment.open(config.disk(), files.get(last), true);
        if (last > 0 && LogTail.holdsNoRecord(segment)) {
            final Segment previous = Segment.open(config.disk(), files.get(last - 1), true);
            final LogTail tail = LogTail.repair(previous, onDamage);
            if (tail.endPosition() < previous.endPosition()) {
                segment.close();
                config.disk().delete(files.get(last));
                return new SegmentedLog(config, forced, previous, tail);
            }
            previous.forceAnew();
            previous.close();
        }
        return new SegmentedLog(config, forced, segment, LogTail.repair(segment, onDamage));
    }

    private void goOnPast(final long claimedPosition, final LogDamage.Listener onDamage) throws IOException {
        if (claimedPosition <= position) {
            return;
        }
        onDamage.onDamage(new LogDamage(position, claimedPosition, "the log is shorter than what was read from it"));
        if (position < segment.endPosition()) {
            pad();
        }
        if (claimedPosition > segment.endPosition()) {
            force();
            final long base = BitUtil.align(claimedPosition, config.segmentLength());
            final Segment next = create(config, logId, Math.max(base, segment.endPosition()), segment.endPosition());
            watch.add(next.basePosition(), config.disk().fileKey(next.file()));
            segment.close();
            switchTo(next);
        }
    }

    private static Segment create(
        final Config config, final UUID logId, final long base, final long previousEnd) throws IOException {
        return Segment.create(
            config.disk(),
            config.directory(),
            new Segment.Header(logId, base, config.segmentLength(), config.clock().nanoTime(), previousEnd));
    }

    /**
     * The log's identity.
     *
     * @return random, given when it was begun.
     */
    public UUID logId() {
        return logId;
    }

    /**
     * How much of a torn tail was padded when the log was opened.
     *
     * @return in bytes.
     */
    public long cutLength() {
        return cutLength;
    }

    /**
     * The longest body that {@link #claim} takes.
     *
     * @return in bytes.
     */
    public int maxBodyLength() {
        return config.segmentLength() - LogDescriptor.SEGMENT_HEADER_LENGTH - LogDescriptor.RECORD_HEADER_LENGTH;
    }

    /**
     * Where the next record goes. Any thread.
     *
     * @return a position in bytes.
     */
    public long position() {
        return position;
    }

    /**
     * Where the current segment begins. Any thread.
     *
     * @return a position in bytes.
     */
    public long segmentBase() {
        return segmentBase;
    }

    /**
     * Whether a body still fits into the current segment: otherwise the next claim begins a new one.
     *
     * @param bodyLength in bytes.
     * @return true where it fits.
     */
    public boolean fits(final int bodyLength) {
        return LogDescriptor.alignedLength(bodyLength) <= segment.endPosition() - position;
    }

    /**
     * Makes room for a record. Nothing is visible before {@link #commit}; a claim that is not committed is forgotten.
     *
     * @param bodyLength in bytes, up to {@link #maxBodyLength()}.
     * @return the buffer to encode into, at {@link #bodyOffset()}.
     * @throws LogFullException where a new segment is needed and there is no room for it.
     * @throws LogException     where a new segment is needed and the current one can't be forced.
     */
    public MutableDirectBuffer claim(final int bodyLength) {
        if (bodyLength > maxBodyLength()) {
            throw new IllegalArgumentException("a record of " + bodyLength + " bytes is over the log's limit of " +
                maxBodyLength() + ": choose longer segments");
        }
        if (!fits(bodyLength)) {
            beginSegment();
        }
        claimOffset = segment.offsetOf(position);
        claimLength = LogDescriptor.RECORD_HEADER_LENGTH + bodyLength;
        return segment.buffer();
    }

    /**
     * Where the body of the claimed record goes.
     *
     * @return an offset into the buffer that {@link #claim} returned.
     */
    public int bodyOffset() {
        return claimOffset + LogDescriptor.RECORD_HEADER_LENGTH;
    }

    /**
     * Publishes the claimed record.
     *
     * @return its position.
     */
    public long commit() {
        final long recordPosition = position;
        segment.publish(claimOffset, claimLength, settledPosition);
        position = recordPosition + BitUtil.align(claimLength, LogDescriptor.RECORD_ALIGNMENT);
        return recordPosition;
    }

    /**
     * Forces what was appended since the last force to the device.
     *
     * @throws IOException where the device failed, now or once before: nothing since the last good force is durable,
     *                     and a second try would prove nothing.
     */
    public void force() throws IOException {
        if (forceFailure != null) {
            throw new IOException("an earlier force of the log in " + config.directory() + " failed: what follows " +
                "position " + forcedPosition + " is not durable; close the log and open it again", forceFailure);
        }
        if (fullSegment != null) {
            fullSegment.force();
        }
        if (position > forcedPosition) {
            final int offset = segment.offsetOf(forcedPosition);
            try {
                segment.force(offset, segment.offsetOf(position) - offset);
            } catch (final IOException e) {
                forceFailure = e;
                throw e;
            }
            forcedPosition = position;
        }
        settledPosition = position;
    }

    /**
     * Says that what was appended so far is acknowledged as it is, without a force: records that follow say so, and
     * recovery will not take a damaged place among it for a torn tail.
     */
    public void settle() {
        settledPosition = position;
    }

    /**
     * Takes back what was appended since the last good force, after one failed: makes it padding. Nobody was told of
     * it, and nobody can be: it may or may not be on the device.
     *
     * @return how much was taken back, in bytes.
     */
    public long cutUnforced() {
        final long firstRecord = segment.basePosition() + LogDescriptor.SEGMENT_HEADER_LENGTH;
        final long from = Math.max(Math.max(forcedPosition, openedPosition), firstRecord);
        if (forceFailure == null || from >= position) {
            return 0;
        }
        LogTail.cut(segment, segment.offsetOf(from), segment.offsetOf(position));
        return position - from;
    }

    /**
     * Goes on in a new segment, before the current one is full.
     *
     * @throws LogFullException where there is no room for it: the log stays where it is.
     * @throws LogException     where the device failed: the log can't be appended to any more.
     */
    public void beginSegment() {
        final Segment next = nextSegment();
        if (position < segment.endPosition()) {
            pad();
        }
        try {
            if (fullSegment == null) {
                force();
                segment.close();
            } else {
                fullSegment.take(segment);
            }
        } catch (final IOException e) {
            throw new LogException("cannot force the log in " + config.directory() + ": " + ErrorText.of(e), e);
        }
        switchTo(next);
    }

    private synchronized Segment nextSegment() {
        if (nextSegment == null) {
            try {
                nextSegment = createNextSegment();
            } catch (final IOException e) {
                throw new LogFullException("cannot go on in a new segment of the log in " + config.directory() + ": " +
                    ErrorText.of(e), e);
            }
        }
        return nextSegment;
    }

    private void pad() {
        final int offset = segment.offsetOf(position);
        segment.pad(offset, (int)(segment.endPosition() - position));
        position = segment.endPosition();
    }

    private synchronized void switchTo(final Segment next) {
        segment = next;
        nextSegment = null;
        segmentBase = next.basePosition();
        forcedPosition = next.basePosition();
        settledPosition = next.basePosition();
        position = next.basePosition() + LogDescriptor.SEGMENT_HEADER_LENGTH;
    }

    /**
     * Creates the segment after the current one, once an eighth of that is used, so that the appending thread finds it
     * ready; after that forces the one that was filled last, where that is still to be done.
     * For one other thread, or for the appending thread between appends.
     *
     * @return true where a segment was created.
     * @throws IOException where there is no room for it: the log goes on in the current one. Or where the device
     *                     failed: it can't go on past the current one.
     */
    public boolean prepareNextSegment() throws IOException {
        try {
            return isNextWanted() && createNext();
        } finally {
            if (fullSegment != null) {
                fullSegment.force();
            }
        }
    }

    private boolean isNextWanted() {
        return position - segmentBase >= config.segmentLength() / PREPARED_AFTER;
    }

    private synchronized boolean createNext() throws IOException {
        if (nextSegment != null || !isNextWanted()) {
            return false;
        }
        nextSegment = createNextSegment();
        return true;
    }

    private Segment createNextSegment() throws IOException {
        final Segment next = create(config, logId, segment.endPosition(), segment.endPosition());
        watch.add(next.basePosition(), config.disk().fileKey(next.file()));
        return next;
    }

    /**
     * Deletes segments that lie wholly before a position. The current segment always stays.
     *
     * @param beforePosition nobody needs anything before it.
     * @return how many were deleted.
     * @throws IOException where one can't be deleted.
     */
    public int releaseBefore(final long beforePosition) throws IOException {
        int released = 0;
        final List<Path> files = LogOpening.segmentFiles(config);
        for (int i = 0; i + 1 < files.size(); i++) {
            final long end = LogDescriptor.basePosition(files.get(i + 1));
            if (end <= beforePosition && end <= segmentBase) {
                watch.remove(LogDescriptor.basePosition(files.get(i)));
                config.disk().delete(files.get(i));
                released++;
            }
        }
        return released;
    }

    /**
     * Whether the segment that is appended to, or the one that comes next, is not the file of its name any more: it was
     * deleted, renamed or replaced while the log is open, and what is appended there is lost. Any thread.
     *
     * @return null while all is well; else what became of it.
     * @throws IOException where that can't be found out.
     */
    public synchronized String defect() throws IOException {
        final String current = watch.defectOf(segment.basePosition());
        return current != null || nextSegment == null ? current : watch.defectOf(nextSegment.basePosition());
    }

    /**
     * Full segments that somebody else took away since they were last asked for. Not beside {@link #releaseBefore}.
     *
     * @return what became of each.
     * @throws IOException where that can't be found out.
     */
    public List<String> lostSegments() throws IOException {
        return watch.lostBefore(segmentBase);
    }

    /**
     * The oldest position that is kept.
     *
     * @return base of the oldest segment.
     * @throws IOException where the directory can't be read.
     */
    public long oldestPosition() throws IOException {
        return LogDescriptor.basePosition(LogOpening.segmentFiles(config).get(0));
    }

    /**
     * Closes the log as it is; {@link #force()} comes before where that is wanted. No record may be claimed any more.
     */
    @Override
    public synchronized void close() {
        if (nextSegment != null) {
            nextSegment.close();
            nextSegment = null;
        }
        if (fullSegment != null) {
            fullSegment.close();
        }
        segment.close();
    }
}
