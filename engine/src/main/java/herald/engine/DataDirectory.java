package herald.engine;

import herald.io.Disk;
import herald.io.FileAccess;
import herald.io.FileMutex;
import herald.io.PathPlace;
import herald.io.SmallFile;
import herald.io.UnfitFileException;
import herald.journal.JournalRecovery;
import herald.link.DirectoryIdentity;
import herald.link.HeraldDirectory;
import herald.link.IdentityFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A proxy's data directory: where each part of it is, and that one proxy has it.
 *
 * <pre>
 *   lock                 held while a proxy runs, and .lock.owner beside it
 *   format               version of what is in here
 *   identity             which directory this is, which a copy is not; see IdentityFile
 *   counters.dat         see CountersFile
 *   quarantine.txt       refused frames
 *   quarantine/          what herald verify --repair took out, and what stays lost
 *   journal/             segments
 *   dispatch/            segments
 *   bookmarks/           one for each writer, and how it fares
 *   dead-letters/        one for each writer that has any
 *   spool/               of recorders on this host
 * </pre>
 */
public final class DataDirectory implements AutoCloseable {
    /** Version of the directory's layout. */
    public static final int FORMAT_VERSION = 1;

    /** What a version looks like. */
    public static final String VERSION = "\\d{1,9}";

    /** Names that Herald gives in it; what is there under others is the user's. */
    static final List<String> OWN = List.of(
        "lock", ".lock.owner", "format", "identity", "identity.tmp", "counters.dat", "counters.dat.damaged",
        "quarantine.txt", "quarantine", "journal", "dispatch", "bookmarks", "dead-letters", "policies", "admin.json",
        "admin.tmp", "spool", "remote-spool");

