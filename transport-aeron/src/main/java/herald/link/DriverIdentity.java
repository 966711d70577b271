package herald.link;

import io.aeron.CncFileDescriptor;

import java.io.IOException;
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
    /**
     * The driver whose file is in a directory, alive or not.
     *
     * @param directoryName of the driver.
     * @return null where there is none, or none yet.
     */
    public static DriverIdentity of(final String directoryName) {
        try {
            final CncFile cnc = CncFile.read(file(directoryName));
            return cnc == null || cnc.version() == 0 ? null :
                new DriverIdentity(cnc.fileKey(), cnc.startTimestampMs(), cnc.pid());
        } catch (final IOException e) {
            return null;
        }
    }

    private static Path file(final String directoryName) {
        return Path.of(directoryName, CncFileDescriptor.CNC_FILE);
    }

    /**
     * Whether this driver's file is in the directory still. Another file there is not opened: it may be anybody's.
     *
     * @param directoryName of the driver.
     * @return false too where it can't be read.
     */
    public boolean isIn(final String directoryName) {
        try {
            return Files.readAttributes(file(directoryName), BasicFileAttributes.class).fileKey().equals(fileKey) &&
                equals(of(directoryName));
        } catch (final IOException e) {
            return false;
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
