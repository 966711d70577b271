package herald.manager;

import org.apache.lucene.util.BytesRef;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of one page of events, kept once. What stands before the events is known last, so there is room for it.
 */
final class EventPage {
    private static final int HEAD_ROOM = 512;
    private static final byte[] TAIL = "]}\n".getBytes(StandardCharsets.US_ASCII);

    /** Lets its array be used as it is. */
    private static final class Bytes extends ByteArrayOutputStream {
        byte[] array() {
            return buf;
        }
    }

    private final Bytes bytes = new Bytes();
    private final int maxLength;

    /**
     * An empty page.
     *
     * @param maxLength in bytes.
     */
    EventPage(final int maxLength) {
        this.maxLength = maxLength;
        bytes.write(new byte[HEAD_ROOM], 0, HEAD_ROOM);
    }

    /**
     * Adds an event, where there is room for it. The first one always has room.
     *
     * @param json of it.
     * @return false where it was not added.
     */
    boolean add(final BytesRef json) {
        final boolean first = bytes.size() == HEAD_ROOM;
        if (!first && bytes.size() + 1 + json.length + TAIL.length > maxLength) {
            return false;
        }
        if (!first) {
            bytes.write(',');
        }
        bytes.write(json.bytes, json.offset, json.length);
        return true;
    }

    /**
     * Ends the page.
     *
     * @param head that stands before the events, of ASCII characters, shorter than 512.
     * @return all of it.
     */
    ByteBuffer close(final String head) {
        bytes.writeBytes(TAIL);
        final byte[] before = head.getBytes(StandardCharsets.US_ASCII);
        final int start = HEAD_ROOM - before.length;
        System.arraycopy(before, 0, bytes.array(), start, before.length);
        return ByteBuffer.wrap(bytes.array(), start, bytes.size() - start);
    }
}