    private static final int MAX_FORMAT_LENGTH = 256;
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);

    private final Disk disk;
    private final Path root;
    private final FileMutex lock;
    private final IdentityFile identity;
    private final FileAccess access;

    private DataDirectory(
        final Disk disk, final Path root, final FileMutex lock, final IdentityFile identity, final FileAccess access) {
        this.disk = disk;
        this.access = access;
        this.root = root;
        this.lock = lock;
        this.identity = identity;
    }

    /**
     * Takes a data directory for a proxy, and makes ready what is in it.
     *
     * @param disk that holds it.
     * @param root of it.
     * @param access who else may record here.
     * @return the directory, locked.
     * @throws ProxyException where it is in use, of a newer format, or can't be written to.
     */
    static DataDirectory acquire(final Disk disk, final Path root, final FileAccess access) {
        final DataDirectory directory = hold(disk, root, access);
        boolean prepared = false;
        try {
            directory.prepare();
            prepared = true;
            return directory;
        } finally {
            if (!prepared) {
                directory.close();
            }
        }
    }

    /**
     * Takes a data directory for a proxy and leaves what is in it as it is, for the start may yet be refused; makes an
     * empty one where there is none.
     *
     * @param disk that holds it.
     * @param root of it.
     * @param access who else may record here.
     * @return the directory, locked.
     * @throws ProxyException where it is in use, of a newer format, somebody else's, or can't be used.
     */
    static DataDirectory hold(final Disk disk, final Path root, final FileAccess access) {
        FileMutex lock = null;
        try {
            if (Files.isDirectory(root)) {
                access.requirePassage(root.toRealPath());
                ForeignFiles.requireNone(root, OWN);
            }
            disk.createDirectories(root);
            lock = FileMutex.tryAcquire(lock(root));
            if (lock == null) {
                throw new ProxyException("data directory " + root + " is in use by another proxy (" +
                    FileMutex.holderOf(lock(root)) + "): stop that one, or choose another with --data-dir");
            }
            checkFormat(root);
            requireRegular(DirectoryIdentity.file(root));
            final DataDirectory directory = new DataDirectory(disk, root, lock, IdentityFile.open(disk, root), access);
            lock = null;
            return directory;
        } catch (final IOException e) {
            throw unusable(root, e);
        } finally {
            if (lock != null) {
                lock.close();
            }
        }
    }

    private static ProxyException unusable(final Path root, final IOException cause) {
        return new ProxyException("cannot use data directory " + root + ": " + FileAccess.reason(cause) +
            "; choose one that this user may write to, with --data-dir", cause);
    }

    /**
     * Makes what is missing, and sees to who may use what.
     *
     * @throws ProxyException where it can't be written to.
     */
    void prepare() {
        try {
            if (isWithoutFormat(root)) {
                if (Files.exists(format(root))) {
                    LOGGER.warn("{} was empty: it is written anew, with {}", format(root), FORMAT_VERSION);
                }
                disk.append(format(root), FORMAT_VERSION + "\n");
            }
            for (final Path part : new Path[] {
                journal(root), dispatch(root), bookmarks(root), HeraldDirectory.spoolDir(root)}) {
                disk.createDirectories(part);
            }
            DataDirectoryAccess.apply(root, access);
        } catch (final IOException e) {
            throw unusable(root, e);
        }
    }

    private static Path format(final Path root) {
        return root.resolve("format");
    }

    /**
     * What stands in the file of the layout's version.
     *
     * @param root of a data directory that has the file, a regular one.
     * @return null where it is far too long for one.
     * @throws IOException where it can't be read.
     */
    public static String formatText(final Path root) throws IOException {
        try {
            return new String(SmallFile.readOwn(format(root), MAX_FORMAT_LENGTH), StandardCharsets.ISO_8859_1).trim();
        } catch (final UnfitFileException e) {
            return null;
        }
    }

    private static boolean isWithoutFormat(final Path root) throws IOException {
        return !Files.exists(format(root)) || Files.size(format(root)) == 0;
    }

    /** What is under a name that a start needs, and can't be what it should, says by itself what to do about it. */
    private static void requireRegular(final Path file) throws IOException {
        try {
            if (Files.exists(file)) {
                SmallFile.requireRegular(file);
            }
        } catch (final UnfitFileException e) {
            throw new ProxyException(e.getMessage(), e);
        }
    }

    private static void checkFormat(final Path root) throws IOException {
        final Path format = format(root);
        requireRegular(format);
        if (isWithoutFormat(root)) {
            return;
        }
        final String text = formatText(root);
        if (text == null || !text.matches(VERSION)) {
            throw new ProxyException(format + (text == null ? " is longer than any version" : " holds \"" + text +
                "\", not a format version") + ": restore it, it was " + FORMAT_VERSION);
        }
        if (Integer.parseInt(text) > FORMAT_VERSION) {
            throw new ProxyException("data directory " + root + " has format " + text + ", this Herald reads up to " +
                FORMAT_VERSION + ": use the newer Herald that wrote it, or choose another directory with --data-dir");
        }
    }

    /**
     * Refuses what is no data directory, or can't be looked into, before anything is said or changed about it.
     *
     * @param disk that holds it.
     * @param root said to be a data directory.
     * @throws IOException saying what is wrong and what would be right.
     */
    public static void require(final Disk disk, final Path root) throws IOException {
        if (Files.notExists(root)) {
            throw new IOException("there is no data directory " + root + ": name it with --data-dir");
        }
        final Set<String> names = new HashSet<>();
        disk.list(root, "").forEach(file -> names.add(file.getFileName().toString()));
        if (!names.contains("format") && !names.containsAll(List.of("journal", "dispatch"))) {
            throw new IOException(root + " is no data directory of a proxy, which has the file format and the " +
                "directories journal and dispatch: name one with --data-dir");
        }
    }

    /**
     * Refuses a data directory in which a log is missing: somebody moved it away, or restored the rest alone.
     *
     * @param disk that holds it.
     * @param root of it.
     * @throws IOException saying which log is missing, or can't be looked into.
     */
    public static void requireLogs(final Disk disk, final Path root) throws IOException {
        for (final Path log : List.of(journal(root), dispatch(root))) {
            if (Files.notExists(log)) {
                throw new IOException(log + " is missing, and what it held with it: put it back from where it was " +
                    "moved to; a start of the proxy would begin an empty one");
            }
            disk.list(log, "");
        }
    }

    /**
     * Refuses a data directory of a proxy that has run there and in which a log is missing; one in which none has run
     * yet has no logs.
     *
     * @param disk that holds it.
     * @param root of it, which may be missing.
     * @throws IOException saying which log is missing, or can't be looked into.
     */
    public static void requireLogsOfPast(final Disk disk, final Path root) throws IOException {
        // A start makes both logs before any of these.
        if (Files.exists(counters(root)) || Files.exists(DirectoryIdentity.file(root))) {
            requireLogs(disk, root);
        }
    }

    /**
     * Refuses a directory for something else that is a data directory, or is in it under a name that Herald gives.
     *
     * @param setting that names it.
     * @param path    said to be used.
     * @param root    of the data directory, which may be missing.
     * @throws IllegalArgumentException naming setting, path and what would be right.
     */
    static void requireNotOwn(final String setting, final Path path, final Path root) {
        if (PathPlace.of(path).equals(PathPlace.of(root)) || PathPlace.own(path, root, OWN) != null) {
            throw new IllegalArgumentException(setting + " is " + path + ", where Herald keeps its own files: it " +
                "must be outside the data directory " + root);
        }
    }

    /**
     * What a proxy locks while it runs.
     *
     * @param root of a data directory.
     * @return the file, for {@link FileMutex}.
     */
    public static Path lock(final Path root) {
        return root.resolve("lock");
    }

    /**
     * Where the journal is.
     *
     * @param root of a data directory.
     * @return directory of its segments.
     */
    public static Path journal(final Path root) {
        return root.resolve("journal");
    }

    /**
     * Where the dispatch log is.
     *
     * @param root of a data directory.
     * @return directory of its segments.
     */
    public static Path dispatch(final Path root) {
        return root.resolve("dispatch");
    }

    /**
     * Where the counters are.
     *
     * @param root of a data directory.
     * @return their file.
     */
    public static Path counters(final Path root) {
        return root.resolve("counters.dat");
    }

    /**
     * Where writers' bookmarks are.
     *
     * @param root of a data directory.
     * @return their directory.
     */
    public static Path bookmarks(final Path root) {
        return root.resolve("bookmarks");
    }

    /**
     * Refuses a copy before anything in it is changed.
     *
     * @param adoptCopy whether a copy goes on as a directory of its own.
     * @throws IOException    where its files can't be looked at.
     * @throws ProxyException where this is a copy, and is not to be adopted, or is the original under other names.
     */
    void requireOriginal(final boolean adoptCopy) throws IOException {
        if (identity.state() != IdentityFile.State.COPY) {
            return;
        }
        if (!adoptCopy) {
            throw refusal(doubtOfCopy(identity));
        }
        final Path linked = linked();
        if (linked != null) {
            throw new ProxyException("data directory " + root + " is a copy whose files, such as " + linked +
                ", are hard links: what is written here would be written into the original too. Copy it with " +
                "cp -a, without links, and start that copy with --adopt-copy");
        }
    }

    /** A file that has another name too; null where there is none. */
    private Path linked() throws IOException {
        try (Stream<Path> files = Files.walk(root, 2)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) &&
                    (Integer)Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1) {
                    return file;
                }
            }
            return null;
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private ProxyException refusal(final String doubt) {
        return new ProxyException("data directory " + root + " " + doubt + ". If it is to go on by itself, a copy " +
            "or a backup that was restored, start it once with --adopt-copy: it gets an identity of its own then");
    }

    private static String doubtOfCopy(final IdentityFile identity) {
        return "is a copy of directory " + identity.identity().id() + ", which may be in use";
    }

    /**
     * Takes note of a start, once the journal is open and before anything is acknowledged.
     *
     * @param recovered what the journal says.
     * @param next      id, should the directory need one.
     * @param adoptCopy whether a copy goes on as a directory of its own.
     * @param runId     of the proxy.
     * @param position  at which the journal ends.
     * @return the directory's identity from now on.
     * @throws IOException    where it can't be written.
     * @throws ProxyException where this is a copy, or may be one, and is not to be adopted.
     */
    DirectoryIdentity begin(
        final JournalRecovery recovered,
        final UUID next,
        final boolean adoptCopy,
        final long runId,
        final long position) throws IOException {
        final String doubt = doubt(identity, recovered.directoryId());
        if (doubt != null && !adoptCopy) {
            throw refusal(doubt);
        }
        if (doubt != null) {
            LOGGER.warn("data directory {} {}: it is adopted and is directory {} from now on", root, doubt, next);
        }
        final boolean isNew = doubt != null || identity.identity() == null;
        final DirectoryIdentity begun = identity.begin(isNew ? next : null, recovered.generation(), runId, position);
        access.readable(DirectoryIdentity.file(root));
        return begun;
    }

    /**
     * Why a data directory may not be the one that acknowledged what is in it: no proxy starts there then.
     *
     * @param identity  that was found.
     * @param journaled id of the directory by its journal; {@link DirectoryIdentity#NO_ID} where that says none.
     * @return null where there is no doubt.
     */
    public static String doubt(final IdentityFile identity, final UUID journaled) {
        final boolean named = !journaled.equals(DirectoryIdentity.NO_ID);
        return switch (identity.state()) {
            case COPY -> doubtOfCopy(identity);
            case MISSING -> named ? "has no identity file, and its journal is directory " + journaled + "'s" : null;
            case DAMAGED -> "has a damaged identity file" + (named ? ", its journal is of " + journaled : "");
            case OWN -> named && !identity.identity().descendsFrom(journaled) ?
                "is " + identity.identity().id() + ", its journal is directory " + journaled + "'s" : null;
        };
    }

    Path root() {
        return root;
    }

    Path quarantine() {
        return root.resolve("quarantine.txt");
    }

    Path deadLetters() {
        return root.resolve("dead-letters");
    }

    @Override
    public void close() {
        lock.close();
    }
}
