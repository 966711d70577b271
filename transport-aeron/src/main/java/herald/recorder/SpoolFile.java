package herald.recorder;

import herald.io.Disk;
import herald.io.FileAccess;
import herald.io.FileIdentity;
import herald.io.FileMutex;
import herald.io.ProcessOwner;
import herald.link.EventEnvelope;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Opens spools: finds a free one for a component, sets aside what must not be continued, and takes those whose owner
 * is gone.
 *
 * <p>A spool is set aside, to be drained under its old id by the proxy, where sequences of that id may have been used
 * that it does not know of: it is damaged, a copy (another inode or device) or from before a restart of the machine
 * (another boot id), which may have been a power cut.
 */
public final class SpoolFile {
    /** How the names of spools end. */
    public static final String SUFFIX = ".spool";

    private static final String SET_ASIDE = ".old" + SUFFIX;
    private static final int DAMAGES_SHOWN = 8;
    private static final int MAX_SPOOLS_PER_COMPONENT = 1024;
    private static final Path BOOT_ID_FILE = Path.of("/proc/sys/kernel/random/boot_id");

    /**
     * What a new spool has from the one before it of its name.
     *
     * @param damagedBytes of that one.
     * @param counted      there, and nowhere from now on.
     */
    private record Predecessor(long damagedBytes, Map<RecorderCounter, Long> counted) {
        private static final Predecessor NONE = new Predecessor(0, Map.of());
    }

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
        return acquire(disk, directory, component, capacity, newId, spool -> true, errorHandler);
    }

    /** The same, where what waits in a spool has to be as this says: otherwise it is set aside. */
    static Spool acquire(
        final Disk disk,
        final Path directory,
        final String component,
        final int capacity,
        final Supplier<UUID> newId,
        final Predicate<Spool> content,
        final ErrorHandler errorHandler) {
        try {
            disk.createDirectories(directory);
            final FileAccess access = FileAccess.in(directory);
            final SpoolRefusals refusals = new SpoolRefusals(errorHandler, () -> { });
            IOException refused = null;
            for (int i = 0; i < MAX_SPOOLS_PER_COMPONENT; i++) {
                final Path file = directory.resolve(component + (i == 0 ? "" : "~" + i) + SUFFIX);
                final FileMutex mutex;
                try {
                    mutex = isAnothers(file, access) ? null : tryHold(file, access);
                } catch (final IOException e) {
                    refused = e;
                    refusals.refuse(file, e);
                    continue;
                }
                if (mutex != null) {
                    return openOrBegin(disk, file, mutex, capacity, newId, content, errorHandler);
                }
            }
            if (refused != null) {
                throw refused;
            }
            throw new SpoolException("all " + MAX_SPOOLS_PER_COMPONENT + " spools of component " + component + " in " +
                directory + " are in use: give recorders names of their own");
        } catch (final IOException e) {
            throw new SpoolException("cannot open a spool for component " + component + " in " + directory + ": " +
                FileAccess.reason(e) + "; choose a directory that this user may write to and that has " + capacity +
                " bytes free", e);
        }
    }

    /** In a directory that users share each goes on in spools of his own: the proxy takes the others. */
    private static boolean isAnothers(final Path file, final FileAccess access) throws IOException {
        for (final Path path : new Path[] {file, unnamed(file)}) {
            if (access.isShared() && SpoolBytes.exists(path) && !ProcessOwner.owns(path)) {
                return true;
            }
        }
        return false;
    }

    /** Null where another holds it; throws where the name is taken by what can't be a spool of this user. */
    private static FileMutex tryHold(final Path file, final FileAccess access) throws IOException {
        if (SpoolBytes.exists(file)) {
            SpoolBytes.open(file, true).close();
        }
        return FileMutex.tryAcquire(lockFile(file), access);
    }

    private static Spool openOrBegin(
        final Disk disk,
        final Path file,
        final FileMutex mutex,
        final int capacity,
        final Supplier<UUID> newId,
        final Predicate<Spool> content,
        final ErrorHandler errorHandler) throws IOException {
        Spool spool = null;
        try {
            Predecessor before = Predecessor.NONE;
            if (SpoolBytes.exists(file)) {
                spool = tryContinue(disk, file, mutex, content);
                if (spool != null) {
                    return spool;
                }
                before = setAside(disk, file, errorHandler);
            }
            spool = begin(disk, file, mutex, capacity, newId.get(), made -> { });
            for (final Map.Entry<RecorderCounter, Long> counted : before.counted.entrySet()) {
                spool.count(counted.getKey(), counted.getValue());
            }
            spool.count(RecorderCounter.SPOOLS_DAMAGED, before.damagedBytes > 0 ? 1 : 0);
            spool.count(RecorderCounter.DAMAGED_BYTES, before.damagedBytes);
            return spool;
        } finally {
            if (spool == null) {
                mutex.close();
            }
        }
    }

    /** Null where sequences of this id may have been used that the file does not know of. */
    private static Spool tryContinue(
        final Disk disk, final Path file, final FileMutex mutex, final Predicate<Spool> content) throws IOException {
        if (!isContinuable(file)) {
            return null;
        }
        final MappedByteBuffer mapping = disk.map(file, true);
        boolean goesOn = false;
        try {
            final Spool spool = new Spool(disk, file, mutex, mapping);
            final long used = new UnsafeBuffer(mapping).getLong(SpoolDescriptor.USED_SEQUENCE_OFFSET);
            final boolean trimmedBeyondUse = spool.isEmpty() && spool.trimmedSequence() > used;
            goesOn = spool.lostSequence() == 0 && !trimmedBeyondUse && content.test(spool);
            if (goesOn) {
                new UnsafeBuffer(mapping).putBytes(
                    SpoolDescriptor.IDENTITY_COPY_OFFSET, mapping, 0, SpoolDescriptor.IDENTITY_LENGTH);
                SpoolOpening.begin(file, new UnsafeBuffer(mapping, 0, SpoolDescriptor.HEADER_LENGTH),
                    FileAccess.in(file.toAbsolutePath().getParent()));
            }
            return goesOn ? spool : null;
        } finally {
            if (!goesOn) {
                disk.unmap(mapping);
            }
        }
    }

    /** Whether all that waits are events of this recorder, each under its sequence: the proxy would wait for them. */
    static boolean holdsEvents(final Spool spool) {
        final EventEnvelope envelope = new EventEnvelope();
        final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        boolean whole = true;
        long position = spool.headPosition();
        while (whole && position < spool.tailPosition()) {
            final long sequence = spool.sequenceAt(position);
            position = spool.frameAt(position, frame);
            whole = frame.capacity() == 0 ||
                envelope.defectOf(spool.recorderId(), sequence, frame, 0, frame.capacity()) == null;
        }
        return whole;
    }

    /** What another process left is read before it is mapped. */
    private static boolean isContinuable(final Path file) throws IOException {
        try (SpoolBytes bytes = SpoolBytes.open(file, true)) {
            if (bytes.length() < SpoolDescriptor.HEADER_LENGTH) {
                return false;
            }
            final ByteBuffer start = ByteBuffer.allocate(SpoolDescriptor.HEADER_LENGTH);
            bytes.read(0, start);
            final UnsafeBuffer header = new UnsafeBuffer(start);
            return SpoolScan.wholeIdentity(file, start) == 0 &&
                SpoolDescriptor.isCapacity(header.getInt(SpoolDescriptor.CAPACITY_OFFSET)) &&
                header.getInt(SpoolDescriptor.CAPACITY_OFFSET) == bytes.length() - SpoolDescriptor.HEADER_LENGTH &&
                Spool.hasTrimSlot(header) && isOfThisFile(file, header) && SpoolOpening.isLatest(file, header);
        }
    }

    private static Predecessor setAside(final Disk disk, final Path file, final ErrorHandler errorHandler)
        throws IOException {
        final Map<RecorderCounter, Long> counted = SpoolCounters.of(file);
        final SpoolScan scan;
        try (SpoolBytes bytes = SpoolBytes.open(file, false)) {
            scan = SpoolScan.of(bytes);
        }
        final boolean drainable = scan.recorderId() != null && scan.lastSequence() > scan.trimmedSequence();
        if (!drainable && scan.damages().isEmpty()) {
            disk.delete(file);
            return new Predecessor(0, counted);
        }
        final String aside;
        if (drainable) {
            final Path renamed = asideOf(file);
            disk.rename(file, renamed);
            aside = renamed.toString();
        } else {
            aside = putAway(disk, file).toString();
        }
        errorHandler.onError(new SpoolException("spool " + file + " can't be continued, it is " +
            (scan.damages().isEmpty() ? "a copy, from before a restart of the machine, on a device that failed, " +
            "was put back to an older state, or holds what is no event of its recorder" :
            "damaged (" + describe(scan.damages()) + ")") + ": set aside as " + aside +
            (drainable ? ", whose " + scan.count() + " whole events the proxy takes" : "; what it held is lost")));
        return new Predecessor(scan.damages().stream().mapToLong(damage -> Math.max(1, damage.length())).sum(),
            drainable ? Map.of() : counted);
    }

    /**
     * Damages for people.
     *
     * @param damages any number.
     * @return how many bytes, and the first few ranges.
     */
    public static String describe(final List<SpoolInspection.Damage> damages) {
        final String shown = damages.stream().limit(DAMAGES_SHOWN).map(SpoolInspection.Damage::toString)
            .collect(Collectors.joining("; "));
        return damages.stream().mapToLong(SpoolInspection.Damage::length).sum() + " bytes in " + damages.size() +
            " places: " + shown + (damages.size() > DAMAGES_SHOWN ? "; and more" : "");
    }

    /** Keeps a file for somebody to look at, beside others. */
    static DamagedSpools.PutAway putAway(final Disk disk, final Path file) throws IOException {
        return DamagedSpools.put(disk, file, baseName(file));
    }

    private static boolean isOfThisFile(final Path file, final UnsafeBuffer header) throws IOException {
        final UUID boot = bootId();
        return header.getLong(SpoolDescriptor.FAILED_OFFSET) == 0 &&
            isIn(file, header) &&
            header.getLong(SpoolDescriptor.BOOT_ID_HIGH_OFFSET) == boot.getMostSignificantBits() &&
            header.getLong(SpoolDescriptor.BOOT_ID_LOW_OFFSET) == boot.getLeastSignificantBits();
    }

    /**
     * Whether a header is that of the file that has this name now: a copy, and a file that was put where another one
     * was, have another inode or device. Recorders before this one wrote no device.
     */
    static boolean isIn(final Path file, final DirectBuffer header) throws IOException {
        final FileIdentity identity = FileIdentity.of(file);
        final long device = header.getLong(SpoolDescriptor.DEVICE_OFFSET);
        return identity != null && header.getLong(SpoolDescriptor.INODE_OFFSET) == identity.inode() &&
            (device == 0 || device == identity.device());
    }

    /** With what is filled in before the file has its name. */
    static Spool begin(
        final Disk disk, final Path file, final FileMutex mutex, final int capacity, final UUID recorderId,
        final Consumer<Spool> content) throws IOException {
        final Path unnamed = unnamed(file);
        disk.delete(unnamed);
        final MappedByteBuffer mapping = disk.create(unnamed, SpoolDescriptor.HEADER_LENGTH + capacity);
        final FileAccess access = FileAccess.in(file.toAbsolutePath().getParent());
        if (access.isShared()) {
            access.file(unnamed);
        }
        final UnsafeBuffer header = new UnsafeBuffer(mapping, 0, SpoolDescriptor.HEADER_LENGTH);
        final UUID boot = bootId();
        header.putLong(SpoolDescriptor.MAGIC_OFFSET, SpoolDescriptor.MAGIC);
        header.putInt(SpoolDescriptor.VERSION_OFFSET, SpoolDescriptor.FORMAT_VERSION);
        header.putInt(SpoolDescriptor.CAPACITY_OFFSET, capacity);
        header.putLong(SpoolDescriptor.RECORDER_ID_HIGH_OFFSET, recorderId.getMostSignificantBits());
        header.putLong(SpoolDescriptor.RECORDER_ID_LOW_OFFSET, recorderId.getLeastSignificantBits());
        final FileIdentity identity = FileIdentity.of(unnamed);
        header.putLong(SpoolDescriptor.INODE_OFFSET, identity.inode());
        header.putLong(SpoolDescriptor.DEVICE_OFFSET, identity.device());
        header.putLong(SpoolDescriptor.BOOT_ID_HIGH_OFFSET, boot.getMostSignificantBits());
        header.putLong(SpoolDescriptor.BOOT_ID_LOW_OFFSET, boot.getLeastSignificantBits());
        header.putInt(SpoolDescriptor.HEADER_CRC_OFFSET, SpoolDescriptor.headerCrc(mapping));
        header.putBytes(SpoolDescriptor.IDENTITY_COPY_OFFSET, header, 0, SpoolDescriptor.IDENTITY_LENGTH);
        SpoolDescriptor.putTrimSlot(header, SpoolDescriptor.TRIM_SLOT_A_OFFSET, 0, 0);
        SpoolDescriptor.putTrimSlot(header, SpoolDescriptor.TRIM_SLOT_B_OFFSET, 0, 0);
        final Spool spool = new Spool(disk, file, mutex, mapping);
        content.accept(spool);
        if (!spool.isEmpty()) {
            disk.force(mapping, 0, mapping.capacity());
        }
        disk.rename(unnamed, file);
        if (!isSetAside(file)) {
            SpoolOpening.begin(file, header, access);
        }
        return spool;
    }

    /**
     * Takes the spools of a directory that hold events, or are known to have held some, and that no process holds. One
     * that can't be taken keeps nobody from the others.
     *
     * @param disk      that holds them.
     * @param directory of spools; it may be missing.
     * @param idle      says which of those in which nothing waits are taken too.
     * @param refusals  told of each that can't be taken or is damaged.
     * @return the spools, locked, for their events to be accepted under their recorders' ids.
     * @throws IOException where the directory can't be read.
     */
    public static List<OrphanSpool> acquireOrphans(
        final Disk disk, final Path directory, final IdleSpools idle, final SpoolRefusals refusals)
        throws IOException {
        final List<OrphanSpool> orphans = new ArrayList<>();
        final List<Path> files = disk.list(directory, SUFFIX);
        refusals.retain(files);
        for (final Path file : files) {
            try {
                final OrphanSpool spool = tryAdopt(disk, file, idle, refusals);
                if (spool != null) {
                    orphans.add(spool);
                }
            } catch (final NoSuchFileException e) {
                // Drained and deleted meanwhile.
            } catch (final IOException | RuntimeException e) {
                refusals.refuse(file, e);
            }
        }
        return orphans;
    }

    /**
     * The same for who looks once.
     *
     * @param disk         that holds them.
     * @param directory    of spools; it may be missing.
     * @param errorHandler told of each that can't be taken or is damaged.
     * @return the spools, locked.
     * @throws IOException where the directory can't be read.
     */
    public static List<OrphanSpool> acquireOrphans(
        final Disk disk, final Path directory, final ErrorHandler errorHandler) throws IOException {
        return acquireOrphans(disk, directory, IdleSpools.NONE, new SpoolRefusals(errorHandler, () -> { }));
    }

    private static OrphanSpool tryAdopt(
        final Disk disk, final Path file, final IdleSpools idle, final SpoolRefusals refusals) throws IOException {
        try (SpoolBytes bytes = SpoolBytes.open(file, true)) {
            final SpoolScan scan = SpoolScan.glance(bytes);
            if (scan.isIdle() && !isWanted(idle, scan)) {
                return null;
            }
        }
        final FileMutex mutex =
            FileMutex.tryAcquire(lockFile(file), FileAccess.in(file.toAbsolutePath().getParent()));
        SpoolBytes bytes = null;
        OrphanSpool spool = null;
        try {
            if (mutex != null) {
                bytes = SpoolBytes.open(file, true);
                spool = openForDraining(disk, file, mutex, bytes, idle, refusals);
            }
            return spool;
        } finally {
            if (spool == null) {
                CloseHelper.quietCloseAll(bytes, mutex);
            }
        }
    }

    private static OrphanSpool openForDraining(
        final Disk disk,
        final Path file,
        final FileMutex mutex,
        final SpoolBytes bytes,
        final IdleSpools idle,
        final SpoolRefusals refusals) throws IOException {
        final SpoolScan scan = SpoolScan.of(bytes);
        if (scan.recorderId() == null) {
            refusals.count();
            refusals.report(new SpoolException("spool " + file + " is damaged (" + describe(scan.damages()) +
                "): kept as " + putAway(disk, file) + "; what it held is lost"));
            return null;
        }
        if (scan.lastSequence() <= scan.trimmedSequence() && !isWanted(idle, scan)) {
            return null;
        }
        final OrphanSpool spool = new OrphanSpool(disk, file, mutex, bytes, scan);
        if (!scan.damages().isEmpty()) {
            refusals.report(new SpoolException("spool " + file + " of recorder " + scan.recorderId() +
                " is damaged (" + describe(scan.damages()) + "): its " + scan.count() +
                " whole events are taken, the others are lost"));
        }
        return spool;
    }

    /**
     * Deletes a spool in which nothing waits, where nobody holds it. What its recorder has counted goes on in
     * {@link RetiredCounters}.
     *
     * @return false where it is held, or something waits.
     */
    static boolean retire(final Disk disk, final Path file) throws IOException {
        final FileMutex mutex =
            FileMutex.tryAcquire(lockFile(file), FileAccess.in(file.toAbsolutePath().getParent()));
        if (mutex == null) {
            return false;
        }
        try (SpoolBytes bytes = SpoolBytes.open(file, false)) {
            final SpoolScan scan = SpoolScan.glance(bytes);
            if (!scan.isIdle()) {
                return false;
            }
            RetiredCounters.add(disk, file, scan.recorderId(), scan.header());
            disk.delete(file);
            disk.delete(SpoolOpening.file(file));
            disk.delete(lockFile(file));
            return true;
        } finally {
            mutex.close();
        }
    }

    private static boolean isWanted(final IdleSpools idle, final SpoolScan scan) {
        return idle.isWanted(scan.recorderId(), scan.trimmedSequence(), scan.acknowledger());
    }

    /** Where a spool is drained under the id that it has. */
    static Path asideOf(final Path file) {
        return file.resolveSibling(baseName(file) + "." + UUID.randomUUID() + SET_ASIDE);
    }

    static boolean isSetAside(final Path file) {
        return file.getFileName().toString().endsWith(SET_ASIDE);
    }

    /** Where a spool is made, before it has its name. */
    private static Path unnamed(final Path file) {
        return file.resolveSibling(file.getFileName() + ".tmp");
    }

    static Path lockFile(final Path file) {
        return file.resolveSibling(baseName(file) + ".lock");
    }

    private static String baseName(final Path file) {
        final String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private static UUID bootId() {
        try {
            return UUID.fromString(Files.readString(BOOT_ID_FILE).trim());
        } catch (final IOException | IllegalArgumentException e) {
            return new UUID(0, 0);
        }
    }
}
