package herald.link;

import herald.io.ErrorText;
import herald.io.SystemDisk;
import io.aeron.ErrorCode;
import io.aeron.exceptions.RegistrationException;
import io.aeron.exceptions.StorageSpaceException;
import io.aeron.logbuffer.LogBufferDescriptor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory of a publication's terms, which is there before anything is put into them. A store into a mapped page for
 * which the file system has no room ends the process with a signal, and Aeron's terms are such pages as a rule: here
 * they are written as zeros through the file first, which is refused where there is no room. Any thread.
 */
public final class TermMemory {
    /** What one publisher leaves to the driver and to others, who may be about to use what they were just given. */
    private static final long KEPT_LENGTH = 1024 * 1024;
    private static final String CNC_FILE = "cnc.dat";
    private static final String PUBLICATIONS = "publications";
    private static final String LOG_BUFFER = ".logbuffer";

    private TermMemory() {
    }

    /**
     * Asks for the memory of a publication of the caller's, into which nobody has put anything yet.
     *
     * @param aeronDirectoryName where clients find the media driver.
     * @param registrationId     of the publication.
     * @param termLength         of it, in bytes.
     * @throws SharedMemoryFullException where there is no room, or the publication's file can't be written: it must
     *                                   not be used.
     */
    public static void reserve(final String aeronDirectoryName, final long registrationId, final int termLength) {
        final int length = Math.multiplyExact(LogBufferDescriptor.PARTITION_COUNT, termLength);
        final Path cncFile = Path.of(aeronDirectoryName, CNC_FILE);
        try {
            final Path driver = cncFile.toRealPath().getParent();
            if (!isOfHerald(cncFile) && driver.toFile().getUsableSpace() < length + KEPT_LENGTH) {
                throw new SharedMemoryFullException(noRoom(length, aeronDirectoryName), null);
            }
            SystemDisk.INSTANCE.writeZeros(
                driver.resolve(PUBLICATIONS).resolve(registrationId + LOG_BUFFER), 0, length);
        } catch (final IOException e) {
            throw StorageSpaceException.isStorageSpaceError(e) ?
                new SharedMemoryFullException(noRoom(length, aeronDirectoryName), e) :
                new SharedMemoryFullException("cannot have the memory of a stream in " + aeronDirectoryName + ": " +
                    ErrorText.of(e), e);
        }
    }

    /** A driver of Herald's is behind a link, and has given the memory already. */
    private static boolean isOfHerald(final Path cncFile) {
        return Files.isSymbolicLink(cncFile);
    }

    /**
     * Tells a driver's refusal for want of room from others.
     *
     * @param aeronDirectoryName of the driver.
     * @param refusal            of a publication.
     * @return the refusal itself, where it has another cause.
     */
    public static RuntimeException refusal(final String aeronDirectoryName, final RegistrationException refusal) {
        return refusal.errorCode() != ErrorCode.STORAGE_SPACE ? refusal :
            new SharedMemoryFullException(
                "the media driver in " + aeronDirectoryName + " has no room: " + ErrorText.of(refusal), refusal);
    }

    /**
     * What to say where there is no room.
     *
     * @param wanted        bytes.
     * @param directoryName of the media driver.
     * @return a sentence that ends with a remedy.
     */
    public static String noRoom(final long wanted, final String directoryName) {
        return "no room for a stream in " + directoryName + ": it takes " + wanted + " bytes, " +
            new File(directoryName).getUsableSpace() + " are free; free some, make that file system larger (mount -o " +
            "remount,size=...), or choose another directory with --aeron-dir";
    }
}
