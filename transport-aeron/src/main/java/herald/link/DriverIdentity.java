package herald.link;

import io.aeron.CncFileDescriptor;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Tells one media driver in a directory from the next one there: a client of the one before would notice only after a
 * timeout that it is gone. File systems give the inode of a deleted file away again, so that alone does not do.
 *
 * @param fileKey          of the driver's file.
 * @param startTimestampMs when it started.
 * @param pid              of its process.
 */
public record DriverIdentity(Object fileKey, long startTimestampMs, long pid) {
    private static final int READ_LENGTH = CncFileDescriptor.pidOffset(0) + Long.BYTES;

    /**
     * The driver whose file is in a directory, alive or not.
     *
     * @param directoryName of the driver.
     * @return null where there is none, or none yet.
     */
    public static DriverIdentity of(final String directoryName) {
        final Path file = Path.of(directoryName, CncFileDescriptor.CNC_FILE);
        // A channel would be closed by an interrupt of the calling thread.
        try (FileInputStream stream = new FileInputStream(file.toFile())) {
            final byte[] bytes = stream.readNBytes(READ_LENGTH);
            if (bytes.length < READ_LENGTH) {
                return null;
            }
            final ByteBuffer start = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
            if (start.getInt(CncFileDescriptor.cncVersionOffset(0)) == 0) {
                return null;
            }
            return new DriverIdentity(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey(),
                start.getLong(CncFileDescriptor.startTimestampOffset(0)),
                start.getLong(CncFileDescriptor.pidOffset(0)));
        } catch (final IOException e) {
            return null;
        }
    }

    /**
     * Whether a driver in a directory can be connected to: see {@link DriverLiveness}.
     *
     * @param directoryName of the driver.
     * @param timeoutMs     within which it must have given a sign of life.
     * @return false too where what is there is no driver's.
     */
    public static boolean isAlive(final String directoryName, final long timeoutMs) {
        return DriverLiveness.of(directoryName, timeoutMs).isUsable();
    }
}
