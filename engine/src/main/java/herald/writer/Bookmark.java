package herald.writer;

import herald.io.Crc32c;
import herald.io.Disk;
import herald.io.SmallFile;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
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
 *   at 576: the writer's name: length in bytes, CRC32C of the name, name in UTF-8; zeros in a file from before
 *   at 1016: "HERALDNC" until the first move, then 0; "HERALDNB" in a file from before
 * </pre>
 *
 * <p>A file of zeros is damaged, not new: a writer that is taken for new starts at the end of the log. Neither is one
 * new whose bookmark is missing beside its status, and the bookmark of another writer says nothing of this one.
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
        /** Bytes that name no place of this writer, or none where some were. It is not known how far it got. */
        DAMAGED
    }

    private static final int FILE_LENGTH = 1024;
    /** In bytes: what is longer takes another name and no room. */
    private static final long MAX_COPIED = 1L << 20;
    private static final int SLOT_B = 512;
    private static final int NEVER_MOVED_OFFSET = FILE_LENGTH - Long.BYTES;
    private static final long MAGIC = 0x4D42_444C_4152_4548L;
    private static final long NEVER_MOVED = 0x434E_444C_4152_4548L;
    /** Of bookmarks from before they had names. */
    private static final long NEVER_MOVED_UNNAMED = 0x424E_444C_4152_4548L;
    private static final int GENERATION_OFFSET = 8;
    private static final int LOG_ID_HIGH_OFFSET = 16;
    private static final int LOG_ID_LOW_OFFSET = 24;
    private static final int POSITION_OFFSET = 32;
    private static final int INDEX_OFFSET = 40;
    private static final int CRC_OFFSET = 44;
    private static final int NAME_LENGTH_OFFSET = 576;
    private static final int NAME_CRC_OFFSET = 580;
    private static final int NAME_OFFSET = 584;
    private static final int MAX_NAME_LENGTH = NEVER_MOVED_OFFSET - NAME_OFFSET;

    private final Disk disk;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;
    private final Crc32c crc;
    private final String writer;
    private State state;
    private String trouble;
    private int slot;
    private long generation;
    private boolean named;

    private Bookmark(final Disk disk, final Path file, final MappedByteBuffer mapping, final State initial) {
        final String fileName = file.getFileName().toString();
        this.writer = fileName.substring(0, fileName.length() - SUFFIX.length());
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
        final String owner = nameIn(buffer, crc);
        named = writer.equals(owner);
        if (state != State.DAMAGED && owner != null && !owner.equals(writer)) {
            state = State.DAMAGED;
            trouble = "it is writer " + owner + "'s";
        } else if (state == State.DAMAGED) {
            trouble = "neither of its places is whole";
        }
    }

    /** Null where the file says none that is whole. */
    private static String nameIn(final UnsafeBuffer bytes, final Crc32c crc) {
        final int length = bytes.getInt(NAME_LENGTH_OFFSET);
        if (length <= 0 || length > MAX_NAME_LENGTH ||
            bytes.getInt(NAME_CRC_OFFSET) != crc.compute(NAME_OFFSET, length)) {
            return null;
        }
        return bytes.getStringWithoutLengthUtf8(NAME_OFFSET, length);
    }

    private void putName() {
        final byte[] name = writer.getBytes(StandardCharsets.UTF_8);
        final int length = Math.min(name.length, MAX_NAME_LENGTH);
        buffer.setMemory(NAME_OFFSET, MAX_NAME_LENGTH, (byte)0);
        buffer.putBytes(NAME_OFFSET, name, 0, length);
        buffer.putInt(NAME_CRC_OFFSET, crc.compute(NAME_OFFSET, length));
        buffer.putInt(NAME_LENGTH_OFFSET, length);
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
            return isMissing(file) ? replace(disk, file, "it is gone, its status is there") :
                begin(disk, file, State.NEW);
        }
        if (Files.size(file) != FILE_LENGTH) {
            if (!writable) {
                SmallFile.requireRegular(file);
                throw new IOException(file + " has " + Files.size(file) + " bytes instead of " + FILE_LENGTH);
            }
            final Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".damaged");
            final long length = Files.size(file);
            if (Files.isRegularFile(file) && length <= MAX_COPIED) {
                Files.copy(file, aside);
            } else {
                disk.rename(file, aside);
            }
            return replace(disk, file, "it has " + length + " bytes instead of " + FILE_LENGTH);
        }
        final MappedByteBuffer mapping = disk.map(file, writable);
        return new Bookmark(disk, file, mapping, isNew(mapping) ? State.NEW : State.DAMAGED);
    }

    /**
     * Whether a writer was there that has no bookmark any more: forgetting one takes its status away first.
     *
     * @param file of the bookmark.
     * @return true where the writer is not new.
     */
    public static boolean isMissing(final Path file) {
        return !Files.exists(file) &&
            Files.exists(file.resolveSibling(file.getFileName().toString().replace(SUFFIX, WriterStatus.SUFFIX)));
    }

    private static Bookmark replace(final Disk disk, final Path file, final String trouble) throws IOException {
        final Bookmark bookmark = begin(disk, file, State.DAMAGED);
        bookmark.trouble = trouble;
        return bookmark;
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
        final Bookmark bookmark = new Bookmark(disk, file, mapping, initial);
        bookmark.putName();
        bookmark.named = true;
        return bookmark;
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

    private static boolean isNew(final MappedByteBuffer mapping) {
        final UnsafeBuffer bytes = new UnsafeBuffer(mapping);
        final String name = nameIn(bytes, new Crc32c().wrap(mapping));
        final int nameEnd = name == null ? NAME_LENGTH_OFFSET : NAME_OFFSET + bytes.getInt(NAME_LENGTH_OFFSET);
        for (int i = 0; i < NEVER_MOVED_OFFSET; i++) {
            if (bytes.getByte(i) != 0 && (i < NAME_LENGTH_OFFSET || i >= nameEnd)) {
                return false;
            }
        }
        return bytes.getLong(NEVER_MOVED_OFFSET) == (name == null ? NEVER_MOVED_UNNAMED : NEVER_MOVED);
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

    /** What is wrong with it, for people; null where it is not {@link State#DAMAGED}. */
    public String trouble() {
        return state == State.DAMAGED ? trouble : null;
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
        if (!named) {
            putName();
            named = true;
        }
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
