package herald.link;

import io.aeron.CncFileDescriptor;
import org.agrona.BitUtil;
import org.agrona.concurrent.broadcast.BroadcastBufferDescriptor;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * What the head of a media driver's file says, {@code cnc.dat}. Anything may be under that name: it is looked at before
 * it is opened, since a pipe holds up who opens it, and it is read, not mapped, since one that is cut ends the process.
 *
 * @param fileKey          of the file.
 * @param version          of its layout; 0 until the driver is ready.
 * @param pid              of the driver's process.
 * @param startTimestampMs when the driver started.
 * @param isWhole          whether its buffers have lengths that a driver gives, and are within the file.
 * @param heartbeatMs      the driver's last sign of life, in ms since the epoch; 0 where it is not whole.
 */
public record CncFile(
    Object fileKey, int version, long pid, long startTimestampMs, boolean isWhole, long heartbeatMs) {
    /** The highest number that Linux gives, PID_MAX_LIMIT. */
    private static final long MAX_PID = 1 << 22;

    /**
     * Reads one.
     *
     * @param file links are followed.
     * @return null where there is no regular file, or one that is shorter than the head.
     * @throws IOException where it can't be read.
     */
    public static CncFile read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return null;
        }
        final BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile() || attributes.size() < CncFileDescriptor.META_DATA_LENGTH) {
            return null;
        }
        // A channel would be closed by an interrupt of the calling thread.
        try (RandomAccessFile cnc = new RandomAccessFile(file.toFile(), "r")) {
            final ByteBuffer head = read(cnc, 0, CncFileDescriptor.META_DATA_LENGTH);
            final boolean isWhole = isWhole(head, cnc.length());
            return new CncFile(
                attributes.fileKey(),
                head.getInt(CncFileDescriptor.cncVersionOffset(0)),
                head.getLong(CncFileDescriptor.pidOffset(0)),
                head.getLong(CncFileDescriptor.startTimestampOffset(0)),
                isWhole,
                isWhole ? read(cnc, heartbeatOffset(head), Long.BYTES).getLong(0) : 0);
        }
    }

    private static ByteBuffer read(final RandomAccessFile file, final long offset, final int length)
        throws IOException {
        final byte[] bytes = new byte[length];
        file.seek(offset);
        file.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
    }

    private static boolean isWhole(final ByteBuffer head, final long fileLength) {
        final int toDriver = head.getInt(CncFileDescriptor.toDriverBufferLengthOffset(0));
        final int toClients = head.getInt(CncFileDescriptor.toClientsBufferLengthOffset(0));
        final int metadata = head.getInt(CncFileDescriptor.countersMetaDataBufferLengthOffset(0));
        final int values = head.getInt(CncFileDescriptor.countersValuesBufferLengthOffset(0));
        final int errorLog = head.getInt(CncFileDescriptor.errorLogBufferLengthOffset(0));
        final long end = (long)CncFileDescriptor.META_DATA_LENGTH + toDriver + toClients + metadata + values + errorLog;
        return isPowerOfTwo(toDriver - RingBufferDescriptor.TRAILER_LENGTH) &&
            isPowerOfTwo(toClients - BroadcastBufferDescriptor.TRAILER_LENGTH) &&
            metadata > 0 && values > 0 && errorLog > 0 && end <= fileLength;
    }

    private static boolean isPowerOfTwo(final int length) {
        return length > 0 && BitUtil.isPowerOfTwo(length);
    }

    private static long heartbeatOffset(final ByteBuffer head) {
        return (long)CncFileDescriptor.META_DATA_LENGTH +
            head.getInt(CncFileDescriptor.toDriverBufferLengthOffset(0)) - RingBufferDescriptor.TRAILER_LENGTH +
            RingBufferDescriptor.CONSUMER_HEARTBEAT_OFFSET;
    }

    /**
     * Whether a media driver made it, alive or not: a file of the user's may have the same name.
     *
     * @return false too for a driver of a later version of Aeron, and for one that was not ready yet.
     */
    public boolean isDrivers() {
        return version > 0 && version <= CncFileDescriptor.CNC_VERSION && isWhole && pid > 0 && pid <= MAX_PID;
    }
}
