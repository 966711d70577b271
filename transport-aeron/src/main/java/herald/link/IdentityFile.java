package herald.link;

import herald.io.Disk;
import herald.io.UnnamedFile;
import herald.link.DirectoryIdentity.FilePlace;
import herald.link.DirectoryIdentity.Start;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The identity of a data directory as its proxy keeps it. Two slots are written in turn, in place, so that a start
 * needs no room on the disk and one slot is whole whatever a crash tears. Under the lock of the data directory.
 */
public final class IdentityFile {
    /** What was found at the start. */
    public enum State {
        /** None: the directory is new, or from before directories had identities. */
        MISSING,
        /** Bytes of which neither half is whole. */
        DAMAGED,
        /** That of this directory. */
        OWN,
        /** That of a directory of which this is a copy. */
        COPY
    }

    private static final Path BOOT_ID_FILE = Path.of("/proc/sys/kernel/random/boot_id");
    private static final UUID NO_BOOT_ID = new UUID(0, 0);

    private final Disk disk;
    private final Path dataDir;
    private final Path file;
    private final State state;
    private DirectoryIdentity identity;

    private IdentityFile(final Disk disk, final Path dataDir) throws IOException {
        this.disk = disk;
        this.dataDir = dataDir;
        this.file = DirectoryIdentity.file(dataDir);
        if (!Files.exists(file)) {
            state = State.MISSING;
            return;
        }
        identity = DirectoryIdentity.read(dataDir);
        state = identity == null ? State.DAMAGED : isCopy() ? State.COPY : State.OWN;
    }

    /**
     * Looks at the identity of a data directory; changes nothing.
     *
     * @param disk    that holds it.
     * @param dataDir that is there.
     * @return what was found.
     * @throws IOException where the file's attributes can't be read.
     */
    public static IdentityFile open(final Disk disk, final Path dataDir) throws IOException {
        return new IdentityFile(disk, dataDir);
    }

    /**
     * Another inode, or the same one on another device, as far as devices keep their numbers: until the machine is
     * started again. A hard link in another directory has both.
     */
    private boolean isCopy() throws IOException {
        final FilePlace was = identity.place();
        final FilePlace is = placeOf(file);
        final boolean sameBoot = was.bootId().equals(is.bootId()) && !is.bootId().equals(NO_BOOT_ID);
        final boolean linked = is.directoryInode() != was.directoryInode() && number(file, "nlink") > 1;
        return is.inode() != was.inode() || (sameBoot && is.device() != was.device()) || linked;
    }

    private FilePlace placeOf(final Path any) throws IOException {
        return new FilePlace(number(any, "ino"), number(any, "dev"), bootId(), number(dataDir, "ino"));
    }

    private static long number(final Path path, final String attribute) throws IOException {
        return ((Number)Files.getAttribute(path, "unix:" + attribute)).longValue();
    }

    private static UUID bootId() {
        try {
            return UUID.fromString(Files.readString(BOOT_ID_FILE).trim());
        } catch (final IOException | IllegalArgumentException e) {
            return NO_BOOT_ID;
        }
    }

    /**
     * What was found.
     *
     * @return as of the opening.
     */
    public State state() {
        return state;
    }

    /**
     * The identity: as it was found, and after {@link #begin} that of now.
     *
     * @return null where none was found that is whole.
     */
    public DirectoryIdentity identity() {
        return identity;
    }

    /**
     * Takes note of a start, on the device when this returns: before anything is acknowledged.
     *
     * @param newId           the id from now on, for a directory that is new or a copy that is adopted; null where the
     *                        directory keeps its own.
     * @param generation      of a start before this one that is known from elsewhere; 0 where none is.
     * @param runId           of the proxy.
     * @param journalPosition at which the journal ends, in bytes.
     * @return the identity from now on.
     * @throws IOException where it can't be written.
     */
    public DirectoryIdentity begin(
        final UUID newId, final long generation, final long runId, final long journalPosition) throws IOException {
        final UUID id = newId == null ? identity.id() : newId;
        final long next = Math.max(generation, identity == null ? 0 : identity.generation()) + 1;
        final List<Start> starts = new ArrayList<>(List.of(new Start(id, next, runId, journalPosition)));
        if (identity != null) {
            starts.addAll(identity.starts());
        }
        final List<Start> kept = List.copyOf(starts.subList(0, Math.min(starts.size(), DirectoryIdentity.MAX_STARTS)));
        if (state == State.MISSING || state == State.DAMAGED) {
            create(id, next, kept);
        } else {
            final MappedByteBuffer mapping = disk.map(file, true);
            write(mapping, new DirectoryIdentity(id, next, placeOf(file), kept));
        }
        return identity;
    }

    /** The file takes its name last. */
    private void create(final UUID id, final long generation, final List<Start> starts) throws IOException {
        UnnamedFile.removeLeft(file.toAbsolutePath().getParent(), file.getFileName().toString()::equals);
        final Path unnamed = UnnamedFile.of(file);
        final MappedByteBuffer mapping = disk.create(unnamed, DirectoryIdentity.FILE_LENGTH);
        boolean named = false;
        try {
            write(mapping, new DirectoryIdentity(id, generation, placeOf(unnamed), starts));
            disk.rename(unnamed, file);
            named = true;
        } finally {
            if (!named) {
                disk.delete(unnamed);
            }
        }
    }

    private void write(final MappedByteBuffer mapping, final DirectoryIdentity next) throws IOException {
        try {
            next.encode(mapping);
            disk.force(mapping, 0, DirectoryIdentity.FILE_LENGTH);
        } finally {
            disk.unmap(mapping);
        }
        identity = next;
    }
}
