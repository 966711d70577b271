package herald.recorder;

import herald.io.Disk;
import herald.io.FileAccess;
import herald.io.FileMutex;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a look at a spool shows, in use or not. Looking takes no lock and changes nothing.
 *
 * @param path          of the spool.
 * @param recorderId    whose events these are; null where the header does not say so any more.
 * @param component     of the recorder, from the file's name.
 * @param inUse         whether a living process holds it.
 * @param firstSequence of the events that are not acknowledged yet.
 * @param lastSequence  of them; below {@code firstSequence} where nothing waits.
 * @param events        that wait and are whole.
 * @param damages       in the order in which they were found; empty where the spool is whole.
 */
public record SpoolInspection(
    Path path,
    UUID recorderId,
    String component,
    boolean inUse,
    long firstSequence,
    long lastSequence,
    long events,
    List<Damage> damages) {

    /** From here to {@link #TRIMMED_TO} a spool's file says up to which sequence its events were acknowledged. */
    public static final int TRIMMED_FROM = SpoolDescriptor.TRIM_SLOT_A_OFFSET;
    /** Where that ends. */
    public static final int TRIMMED_TO = SpoolDescriptor.COUNTERS_OFFSET;

    private static final Pattern NAME =
        Pattern.compile("(.+?)(~\\d+)?(\\.[0-9a-f-]{36}(\\.old)?)*\\.(spool|damaged)");
    private static final int LOOKS = 20;

    /**
     * A range of a spool's bytes that does not hold what it should.
     *
     * @param fromOffset in the file.
     * @param toOffset   behind its last byte; {@code fromOffset} where not even a trace is left.
     * @param reason     what should be there.
     */
    public record Damage(long fromOffset, long toOffset, String reason) {
        /**
         * How much it is.
         *
         * @return in bytes.
         */
        public long length() {
            return toOffset - fromOffset;
        }

        @Override
        public String toString() {
            return "bytes " + fromOffset + " to " + toOffset + ": " + reason;
        }
    }

    /**
     * Looks at a spool.
     *
     * @param disk      that holds it; it is read past it.
     * @param spoolFile to look at.
     * @return what it holds.
     * @throws IOException where it is no regular file, can't be read, or its format is newer than this Herald.
     */
    public static SpoolInspection of(final Disk disk, final Path spoolFile) throws IOException {
        final boolean inUse = isInUse(spoolFile);
        try {
            SpoolScan scan = look(spoolFile);
            for (int look = 1; inUse && look < LOOKS && !scan.damages().isEmpty(); look++) {
                scan = look(spoolFile);
            }
            return new SpoolInspection(
                spoolFile, scan.recorderId(), componentOf(spoolFile), inUse, scan.trimmedSequence() + 1,
                scan.lastSequence(), scan.count(), scan.damages());
        } catch (final SpoolException e) {
            throw new IOException(e.getMessage(), e);
        } catch (final AccessDeniedException e) {
            throw new IOException(FileAccess.reason(e), e);
        }
    }

    private static SpoolScan look(final Path spoolFile) throws IOException {
        try (SpoolBytes bytes = SpoolBytes.open(spoolFile, false)) {
            return SpoolScan.of(bytes);
        }
    }

    private static boolean isInUse(final Path spoolFile) throws IOException {
        return spoolFile.getFileName().toString().endsWith(SpoolFile.SUFFIX) &&
            Files.exists(spoolFile) && FileMutex.isHeld(SpoolFile.lockFile(spoolFile));
    }

    /**
     * What keeps everybody from the spool, whatever it holds itself.
     *
     * @return for people; null where it can be owned.
     * @throws IOException where its lock can't be read.
     */
    public String lockDefect() throws IOException {
        final Path lock = SpoolFile.lockFile(path);
        final boolean taken = Files.exists(lock, LinkOption.NOFOLLOW_LINKS) &&
            !Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS);
        return taken ? "its lock " + lock.getFileName() + ": " + FileMutex.defectOf(lock) : null;
    }

    static String componentOf(final Path spoolFile) {
        final String name = spoolFile.getFileName().toString();
        final Matcher matcher = NAME.matcher(name);
        return matcher.matches() ? matcher.group(1) : name;
    }
}
