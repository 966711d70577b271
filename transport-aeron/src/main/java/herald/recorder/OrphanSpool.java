package herald.recorder;

import herald.io.Disk;
import herald.io.ErrorText;
import herald.io.FileMutex;
import herald.link.Acknowledger;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A spool whose owner is gone, held to be drained: its whole events by sequence, with gaps where damage took some. One
 * thread's. {@link SpoolFile#acquireOrphans} finds it.
 *
 * <p>The file is read, part by part, and each event is checked again as it is read: somebody else may still write it,
 * or cut it.
 */
public final class OrphanSpool implements AutoCloseable {
    private static final int WINDOW_LENGTH = 128 * 1024;

    private final Disk disk;
    private final Path file;
    private final FileMutex mutex;
    private final SpoolBytes bytes;
    private final SpoolScan scan;
    private final List<SpoolInspection.Damage> damages;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[SpoolDescriptor.HEADER_LENGTH]);
    private SpoolWindow window;
    private boolean lossy;

    OrphanSpool(
        final Disk disk, final Path file, final FileMutex mutex, final SpoolBytes bytes, final SpoolScan scan)
        throws IOException {
        this.disk = disk;
        this.file = file;
        this.mutex = mutex;
        this.bytes = bytes;
        this.scan = scan;
        this.damages = new ArrayList<>(scan.damages());
        bytes.read(0, ByteBuffer.wrap(header.byteArray()));
    }

    /**
     * Whose events these are.
     *
     * @return random, 128 bits.
     */
    public UUID recorderId() {
        return scan.recorderId();
    }

    /**
     * The file behind it.
     *
     * @return its path.
     */
    public Path file() {
        return file;
    }

    /**
     * Sequence after the last one that is known to be acknowledged.
     *
     * @return from 1.
     */
    public long firstSequence() {
        return scan.trimmedSequence() + 1;
    }

    /**
     * Sequence of the newest event that is known to have been accepted, whole or not.
     *
     * @return below {@link #firstSequence()} where there is none.
     */
    public long lastSequence() {
        return scan.lastSequence();
    }

    /**
     * How many whole events there are.
     *
     * @return from 0.
     */
    public int events() {
        return scan.count();
    }

    /**
     * Sequence of an event.
     *
     * @param index of it, in the order of sequences.
     * @return it, above that of the index before.
     */
    public long sequence(final int index) {
        return scan.sequence(index);
    }

    /**
     * Bytes of an event: a copy, valid until the next one is asked for.
     *
     * @param index of it, in the order of sequences.
     * @param event set to them.
     * @return false where the file does not hold it any more: it is lost, and the spool is damaged from now on.
     */
    public boolean event(final int index, final DirectBuffer event) {
        final int offset = scan.offset(index);
        String lost = "event " + sequence(index) + ", changed since the spool was looked at";
        try {
            if (window == null) {
                window = scan.window(WINDOW_LENGTH);
            }
            final int length = window.wholeLength(offset);
            if (length > 0 && window.sequence(offset) == sequence(index)) {
                window.body(offset, length, event);
                return true;
            }
        } catch (final IOException e) {
            lost = "event " + sequence(index) + ": " + ErrorText.of(e);
        }
        lose(index, lost);
        return false;
    }

    /** Takes note of an event that can't be taken as it is: the file is kept aside afterwards. */
    void lose(final int index, final String reason) {
        scan.damageAt(index, reason);
        damages.clear();
        damages.addAll(scan.damages());
        lossy = true;
    }

    /** Whether events that seemed whole at first turned out to be none. */
    boolean isLossy() {
        return lossy;
    }

    /** Gives back the memory that reading takes, until the next event is asked for. */
    public void rest() {
        window = null;
    }

    /** Of the longest event, at least. */
    int longestEvent() {
        return Math.max(0, scan.longestFrame() - SpoolDescriptor.FRAME_HEADER_LENGTH);
    }

    /**
     * What does not hold what it should.
     *
     * @return empty where the spool is whole.
     */
    public List<SpoolInspection.Damage> damages() {
        return damages;
    }

    /**
     * Who acknowledged what comes before {@link #firstSequence()}.
     *
     * @return as far as the spool knows.
     */
    public Acknowledger acknowledger() {
        return SpoolDescriptor.acknowledger(header);
    }

    /**
     * Takes note of who acknowledges, in the file too.
     *
     * @param by whoever took its events.
     */
    public void acknowledgedBy(final Acknowledger by) {
        SpoolDescriptor.putAcknowledger(header, by);
        writeAcknowledger();
    }

    /** Takes note of how far the journal has got, in the file too. */
    void acknowledgedAt(final long journalPosition) {
        SpoolDescriptor.putAcknowledgedPosition(header, journalPosition);
        writeAcknowledger();
    }

    private void writeAcknowledger() {
        final int last = SpoolDescriptor.ACKNOWLEDGED_POSITION_CHECK_OFFSET;
        try {
            for (int offset = SpoolDescriptor.ACKNOWLEDGER_OFFSET; offset <= last; offset += Long.BYTES) {
                write(offset, header.getLong(offset));
            }
        } catch (final IOException e) {
            // Cut or on a device that fails: as long as the spool is held, it is known here.
        }
    }

    /** Numbers a Hello, in the file too. */
    long nextAttempt() {
        return add(SpoolDescriptor.ATTEMPT_OFFSET, 1);
    }

    void count(final RecorderCounter counter, final long amount) {
        add(counter.offset(), amount);
    }

    private long add(final int offset, final long amount) {
        final long value = header.getLong(offset) + amount;
        header.putLong(offset, value);
        try {
            write(offset, value);
        } catch (final IOException e) {
            // Cut or on a device that fails: as long as the spool is held, the number is known here.
        }
        return value;
    }

    private void write(final int offset, final long value) throws IOException {
        bytes.write(offset, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value));
    }

    /**
     * Lets go of it once all of its events are taken. A damaged one is kept beside as {@code .damaged}; one that was
     * set aside is deleted; any other is trimmed, for its owner to continue.
     *
     * @return where a damaged one is kept and which older ones were deleted for it; null where none was.
     * @throws IOException where it can't be moved or deleted, or what its recorder counted can't be kept; it is let go
     *                     all the same.
     */
    public String releaseDrained() throws IOException {
        DamagedSpools.PutAway kept = null;
        try {
            final boolean setAside = SpoolFile.isSetAside(file);
            final IOException uncounted = setAside || !damages().isEmpty() ? retireCounters() : null;
            if (!damages().isEmpty()) {
                kept = SpoolFile.putAway(disk, file);
            } else if (setAside) {
                disk.delete(file);
            } else {
                trim();
            }
            if (setAside) {
                disk.delete(SpoolFile.lockFile(file));
            }
            if (uncounted != null) {
                throw uncounted;
            }
            return kept == null || kept.others().isEmpty() ? null : kept.toString();
        } finally {
            close();
        }
    }

    /** Null, or what kept them from being counted on: no reason to take the events once more. */
    private IOException retireCounters() {
        try {
            RetiredCounters.add(disk, file, recorderId(), header);
            return null;
        } catch (final IOException e) {
            return e;
        }
    }

    /**
     * Keeps the file aside with all that it holds, and lets go of it: nothing of it can be taken.
     *
     * @return where it is, and which older ones were deleted for it.
     * @throws IOException where it can't be moved; it is let go all the same.
     */
    public String putAway() throws IOException {
        try {
            return SpoolFile.putAway(disk, file).toString();
        } finally {
            close();
        }
    }

    /** Writes the slot that was not written last, as the owner does. */
    private void trim() throws IOException {
        if (events() == 0) {
            return;
        }
        final int last = events() - 1;
        final long end = scan.offset(last) + (long)SpoolFrames.span(scan.window(0).length(scan.offset(last)));
        final long distance = (end - scan.headPosition()) & (scan.capacity() - 1);
        final long position = scan.headPosition() + (distance == 0 ? scan.capacity() : distance);
        final long a = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET);
        final long b = SpoolDescriptor.slotPosition(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET);
        final int slot = a >= b ? SpoolDescriptor.TRIM_SLOT_B_OFFSET : SpoolDescriptor.TRIM_SLOT_A_OFFSET;
        write(slot + SpoolDescriptor.TRIM_CHECK_OFFSET, 0);
        write(slot + SpoolDescriptor.TRIM_POSITION_OFFSET, position);
        write(slot + SpoolDescriptor.TRIM_SEQUENCE_OFFSET, lastSequence());
        write(slot + SpoolDescriptor.TRIM_CHECK_OFFSET, SpoolDescriptor.trimCheck(position, lastSequence()));
    }

    /** Lets go of it as it is. Its events must not be touched any more. */
    @Override
    public void close() {
        window = null;
        CloseHelper.quietClose(bytes);
        mutex.close();
    }
}
