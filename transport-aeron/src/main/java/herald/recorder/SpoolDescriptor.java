package herald.recorder;

import herald.io.Crc32c;
import herald.link.Acknowledger;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * Layout of a spool file, as {@code docs/format.md} specifies it: a header of 4,096 bytes and a ring of frames.
 *
 * <pre>
 *   header                                        frame, aligned to 16 bytes
 *     0  magic "HERALDSP"                          0  length: header and body; negative: padding; 0: not published
 *     8  format version                            4  CRC32C of sequence and body, xor the length, xor the id's CRC32C
 *    12  capacity of the ring                      8  sequence; of padding: that of the next frame
 *    16  recorder id, high and low                16  body: SBE message header and wire Event
 *    32  inode of this file
 *    40  boot id, high and low
 *    56  CRC32C of the 56 bytes before
 *    64  attempt: number of the latest Hello
 *   128  trim slot A: position, sequence, check
 *   192  trim slot B
 *   256  counters, see {@link RecorderCounter}
 *  1024  used sequence: the newest one that was published
 *  1088  failed: 1 once a force of this file failed
 *  1152  acknowledger: data directory id, high and low, generation, run id, journal position, check
 *  1200  position of the acknowledger's journal at the latest acknowledgement, check
 *  1216  device of this file
 *  1280  looks: changed by the owner
 *  1344  opening: random, of the recorder that opened it last, see {@link SpoolOpening}
 *  1360  opening before that
 *  2048  copy of bytes 0 to 59
 * </pre>
 */
final class SpoolDescriptor {
    static final int FORMAT_VERSION = 1;
    static final int HEADER_LENGTH = 4096;
    static final int MAX_CAPACITY = 1 << 30;
    /** No recorder lives to use as many, nor as many bytes. */
    static final long MAX_SEQUENCE = 1L << 62;
    static final long MAX_POSITION = 1L << 62;
    static final int FRAME_HEADER_LENGTH = 16;
    static final int FRAME_ALIGNMENT = 16;
    static final long MAGIC = 0x5053_444C_4152_4548L;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION_OFFSET = 8;
    static final int CAPACITY_OFFSET = 12;
    static final int RECORDER_ID_HIGH_OFFSET = 16;
    static final int RECORDER_ID_LOW_OFFSET = 24;
    static final int INODE_OFFSET = 32;
    static final int BOOT_ID_HIGH_OFFSET = 40;
    static final int BOOT_ID_LOW_OFFSET = 48;
    static final int HEADER_CRC_OFFSET = 56;
    static final int ATTEMPT_OFFSET = 64;
    static final int TRIM_SLOT_A_OFFSET = 128;
    static final int TRIM_SLOT_B_OFFSET = 192;
    static final int TRIM_POSITION_OFFSET = 0;
    static final int TRIM_SEQUENCE_OFFSET = 8;
    static final int TRIM_CHECK_OFFSET = 16;
    static final int COUNTERS_OFFSET = 256;
    static final int USED_SEQUENCE_OFFSET = 1024;
    static final int FAILED_OFFSET = 1088;
    static final int ACKNOWLEDGER_OFFSET = 1152;
    static final int ACKNOWLEDGER_CHECK_OFFSET = ACKNOWLEDGER_OFFSET + 40;
    static final int ACKNOWLEDGED_POSITION_OFFSET = 1200;
    static final int ACKNOWLEDGED_POSITION_CHECK_OFFSET = ACKNOWLEDGED_POSITION_OFFSET + 8;
    static final int DEVICE_OFFSET = 1216;
    static final int LOOKS_OFFSET = 1280;
    static final int OPENING_OFFSET = 1344;
    static final int PREVIOUS_OPENING_OFFSET = 1360;
    static final int IDENTITY_COPY_OFFSET = 2048;
    static final int IDENTITY_LENGTH = HEADER_CRC_OFFSET + Integer.BYTES;

    static final int LENGTH_OFFSET = 0;
    static final int CRC_OFFSET = 4;
    static final int SEQUENCE_OFFSET = 8;

    private SpoolDescriptor() {
    }

    static int alignedLength(final int bodyLength) {
        return BitUtil.align(FRAME_HEADER_LENGTH + bodyLength, FRAME_ALIGNMENT);
    }

    static long trimCheck(final long position, final long sequence) {
        return (position * 0x9E37_79B9_7F4A_7C15L) ^ Long.rotateLeft(sequence, 32) ^ MAGIC;
    }

    static int headerCrc(final ByteBuffer spool) {
        return identityCrc(spool, 0);
    }

    private static int identityCrc(final ByteBuffer spool, final int identityOffset) {
        return new Crc32c().wrap(spool).compute(identityOffset, HEADER_CRC_OFFSET);
    }

