package herald.event;

import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteOrder;

/**
 * Steps over the parts of an SBE message whose lengths the message itself says, and tells whether they lie within it:
 * for bytes that nobody vouches for, before a decoder reads them. Allocates nothing; owned by one thread.
 */
public final class MessageBounds {
    private static final int GROUP_HEADER_LENGTH = 2 * Short.BYTES;

    private DirectBuffer buffer;
    private int offset;
    private int index;
    private int end;
    private int entryBlockLength;

    /**
     * Begins behind the fixed fields of a message.
     *
     * @param newBuffer that holds it.
     * @param newOffset of its message header.
     * @param length    in bytes, header included.
     * @return this.
     */
    public MessageBounds wrap(final DirectBuffer newBuffer, final int newOffset, final int length) {
        buffer = newBuffer;
        offset = newOffset;
        end = newOffset + length;
        index = length < MessageHeaderDecoder.ENCODED_LENGTH ?
            end + 1 : newOffset + MessageHeaderDecoder.ENCODED_LENGTH + blockLength();
        return this;
    }

    private int unsignedShort(final int at) {
        return buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
    }

    private int blockLength() {
        return unsignedShort(offset + MessageHeaderDecoder.blockLengthEncodingOffset());
    }

    /**
     * Whether there is room for a message header.
     *
     * @return false where nothing else may be asked.
     */
    public boolean hasHeader() {
        return end - offset >= MessageHeaderDecoder.ENCODED_LENGTH;
    }

    /** The template that the message is said to be of. */
    public int templateId() {
        return unsignedShort(offset + MessageHeaderDecoder.templateIdEncodingOffset());
    }

    /** The schema that the message is said to be of. */
    public int schemaId() {
        return unsignedShort(offset + MessageHeaderDecoder.schemaIdEncodingOffset());
    }

    /** The version of that schema. */
    public int version() {
        return unsignedShort(offset + MessageHeaderDecoder.versionEncodingOffset());
    }

    /**
     * Whether the fixed fields are there.
     *
     * @param minLength of them in bytes, in the oldest version of the schema.
     * @return true where they are.
     */
    public boolean hasBlock(final int minLength) {
        return index <= end && blockLength() >= minLength;
    }

    /**
     * Where the next part begins.
     *
     * @return an offset into the buffer.
     */
    public int index() {
        return index;
    }

    /**
     * Steps over a number of bytes.
     *
     * @param length in bytes, 0 or more.
     * @return false where they are not there.
     */
    public boolean skip(final long length) {
        if (length > end - index) {
            return false;
        }
        index += (int)length;
        return true;
    }

    /**
     * Steps over a text and its length of 16 bits.
     *
     * @return false where it is not there.
     */
    public boolean skipText() {
        return end - index >= Short.BYTES && skip(Short.BYTES + unsignedShort(index));
    }

    /**
     * Steps over data and its length of 32 bits.
     *
     * @return false where it is not there.
     */
    public boolean skipData() {
        return end - index >= Integer.BYTES &&
            skip(Integer.BYTES + (buffer.getInt(index, ByteOrder.LITTLE_ENDIAN) & 0xFFFF_FFFFL));
    }

    /**
     * Steps over the header of a group.
     *
     * @param minLength of the fixed fields of an entry in bytes.
     * @return how many entries follow; -1 where the header is not there or its entries are too short.
     */
    public int enterGroup(final int minLength) {
        if (end - index < GROUP_HEADER_LENGTH) {
            return -1;
        }
        entryBlockLength = unsignedShort(index);
        final int count = unsignedShort(index + Short.BYTES);
        index += GROUP_HEADER_LENGTH;
        return entryBlockLength < minLength ? -1 : count;
    }

    /**
     * Steps over the fixed fields of an entry of the group that was entered last.
     *
     * @return false where they are not there.
     */
    public boolean skipEntryBlock() {
        return skip(entryBlockLength);
    }
}
