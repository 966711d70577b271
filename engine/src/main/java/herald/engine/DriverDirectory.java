package herald.engine;

import herald.io.FileAccess;
import herald.io.ProcessOwner;
import herald.link.CncFile;
import herald.link.DriverLiveness;
import herald.link.DriverOwner;
import herald.link.DriverProcess;
import herald.link.HeraldDirectory;
import io.aeron.CncFileDescriptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

/**
 * The directory of a media driver that Herald runs. A user names it, so it may be any directory: nothing in it is
 * removed but what a dead driver of this user left there, entry by entry, by the names that Herald and Aeron give, and
 * links are not followed. Aeron itself removes its directory with everything in it before it starts, so it never gets
 * the user's: it gets one inside that is not there yet.
 *
 * <pre>
 *   cnc.dat                  link to the one below, once the driver is ready: here clients look for it
 *   herald-driver-PROCESS-N/ its owner's alone, or a group's too
 *     aeron/                 Aeron's: cnc.dat, loss-report.dat, publications/, images/
 * </pre>
 */
final class DriverDirectory implements AutoCloseable {
    private static final String PREFIX = "herald-driver-";
    private static final String AERON = "aeron";
    private static final String LOG_BUFFER = ".logbuffer";
    private static final Pattern MARK = Pattern.compile(
        PREFIX + "(\\d{1,18}-\\d{1,18}-\\d{1,18}-[0-9a-f]{1,8})-(own|given)-[0-9a-f]{1,8}");
    private static final Set<String> AERON_FILES = Set.of(CncFileDescriptor.CNC_FILE, "loss-report.dat");
    private static final Set<String> AERON_DIRECTORIES = Set.of("publications", "images");
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ALONE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Path directory;
    private final Path mark;
    private final boolean made;
    private final FileAccess access;

    private DriverDirectory(final Path directory, final Path mark, final boolean made, final FileAccess access) {
        this.access = access;
        this.directory = directory;
        this.mark = mark;
        this.made = made;
    }

    /**
     * Makes room for a driver: checks the directory, makes it where it is missing, and removes what a dead one left.
     *
     * @param directoryName as the user gave it, in which no driver is alive.
     * @param access        who else may be a client of the driver.
     * @return a place for a driver, not yet to be found by clients.
     * @throws ProxyException where the directory is not to be used: says why and what would mend it.
     */
    static DriverDirectory prepare(final String directoryName, final FileAccess access) {
        HeraldDirectory.requireName("aeronDirectoryName", directoryName);
        requireOwner(directoryName);
        try {
            final Path named = Path.of(directoryName).toAbsolutePath();
            makeParents(named.getParent(), access);
            boolean made = make(named);
            final Path directory = named.toRealPath();
            made |= clear(directory);
            if (made) {
                access.directory(directory);
            } else {
                access.passage(directory);
            }
            final Path mark = directory.resolve(PREFIX + DriverProcess.own() + (made ? "-own-" : "-given-") +
                Integer.toHexString(ThreadLocalRandom.current().nextInt()));
            Files.createDirectory(mark, OWNER_ALONE);
            access.directory(mark);
            return new DriverDirectory(directory, mark, made, access);
        } catch (final IOException e) {
            throw unusable(directoryName, e);
        }
    }

    static void requireOwner(final String directoryName) {
        try {
            DriverOwner.require(directoryName, null);
        } catch (final IllegalStateException | UncheckedIOException e) {
            throw new ProxyException(e.getMessage(), e);
        }
    }

    private static void makeParents(final Path parent, final FileAccess access) throws IOException {
        if (!Files.isDirectory(parent)) {
            makeParents(parent.getParent(), access);
            if (make(parent)) {
                access.passage(parent);
            }
        }
    }