    /** Whether the identity there, the first one or its copy, is whole, of whichever version. */
    static boolean isIdentityWhole(final ByteBuffer spool, final int identityOffset) {
        final UnsafeBuffer buffer = new UnsafeBuffer(spool);
        return buffer.capacity() >= identityOffset + IDENTITY_LENGTH &&
            buffer.getLong(identityOffset + MAGIC_OFFSET) == MAGIC &&
            buffer.getInt(identityOffset + HEADER_CRC_OFFSET) == identityCrc(spool, identityOffset);
    }

    /** Whether a ring can have this length. */
    static boolean isCapacity(final int capacity) {
        return capacity >= FRAME_ALIGNMENT && capacity <= MAX_CAPACITY && BitUtil.isPowerOfTwo(capacity);
    }

    /** Where a trim slot says that the oldest frame is; -1 where the slot is not whole. */
    static long slotPosition(final DirectBuffer header, final int slot) {
        final long position = header.getLong(slot + TRIM_POSITION_OFFSET);
        final long sequence = header.getLong(slot + TRIM_SEQUENCE_OFFSET);
        final long check = header.getLong(slot + TRIM_CHECK_OFFSET);
        return check == trimCheck(position, sequence) && position >= 0 && position < MAX_POSITION &&
            sequence >= 0 && sequence < MAX_SEQUENCE &&
            position % FRAME_ALIGNMENT == 0 ? position : -1;
    }

    /** Who acknowledged last; nobody known where that is not whole. */
    static Acknowledger acknowledger(final DirectBuffer header) {
        final int at = ACKNOWLEDGER_OFFSET;
        return header.getLong(ACKNOWLEDGER_CHECK_OFFSET) != acknowledgerCheck(header) ? Acknowledger.NONE :
            new Acknowledger(new UUID(header.getLong(at), header.getLong(at + 8)), header.getLong(at + 16),
                header.getLong(at + 24), acknowledgedPosition(header));
    }

    /** Of the latest acknowledgement; of the session's first one where that is torn or was not told. */
    private static long acknowledgedPosition(final DirectBuffer header) {
        final long latest = header.getLong(ACKNOWLEDGED_POSITION_OFFSET);
        final long check = trimCheck(latest, header.getLong(ACKNOWLEDGER_CHECK_OFFSET));
        return header.getLong(ACKNOWLEDGED_POSITION_CHECK_OFFSET) == check ?
            latest : header.getLong(ACKNOWLEDGER_OFFSET + 32);
    }

    /** Never 0 for bytes of zeros. */
    private static long acknowledgerCheck(final DirectBuffer header) {
        long check = MAGIC;
        for (int offset = ACKNOWLEDGER_OFFSET; offset < ACKNOWLEDGER_CHECK_OFFSET; offset += Long.BYTES) {
            check = Long.rotateLeft(check, 7) * 0x9E37_79B9_7F4A_7C15L ^ header.getLong(offset);
        }
        return check;
    }

    static void putAcknowledger(final AtomicBuffer header, final Acknowledger by) {
        header.putLongRelease(ACKNOWLEDGER_CHECK_OFFSET, 0);
        header.putLongRelease(ACKNOWLEDGER_OFFSET, by.directoryId().getMostSignificantBits());
        header.putLongRelease(ACKNOWLEDGER_OFFSET + 8, by.directoryId().getLeastSignificantBits());
        header.putLongRelease(ACKNOWLEDGER_OFFSET + 16, by.generation());
        header.putLongRelease(ACKNOWLEDGER_OFFSET + 24, by.runId());
        header.putLongRelease(ACKNOWLEDGER_OFFSET + 32, by.journalPosition());
        header.putLongRelease(ACKNOWLEDGER_CHECK_OFFSET, acknowledgerCheck(header));
    }

    /** Its check takes in that of the acknowledger: one of another session does not count. */
    static void putAcknowledgedPosition(final AtomicBuffer header, final long journalPosition) {
        header.putLongRelease(ACKNOWLEDGED_POSITION_CHECK_OFFSET, 0);
        header.putLongRelease(ACKNOWLEDGED_POSITION_OFFSET, journalPosition);
        header.putLongRelease(ACKNOWLEDGED_POSITION_CHECK_OFFSET,
            trimCheck(journalPosition, header.getLong(ACKNOWLEDGER_CHECK_OFFSET)));
    }

    static void putTrimSlot(
        final AtomicBuffer buffer, final int slotOffset, final long position, final long sequence) {
        buffer.putLongRelease(slotOffset + TRIM_CHECK_OFFSET, 0);
        buffer.putLongRelease(slotOffset + TRIM_POSITION_OFFSET, position);
        buffer.putLongRelease(slotOffset + TRIM_SEQUENCE_OFFSET, sequence);
        buffer.putLongRelease(slotOffset + TRIM_CHECK_OFFSET, trimCheck(position, sequence));
    }
}
