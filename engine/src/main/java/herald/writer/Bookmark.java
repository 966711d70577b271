package herald.writer;

import herald.io.Crc32c;
import herald.io.Disk;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A writer's durable place in the dispatch log: the batch at a position is delivered up to an index. Two slots are
 * written in turn, each with a checksum, so that one is whole whatever a crash tears. Owned by the writer's agent.
 *
 * <pre>
 *   slot at 0 and at 512
 *    0  magic "HERALDBM"
 *    8  generation: the greater one counts
 *   16  log id, high and low
 *   32  position of the batch
 *   40  index of the first event in it that is not delivered
 *   44  CRC32C of the 44 bytes before
 *   at 1016: "HERALDNB" until the first move, then 0
 * </pre>
 *
 * <p>A file of zeros is damaged, not new: a writer that is taken for new starts at the end of the log.
 */
public final class Bookmark implements AutoCloseable {
    /** How the names of bookmarks end. */
    public static final String SUFFIX = ".bookmark";

    /** What was found where a bookmark should be. */
    public enum State {
        /** None: the writer is new. */
        NEW,
        /** A place. */
        PLACED,
        /** Bytes that name no place. The writer is not new, it is not known how far it got. */
        DAMAGED
    }

    private static final int FILE_LENGTH = 1024;
    private static final int SLOT_B = 512;
    private static final int NEVER_MOVED_OFFSET = FILE_LENGTH - Long.BYTES;
    private static final long MAGIC = 0x4D42_444C_4152_4548L;
    private static final long NEVER_MOVED = 0x424E_444C_4152_4548L;
    private static final int GENERATION_OFFSET = 8;
    private static final int LOG_ID_HIGH_OFFSET = 16;
    private static final int LOG_ID_LOW_OFFSET = 24;
    private static final int POSITION_OFFSET = 32;
    private static final int INDEX_OFFSET = 40;
    private static final int CRC_OFFSET = 44;

    private final Disk disk;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;
    private final Crc32c crc;
    private State state;
    private int slot;
    private long generation;

    private Bookmark(final Disk disk, final MappedByteBuffer mapping, final State initial) {
        this.disk = disk;
        this.mapping = mapping;
        this.buffer = new UnsafeBuffer(mapping);
        this.crc = new Crc32c().wrap(mapping);
        this.state = initial;
        final long a = generationAt(0);
        final long b = generationAt(SLOT_B);
        if (a > 0 || b > 0) {
            state = State.PLACED;
            slot = a > b ? 0 : SLOT_B;
            generation = Math.max(a, b);
        }
    }

    /**
     * Deletes the bookmark of a writer that does not run, and what is known of how it fared.
     *
     * @param disk      that holds them.
     * @param directory of bookmarks.
     * @param writer    its name.
     * @throws IOException where they can't be deleted.
     */
    public static void forget(final Disk disk, final Path directory, final String writer) throws IOException {
        disk.delete(directory.resolve(writer + WriterStatus.SUFFIX));
        disk.delete(directory.resolve(writer + SUFFIX));
    }

    /**
     * Opens a writer's bookmark.
     *
     * @param disk     that holds it.
     * @param file     of it; made where it is missing.
     * @param writable false to read only.
     * @return the bookmark.
     * @throws IOException where it can't be opened.
     */
    public static Bookmark open(final Disk disk, final Path file, final boolean writable) throws IOException {
        if (!Files.exists(file)) {
            return begin(disk, file, State.NEW);
        }
        if (Files.size(file) != FILE_LENGTH) {
            if (!writable) {
                throw new IOException(file + " has " + Files.size(file) + " bytes instead of " + FILE_LENGTH);
            }
            final Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".damaged");
            Files.copy(file, aside);
            return begin(disk, file, State.DAMAGED);
        }
        final MappedByteBuffer mapping = disk.map(file, writable);
        return new Bookmark(disk, mapping, isNew(new UnsafeBuffer(mapping)) ? State.NEW : State.DAMAGED);
    }

    /** The file takes its name last. One that replaces a damaged one is damaged at each opening until it moves. */
    private static Bookmark begin(final Disk disk, final Path file, final State initial) throws IOException {
        final Path unnamed = file.resolveSibling(file.getFileName() + ".tmp");
        disk.delete(unnamed);
        final MappedByteBuffer mapping = disk.create(unnamed, FILE_LENGTH);
        if (initial == State.NEW) {
            new UnsafeBuffer(mapping).putLong(NEVER_MOVED_OFFSET, NEVER_MOVED);
        }
        disk.rename(unnamed, file);
        return new Bookmark(disk, mapping, initial);
    }

    /**
     * Makes a bookmark at a place, for a repair.
     *
     * @param disk     that holds it.
     * @param file     of it; one that is there is replaced.
     * @param logId    of the log that the place is in.
     * @param position of a batch.
     * @throws IOException where it can't be made.
     */
    public static void place(final Disk disk, final Path file, final UUID logId, final long position)
        throws IOException {
        try (Bookmark bookmark = begin(disk, file, State.DAMAGED)) {
            bookmark.move(logId, position, 0);
            bookmark.force();
        }
    }

    private static boolean isNew(final UnsafeBuffer bytes) {
        for (int i = 0; i < NEVER_MOVED_OFFSET; i += Long.BYTES) {
            if (bytes.getLong(i) != 0) {
                return false;
            }
        }
        return bytes.getLong(NEVER_MOVED_OFFSET) == NEVER_MOVED;
    }

    private long generationAt(final int offset) {
        final boolean whole = buffer.getLong(offset) == MAGIC &&
            buffer.getInt(offset + CRC_OFFSET) == crc.compute(offset, CRC_OFFSET);
        return whole ? buffer.getLong(offset + GENERATION_OFFSET) : 0;
    }

    /** What was found. */
    public State state() {
        return state;
    }

    /** The log that the place is in; meaningful where the bookmark is {@link State#PLACED}. */
    public UUID logId() {
        return new UUID(buffer.getLong(slot + LOG_ID_HIGH_OFFSET), buffer.getLong(slot + LOG_ID_LOW_OFFSET));
    }

    /** Position of the batch; meaningful where the bookmark is {@link State#PLACED}. */
    public long position() {
        return buffer.getLong(slot + POSITION_OFFSET);
    }

    /** First event of the batch that is not delivered; meaningful where the bookmark is {@link State#PLACED}. */
    public int index() {
        return buffer.getInt(slot + INDEX_OFFSET);
    }

    /**
     * Moves on.
     *
     * @param logId    of the log that the place is in.
     * @param position of a batch.
     * @param index    of the first event in it that is not delivered.
     */
    void move(final UUID logId, final long position, final int index) {
        final int next = SLOT_B - slot;
        generation++;
        buffer.putLong(next, MAGIC);
        buffer.putLong(next + GENERATION_OFFSET, generation);
        buffer.putLong(next + LOG_ID_HIGH_OFFSET, logId.getMostSignificantBits());
        buffer.putLong(next + LOG_ID_LOW_OFFSET, logId.getLeastSignificantBits());
        buffer.putLong(next + POSITION_OFFSET, position);
        buffer.putInt(next + INDEX_OFFSET, index);
        buffer.putInt(next + CRC_OFFSET, crc.compute(next, CRC_OFFSET));
        buffer.putLong(NEVER_MOVED_OFFSET, 0);
        slot = next;
        state = State.PLACED;
    }

    void force() throws IOException {
        disk.force(mapping, 0, FILE_LENGTH);
    }

    @Override
    public void close() {
        disk.unmap(mapping);
    }
}