    /** Says whether it was not there: another process may make it at the same time. */
    private static boolean make(final Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return false;
        }
        try {
            Files.createDirectory(directory, OWNER_ALONE);
            return true;
        } catch (final FileAlreadyExistsException e) {
            if (Files.isDirectory(directory)) {
                return false;
            }
            throw e;
        }
    }

    private static ProxyException unusable(final String directoryName, final IOException cause) {
        return new ProxyException("cannot use " + directoryName + " for a media driver: " + FileAccess.reason(cause) +
            "; choose another directory with --aeron-dir", cause);
    }

    /**
     * What a dead driver has left goes, the rest stays; says whether Herald had made the directory. A link is the mark
     * of Herald's own drivers, whose files are behind it; a driver that is not Herald's has a file, and its others
     * beside it.
     */
    private static boolean clear(final Path directory) throws IOException {
        final Path cncFile = directory.resolve(CncFileDescriptor.CNC_FILE);
        final boolean isDrivers = Files.exists(cncFile, NOFOLLOW_LINKS);
        final boolean isLink = Files.isSymbolicLink(cncFile);
        if (isDrivers && !isLink) {
            requireDead(cncFile);
        }
        final List<Path> leftBehind = new ArrayList<>();
        boolean made = false;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (final Path entry : entries) {
                final String name = entry.getFileName().toString();
                final Matcher mark = MARK.matcher(name);
                if (mark.matches()) {
                    if (isLeftBehind(mark.group(1), isLink && isLinkTo(cncFile, name))) {
                        leftBehind.add(entry);
                        made |= mark.group(2).equals("own");
                    }
                } else if (entry.equals(cncFile) || (isDrivers && !isLink && isAerons(entry))) {
                    leftBehind.add(entry);
                } else if (!isDrivers) {
                    throw new ProxyException(directory + " is not empty and no directory of a media driver: choose " +
                        "another one with --aeron-dir");
                }
            }
        }
        for (final Path entry : leftBehind) {
            requireOwn(entry);
        }
        for (final Path entry : leftBehind) {
            remove(entry);
        }
        return made;
    }

    private static boolean isAerons(final Path entry) {
        final String name = entry.getFileName().toString();
        if (AERON_DIRECTORIES.contains(name)) {
            return Files.isDirectory(entry, NOFOLLOW_LINKS);
        }
        return AERON_FILES.contains(name) && Files.isRegularFile(entry, NOFOLLOW_LINKS);
    }

    /** A user's file may have the name of a driver's: what is no driver's says nothing about what is beside it. */
    private static void requireDead(final Path cncFile) throws IOException {
        requireOwn(cncFile);
        final Path directory = cncFile.getParent();
        final CncFile cnc = CncFile.read(cncFile);
        if (cnc == null || !cnc.isDrivers()) {
            throw new ProxyException(cncFile + " is not what a media driver leaves, or it is of one that was not " +
                "ready or has another version of Aeron: nothing in " + directory + " is removed; move that file " +
                "away, or choose another directory with --aeron-dir");
        }
        final DriverLiveness found = DriverLiveness.of(directory.toString(), 0);
        if (!found.isReplaceable() && found.state() != DriverLiveness.State.UNPROVEN) {
            throw new ProxyException(
                found.reason(directory.toString()) + ", or choose another directory with --aeron-dir");
        }
    }

    /** One that this process can't see is dead where it gives no sign of life, which was looked at before. */
    private static boolean isLeftBehind(final String process, final boolean published) {
        final DriverProcess.Life life = DriverProcess.parse(process).life();
        return life == DriverProcess.Life.DEAD || (published && life == DriverProcess.Life.HIDDEN);
    }

    private static boolean isLinkTo(final Path link, final String mark) throws IOException {
        return Files.readSymbolicLink(link).startsWith(mark);
    }

    private static void requireOwn(final Path entry) throws IOException {
        if (!ProcessOwner.owns(entry)) {
            throw new ProxyException(entry + " is what a media driver of another user left (" +
                Files.getOwner(entry, NOFOLLOW_LINKS).getName() + "): have that user remove it, or choose another " +
                "directory with --aeron-dir");
        }
        if (Files.isSymbolicLink(entry)) {
            requireOwnLink(entry);
        }
    }

    /** Another one that was started meanwhile has a link of its own, whose process lives. */
    private static void requireOwnLink(final Path link) throws IOException {
        final Path target = Files.readSymbolicLink(link);
        final Matcher mark = MARK.matcher(target.getName(0).toString());
        if (!mark.matches() || !target.endsWith(Path.of(AERON, CncFileDescriptor.CNC_FILE))) {
            throw new ProxyException(link + " is a link to " + target + ", which no media driver made: remove it, " +
                "or choose another directory with --aeron-dir");
        }
        if (Files.exists(link) && DriverProcess.parse(mark.group(1)).life() == DriverProcess.Life.ALIVE) {
            throw new ProxyException("a media driver of process " + DriverProcess.parse(mark.group(1)).pid() +
                " lives in " + link.getParent() + ": use it, stop it, or choose another directory with --aeron-dir");
        }
    }

    /** One entry of known name: what is in it has known names too, or stays, and so does the directory around it. */
    private static void remove(final Path entry) throws IOException {
        if (!Files.isDirectory(entry, NOFOLLOW_LINKS)) {
            Files.deleteIfExists(entry);
        } else if (entry.getFileName().toString().startsWith(PREFIX)) {
            removeAeron(entry.resolve(AERON));
            removeEmpty(entry);
        } else {
            removeLogBuffers(entry);
        }
    }

    private static void removeAeron(final Path aeron) throws IOException {
        if (Files.isDirectory(aeron, NOFOLLOW_LINKS)) {
            for (final String name : AERON_FILES) {
                Files.deleteIfExists(aeron.resolve(name));
            }
            for (final String name : AERON_DIRECTORIES) {
                removeLogBuffers(aeron.resolve(name));
            }
            removeEmpty(aeron);
        }
    }

    private static void removeLogBuffers(final Path directory) throws IOException {
        if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> buffers = Files.newDirectoryStream(directory)) {
            for (final Path buffer : buffers) {
                if (buffer.getFileName().toString().endsWith(LOG_BUFFER) &&
                    Files.isRegularFile(buffer, NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(buffer);
                }
            }
        }
        removeEmpty(directory);
    }

    /** A directory that holds anything, or is in use as a mount point, stays. */
    private static boolean removeEmpty(final Path directory) {
        try {
            return Files.deleteIfExists(directory);
        } catch (final IOException e) {
            return false;
        }
    }

    /**
     * Where Aeron's files are.
     *
     * @return a directory that is not there before the driver starts.
     */
    String aeronDirectoryName() {
        return mark.resolve(AERON).toString();
    }

    /**
     * Gives Aeron's files, now that they are there, to those who may be clients.
     *
     * @throws ProxyException where that is not possible.
     */
    void grantAccess() {
        final Path aeron = mark.resolve(AERON);
        try (Stream<Path> files = Files.walk(aeron)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                if (Files.isDirectory(file, NOFOLLOW_LINKS)) {
                    access.directory(file);
                } else {
                    access.file(file);
                }
            }
        } catch (final IOException e) {
            throw unusable(directory.toString(), e);
        }
    }

    /**
     * Lets clients find the driver, now that it is ready.
     *
     * @throws ProxyException where another driver was quicker.
     */
    void publish() {
        final Path cncFile = directory.resolve(CncFileDescriptor.CNC_FILE);
        try {
            Files.createSymbolicLink(cncFile, target());
        } catch (final FileAlreadyExistsException e) {
            throw new ProxyException("another media driver has just been started in " + directory + ": use it, or " +
                "choose another directory with --aeron-dir", e);
        } catch (final IOException e) {
            throw unusable(directory.toString(), e);
        }
    }

    /** Whether clients find the driver. */
    boolean isPublished() {
        final Path cncFile = directory.resolve(CncFileDescriptor.CNC_FILE);
        try {
            return Files.isSymbolicLink(cncFile) && Files.readSymbolicLink(cncFile).equals(target());
        } catch (final IOException e) {
            return false;
        }
    }

    private Path target() {
        return Path.of(mark.getFileName().toString(), AERON, CncFileDescriptor.CNC_FILE);
    }

    /** Removes the files of this driver, and the directory where Herald made it and it is empty. */
    @Override
    public void close() {
        try {
            if (isPublished()) {
                Files.deleteIfExists(directory.resolve(CncFileDescriptor.CNC_FILE));
            }
            if (Files.isDirectory(mark, NOFOLLOW_LINKS)) {
                remove(mark);
            }
        } catch (final IOException e) {
            throw new ProxyException("cannot remove what the media driver left in " + directory + ": " + e +
                "; the next one there does", e);
        }
        if (made) {
            removeEmpty(directory);
        }
    }
}
