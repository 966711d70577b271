package herald.link;

import herald.io.Crc32c;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Which data directory this is, and what it was: an id that a copy gives up, how often a proxy started in it, and where
 * its journal ended at each of the last starts. {@link IdentityFile} writes it; recorders and the manager know id and
 * generation of the directory that acknowledged to them, so that one that was put back to an older state shows.
 *
 * @param id         random; a copy that is adopted gets another.
 * @param generation number of starts, over adoptions too; it only grows.
 * @param place      the file that this was written into.
 * @param starts     the newest first, {@link #MAX_STARTS} at most; the first one is of this generation.
 */
public record DirectoryIdentity(UUID id, long generation, FilePlace place, List<Start> starts) {
    /** An id that no data directory has. */
    public static final UUID NO_ID = new UUID(0, 0);
    /** How many starts are remembered. */
    public static final int MAX_STARTS = 64;
    /** Length of the file in bytes. */
    public static final int FILE_LENGTH = 8192;

    static final int SLOT_LENGTH = FILE_LENGTH / 2;

    private static final String FILE_NAME = "identity";
    private static final long MAGIC = 0x4449_444C_4152_4548L;
    private static final int FORMAT_VERSION = 1;
    private static final int VERSION_OFFSET = 8;
    private static final int START_COUNT_OFFSET = 12;
    private static final int GENERATION_OFFSET = 16;
    private static final int ID_OFFSET = 24;
    private static final int INODE_OFFSET = 40;
    private static final int DEVICE_OFFSET = 48;
    private static final int BOOT_ID_OFFSET = 56;
    private static final int DIRECTORY_INODE_OFFSET = 72;
    private static final int STARTS_OFFSET = 128;
    private static final int START_LENGTH = 40;
    private static final int CRC_OFFSET = SLOT_LENGTH - Integer.BYTES;

    /**
     * One start of a proxy.
     *
     * @param directoryId     that the directory had then.
     * @param generation      of the start.
     * @param runId           of that proxy: two histories of one directory differ in it.
     * @param journalPosition at which the journal ended, in bytes.
     */
    public record Start(UUID directoryId, long generation, long runId, long journalPosition) {
    }

    /**
     * Where the file is that an identity was written into: what a copy does not have.
     *
     * @param inode          of the file.
     * @param device         that holds it; means something while the machine is not started again.
     * @param bootId         of the machine's start; zeros where it has none.
     * @param directoryInode of the data directory.
     */
    public record FilePlace(long inode, long device, UUID bootId, long directoryInode) {
    }

    /**
     * Where the identity of a data directory is.
     *
     * @param dataDir a data directory.
     * @return its file, which may be missing.
     */
    public static Path file(final Path dataDir) {
        return dataDir.resolve(FILE_NAME);
    }

    /**
     * Reads the identity of a data directory, beside a proxy that writes it too. Any thread; opens no channel, which an
     * interrupt of the calling thread would close.
     *
     * @param dataDir a data directory.
     * @return null where it has none that is whole, or may not be read.
     */
    public static DirectoryIdentity read(final Path dataDir) {
        if (!Files.isRegularFile(file(dataDir))) {
            // Opening a pipe would wait for somebody who writes to it.
            return null;
        }
        try (FileInputStream stream = new FileInputStream(file(dataDir).toFile())) {
            final byte[] bytes = stream.readNBytes(FILE_LENGTH + 1);
            return bytes.length == FILE_LENGTH ? decode(ByteBuffer.wrap(bytes)) : null;
        } catch (final IOException e) {
            return null;
        }
    }

    /** The newer of the two slots that are whole; null where neither is. */
    static DirectoryIdentity decode(final ByteBuffer file) {
        final DirectoryIdentity a = decodeSlot(file, 0);
        final DirectoryIdentity b = decodeSlot(file, SLOT_LENGTH);
        return a == null || (b != null && b.generation > a.generation) ? b : a;
    }

    private static DirectoryIdentity decodeSlot(final ByteBuffer file, final int slot) {
        final ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        final int count = bytes.getInt(slot + START_COUNT_OFFSET);
        if (bytes.getLong(slot) != MAGIC || bytes.getInt(slot + VERSION_OFFSET) != FORMAT_VERSION ||
            bytes.getInt(slot + CRC_OFFSET) != new Crc32c().wrap(file).compute(slot, CRC_OFFSET) ||
            count < 1 || count > MAX_STARTS) {
            return null;
        }
        final List<Start> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            final int offset = slot + STARTS_OFFSET + i * START_LENGTH;
            starts.add(new Start(uuid(bytes, offset), bytes.getLong(offset + 16), bytes.getLong(offset + 24),
                bytes.getLong(offset + 32)));
        }
        return new DirectoryIdentity(
            uuid(bytes, slot + ID_OFFSET),
            bytes.getLong(slot + GENERATION_OFFSET),
            new FilePlace(bytes.getLong(slot + INODE_OFFSET), bytes.getLong(slot + DEVICE_OFFSET),
                uuid(bytes, slot + BOOT_ID_OFFSET), bytes.getLong(slot + DIRECTORY_INODE_OFFSET)),
            List.copyOf(starts));
    }

    private static UUID uuid(final ByteBuffer bytes, final int offset) {
        return new UUID(bytes.getLong(offset), bytes.getLong(offset + Long.BYTES));
    }

    /** Writes this into the slot that the one before it is not in. */
    void encode(final ByteBuffer file) {
        final int slot = generation % 2 == 0 ? 0 : SLOT_LENGTH;
        final ByteBuffer bytes = file.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(slot, MAGIC);
        bytes.putInt(slot + VERSION_OFFSET, FORMAT_VERSION);
        bytes.putInt(slot + START_COUNT_OFFSET, starts.size());
        bytes.putLong(slot + GENERATION_OFFSET, generation);
        putUuid(bytes, slot + ID_OFFSET, id);
        bytes.putLong(slot + INODE_OFFSET, place.inode());
        bytes.putLong(slot + DEVICE_OFFSET, place.device());
        putUuid(bytes, slot + BOOT_ID_OFFSET, place.bootId());
        bytes.putLong(slot + DIRECTORY_INODE_OFFSET, place.directoryInode());
        for (int i = 0; i < starts.size(); i++) {
            final int offset = slot + STARTS_OFFSET + i * START_LENGTH;
            putUuid(bytes, offset, starts.get(i).directoryId());
            bytes.putLong(offset + 16, starts.get(i).generation());
            bytes.putLong(offset + 24, starts.get(i).runId());
            bytes.putLong(offset + 32, starts.get(i).journalPosition());
        }
        bytes.putInt(slot + CRC_OFFSET, new Crc32c().wrap(file).compute(slot, CRC_OFFSET));
    }

    private static void putUuid(final ByteBuffer bytes, final int offset, final UUID uuid) {
        bytes.putLong(offset, uuid.getMostSignificantBits());
        bytes.putLong(offset + Long.BYTES, uuid.getLeastSignificantBits());
    }

    /**
     * Whether the directory was this one once, under an id of now or of before it was adopted.
     *
     * @param directoryId in question.
     * @return true where this one has its past.
     */
    public boolean descendsFrom(final UUID directoryId) {
        return id.equals(directoryId) || starts.stream().anyMatch(start -> start.directoryId().equals(directoryId));
    }
}
