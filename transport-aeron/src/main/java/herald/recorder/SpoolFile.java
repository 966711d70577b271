package herald.recorder;

import herald.io.Disk;
import herald.io.FileMutex;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Opens spools: finds a free one for a component, sets aside what must not be continued, and takes those whose owner
 * is gone.
 *
 * <p>A spool is set aside, to be drained under its old id by the proxy, where sequences of that id may have been used
 * that it does not know of: it is damaged, a copy (another inode) or from before a restart of the machine (another
 * boot id), which may have been a power cut.
 */
public final class SpoolFile {
    /** How the names of spools end. */
    public static final String SUFFIX = ".spool";

    private static final String SET_ASIDE = ".old" + SUFFIX;
    private static final String DAMAGED = ".damaged";
    private static final int MAX_SPOOLS_PER_COMPONENT = 1024;
    private static final Path BOOT_ID_FILE = Path.of("/proc/sys/kernel/random/boot_id");

    private SpoolFile() {
    }

    /**
     * Opens the first spool of a component that no process holds, or begins one.
     *
     * @param disk      that holds it.
     * @param directory of spools.
     * @param component of the recorder: letters, digits, dots, dashes and underscores.
     * @param capacity  of a new spool's ring in bytes, a power of two.
     * @param newId     gives the recorder id of a new spool.
     * @param errorHandler told where an older spool can't be continued.
     * @return the spool, locked.
     * @throws SpoolException where none can be had.
     */
    static Spool acquire(
        final Disk disk,
        final Path directory,
        final String component,
        final int capacity,
        final Supplier<UUID> newId,
        final ErrorHandler errorHandler) {
        try {
            disk.createDirectories(directory);
            for (int i = 0; i < MAX_SPOOLS_PER_COMPONENT; i++) {
                final Path file = directory.resolve(component + (i == 0 ? "" : "~" + i) + SUFFIX);
                final FileMutex mutex = FileMutex.tryAcquire(lockFile(file));
                if (mutex != null) {
                    return openOrBegin(disk, file, mutex, capacity, newId, errorHandler);
                }
            }
            throw new SpoolException("all " + MAX_SPOOLS_PER_COMPONENT + " spools of component " + component + " in " +
                directory + " are in use: give recorders names of their own");
        } catch (final IOException e) {
            throw new SpoolException("cannot open a spool for component " + component + " in " + directory + ": " +
                e.getMessage() + "; choose a directory that this user may write to and that has " + capacity +
                " bytes free", e);
        }
    }

    private static Spool openOrBegin(
        final Disk disk,
        final Path file,
        final FileMutex mutex,
        final int capacity,
        final Supplier<UUID> newId,
        final ErrorHandler errorHandler) throws IOException {
        Spool spool = null;
        try {
            if (Files.exists(file)) {
                final Spool found = openWhole(disk, file, mutex, errorHandler);
                if (found != null) {
                    spool = found;
                    return spool;
                }
            }
            spool = begin(disk, file, mutex, capacity, newId.get());
            return spool;
        } finally {
            if (spool == null) {
                mutex.close();
            }
        }
    }

    private static Spool openWhole(
        final Disk disk, final Path file, final FileMutex mutex, final ErrorHandler errorHandler) throws IOException {
        final MappedByteBuffer mapping = disk.map(file, true);
        Spool spool = null;
        boolean goesOn = false;
        try {
            if (isWhole(file, mapping)) {
                spool = new Spool(disk, file, mutex, mapping);
                goesOn = spool.lostSequence() == 0 && isContinuable(file, new UnsafeBuffer(mapping));
            }
            if (goesOn) {
                return spool;
            }
        } finally {
            if (!goesOn) {
                disk.unmap(mapping);
            }
        }
        if (spool != null && spool.isEmpty() && spool.lostSequence() == 0) {
            disk.delete(file);
        } else {
            setAside(disk, file, spool, errorHandler);
        }
        return null;
    }

    private static void setAside(
        final Disk disk, final Path file, final Spool spool, final ErrorHandler errorHandler) throws IOException {
        final boolean drainable = spool != null && !spool.isEmpty();
        final Path aside = file.resolveSibling(
            baseName(file) + "." + UUID.randomUUID() + (drainable ? SET_ASIDE : DAMAGED));
        disk.rename(file, aside);
        final String lost = spool == null ? "; what it held is lost" : spool.lostSequence() == 0 ? "" :
            "; events " + (spool.lastSequence() + 1) + " to " + spool.lostSequence() + " of it are lost";
        errorHandler.onError(new SpoolException("spool " + file + " can't be continued, it is " +
            (lost.isEmpty() ? "a copy or from before a restart of the machine" : "damaged") + ": set aside as " +
            aside + (drainable ? " for the proxy to drain" : "") + lost));
    }

    /** The checksum has its place in every version: without it, what looks newer is only damaged. */
    private static boolean isWhole(final Path file, final MappedByteBuffer mapping) {
        final UnsafeBuffer header = new UnsafeBuffer(mapping);
        if (header.capacity() < SpoolDescriptor.HEADER_LENGTH ||
            header.getLong(SpoolDescriptor.MAGIC_OFFSET) != SpoolDescriptor.MAGIC ||
            header.getInt(SpoolDescriptor.HEADER_CRC_OFFSET) != SpoolDescriptor.headerCrc(mapping)) {
            return false;
        }
        final int version = header.getInt(SpoolDescriptor.VERSION_OFFSET);
        if (version > SpoolDescriptor.FORMAT_VERSION) {
            throw new SpoolException(file + " has format version " + version + ", this Herald reads up to " +
                SpoolDescriptor.FORMAT_VERSION + ": use the newer Herald that wrote it");
        }
        return header.getInt(SpoolDescriptor.CAPACITY_OFFSET) == header.capacity() - SpoolDescriptor.HEADER_LENGTH &&
            Spool.hasTrimSlot(header);
    }

