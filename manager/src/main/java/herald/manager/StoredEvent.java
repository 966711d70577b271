package herald.manager;

import org.apache.lucene.document.Document;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.util.BytesRef;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * An event as the index keeps it: a checksum, then its JSON. Lucene checks its files where they are opened and merged,
 * not where they are read.
 *
 * <pre>
 *   CRC32C of what follows, 4 bytes, big-endian | JSON
 * </pre>
 */
final class StoredEvent {
    private static final int CRC_LENGTH = Integer.BYTES;

    private StoredEvent() {
    }

    /**
     * Puts the checksum before an event.
     *
     * @param json   that holds it.
     * @param length of it in bytes.
     * @return what is stored.
     */
    static byte[] of(final byte[] json, final int length) {
        final byte[] stored = new byte[CRC_LENGTH + length];
        ByteBuffer.wrap(stored).putInt(crc(json, 0, length)).put(json, 0, length);
        return stored;
    }

    private static int crc(final byte[] bytes, final int offset, final int length) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int)crc.getValue();
    }

    /**
     * The event that a document holds.
     *
     * @param document of the index.
     * @return its JSON.
     * @throws CorruptIndexException where it is not what was stored.
     */
    static BytesRef json(final Document document) throws CorruptIndexException {
        final BytesRef stored = document.getBinaryValue(EventFields.EVENT);
        if (stored == null) {
            final BytesRef bare = document.getBinaryValue(EventFields.JSON);
            if (bare == null) {
                throw damaged("holds no event");
            }
            return bare;
        }
        final BytesRef json =
            new BytesRef(stored.bytes, stored.offset + CRC_LENGTH, Math.max(0, stored.length - CRC_LENGTH));
        if (stored.length <= CRC_LENGTH || ByteBuffer.wrap(stored.bytes, stored.offset, CRC_LENGTH).getInt() !=
            crc(json.bytes, json.offset, json.length)) {
            throw damaged("is not what was stored");
        }
        return json;
    }

    private static CorruptIndexException damaged(final String what) {
        return new CorruptIndexException("an event " + what, "stored fields");
    }
}