    private static boolean isContinuable(final Path file, final UnsafeBuffer header) throws IOException {
        final UUID boot = bootId();
        return header.getLong(SpoolDescriptor.INODE_OFFSET) == inode(file) &&
            header.getLong(SpoolDescriptor.BOOT_ID_HIGH_OFFSET) == boot.getMostSignificantBits() &&
            header.getLong(SpoolDescriptor.BOOT_ID_LOW_OFFSET) == boot.getLeastSignificantBits();
    }

    private static Spool begin(
        final Disk disk, final Path file, final FileMutex mutex, final int capacity, final UUID recorderId)
        throws IOException {
        final Path unnamed = file.resolveSibling(file.getFileName() + ".tmp");
        disk.delete(unnamed);
        final MappedByteBuffer mapping = disk.create(unnamed, SpoolDescriptor.HEADER_LENGTH + capacity);
        final UnsafeBuffer header = new UnsafeBuffer(mapping, 0, SpoolDescriptor.HEADER_LENGTH);
        final UUID boot = bootId();
        header.putLong(SpoolDescriptor.MAGIC_OFFSET, SpoolDescriptor.MAGIC);
        header.putInt(SpoolDescriptor.VERSION_OFFSET, SpoolDescriptor.FORMAT_VERSION);
        header.putInt(SpoolDescriptor.CAPACITY_OFFSET, capacity);
        header.putLong(SpoolDescriptor.RECORDER_ID_HIGH_OFFSET, recorderId.getMostSignificantBits());
        header.putLong(SpoolDescriptor.RECORDER_ID_LOW_OFFSET, recorderId.getLeastSignificantBits());
        header.putLong(SpoolDescriptor.INODE_OFFSET, inode(unnamed));
        header.putLong(SpoolDescriptor.BOOT_ID_HIGH_OFFSET, boot.getMostSignificantBits());
        header.putLong(SpoolDescriptor.BOOT_ID_LOW_OFFSET, boot.getLeastSignificantBits());
        header.putInt(SpoolDescriptor.HEADER_CRC_OFFSET, SpoolDescriptor.headerCrc(mapping));
        header.putBytes(SpoolDescriptor.IDENTITY_COPY_OFFSET, header, 0, SpoolDescriptor.IDENTITY_LENGTH);
        SpoolDescriptor.putTrimSlot(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET, 0, 0);
        SpoolDescriptor.putTrimSlot(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET, 0, 0);
        disk.rename(unnamed, file);
        return new Spool(disk, file, mutex, mapping);
    }

    /**
     * Takes the spools of a directory that hold events and that no process holds.
     *
     * @param disk      that holds them.
     * @param directory of spools; it may be missing.
     * @return the spools, locked, for their events to be accepted under their recorders' ids.
     * @throws IOException where the directory can't be read.
     */
    public static List<Spool> acquireOrphans(final Disk disk, final Path directory) throws IOException {
        final List<Spool> orphans = new ArrayList<>();
        for (final Path file : disk.list(directory, SUFFIX)) {
            final FileMutex mutex = FileMutex.tryAcquire(lockFile(file));
            if (mutex != null) {
                final Spool spool = openForDraining(disk, file, mutex);
                if (spool != null) {
                    orphans.add(spool);
                }
            }
        }
        return orphans;
    }

    private static Spool openForDraining(final Disk disk, final Path file, final FileMutex mutex) {
        MappedByteBuffer mapping = null;
        boolean holdsEvents = false;
        try {
            if (!Files.exists(file)) {
                return null;
            }
            mapping = disk.map(file, true);
            final Spool spool = isWhole(file, mapping) ? new Spool(disk, file, mutex, mapping) : null;
            holdsEvents = spool != null && !spool.isEmpty();
            return holdsEvents ? spool : null;
        } catch (final SpoolException | IOException e) {
            // It keeps nobody from the others. Its owner's next launch says what is wrong with it and sets it aside.
            return null;
        } finally {
            if (!holdsEvents) {
                if (mapping != null) {
                    disk.unmap(mapping);
                }
                mutex.close();
            }
        }
    }

    /**
     * Lets go of a spool. One that was set aside and has no event left is deleted: nobody will continue it.
     *
     * @param disk  that holds it.
     * @param spool from {@link #acquireOrphans}.
     * @throws IOException where it can't be deleted.
     */
    public static void releaseDrained(final Disk disk, final Spool spool) throws IOException {
        final boolean done = spool.isEmpty() && spool.file().getFileName().toString().endsWith(SET_ASIDE);
        try {
            if (done) {
                disk.delete(spool.file());
                disk.delete(lockFile(spool.file()));
            }
        } finally {
            spool.close();
        }
    }

    static Path lockFile(final Path file) {
        return file.resolveSibling(baseName(file) + ".lock");
    }

    private static String baseName(final Path file) {
        final String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private static long inode(final Path file) throws IOException {
        return ((Number)Files.getAttribute(file, "unix:ino")).longValue();
    }

    private static UUID bootId() {
        try {
            return UUID.fromString(Files.readString(BOOT_ID_FILE).trim());
        } catch (final IOException | IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }
}
