package herald.recorder;

import herald.events.AttributePatterns;
import herald.wire.EventEncoder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Message and attributes of one call, read once and encoded before any lock is taken: a {@link CharSequence} and a
 * {@link Map} may be code of the application, which may record events itself, wait, throw, or say something else each
 * time. Owned by one call at a time; a call from within that call takes another one.
 *
 * <pre>
 *   | key | value | key | value | ... | message |      each with its length before it, as on the wire
 *   '------- attributes --------------'
 * </pre>
 */
final class CapturedTexts {
    private static final int MAX_ATTRIBUTES = 1024;

    private final UnsafeBuffer bytes;
    private final BitSet last = new BitSet(MAX_ATTRIBUTES);
    private int attributes;
    private int attributesLength;
    private int length;

    CapturedTexts(final int maxEventLength) {
        bytes = new UnsafeBuffer(new byte[maxEventLength]);
    }

    /**
     * Reads texts of the application.
     *
     * @param message of an event.
     * @param pairs   of it, or null.
     * @return false where they are longer than an event may be.
     */
    boolean capture(final CharSequence message, final Map<String, String> pairs) {
        return capture(message, pairs, AttributePatterns.NONE);
    }

    /** As without patterns; those that the type leaves out of the identity are put last. */
    boolean capture(
        final CharSequence message, final Map<String, String> pairs, final AttributePatterns patterns) {
        last.clear();
        attributes = 0;
        length = 0;
        if (pairs != null) {
            for (final Map.Entry<String, String> pair : pairs.entrySet()) {
                final String name = pair.getKey();
                if (attributes == MAX_ATTRIBUTES || !append(name, "key of an attribute") ||
                    !append(pair.getValue(), "value of an attribute")) {
                    return false;
                }
                last.set(attributes, !patterns.isEmpty() && patterns.matches(name));
                attributes++;
            }
        }
        attributesLength = length;
        return append(message, "message");
    }

    private boolean append(final CharSequence text, final String what) {
        Objects.requireNonNull(text, what);
        final int start = length + EventEncoder.messageHeaderLength();
        final int room = bytes.capacity() - start;
        final int encoded = room < 0 ? -1 : Utf8.encodeOnce(text, bytes, start, room);
        if (encoded < 0) {
            return false;
        }
        bytes.putShort(length, (short)encoded, EventEncoder.BYTE_ORDER);
        length = start + encoded;
        return true;
    }

    int attributes() {
        return attributes;
    }

    /** Length of attributes and message, in bytes. */
    int length() {
        return length;
    }

    /** How many the type leaves out of the identity. */
    int ignored() {
        return last.cardinality();
    }

    void putAttributes(final EventEncoder.AttributesEncoder group) {
        putAttributes(group, false);
        if (!last.isEmpty()) {
            putAttributes(group, true);
        }
    }

    private void putAttributes(final EventEncoder.AttributesEncoder group, final boolean ignored) {
        int index = 0;
        for (int i = 0; i < attributes; i++) {
            final int key = index + EventEncoder.messageHeaderLength();
            final int keyLength = lengthAt(index);
            final int value = key + keyLength + EventEncoder.messageHeaderLength();
            final int valueLength = lengthAt(key + keyLength);
            if (last.get(i) == ignored) {
                group.next().putKey(bytes, key, keyLength).putValue(bytes, value, valueLength);
            }
            index = value + valueLength;
        }
    }

    private int lengthAt(final int index) {
        return bytes.getShort(index, EventEncoder.BYTE_ORDER) & 0xFFFF;
    }

    /** Puts the message with its length before it, and gives back how many bytes these are. */
    int putMessage(final MutableDirectBuffer buffer, final int offset) {
        buffer.putBytes(offset, bytes, attributesLength, length - attributesLength);
        return length - attributesLength;
    }

    /** Those that no call uses at the moment, so that a call allocates one only beside many others. */
    static final class Pool {
        private static final int KEPT = 16;

        private final AtomicReferenceArray<CapturedTexts> free = new AtomicReferenceArray<>(KEPT);
        private final int maxEventLength;

        Pool(final int maxEventLength) {
            this.maxEventLength = maxEventLength;
        }

        CapturedTexts take() {
            for (int i = 0; i < KEPT; i++) {
                final CapturedTexts texts = free.get(i);
                if (texts != null && free.compareAndSet(i, texts, null)) {
                    return texts;
                }
            }
            return new CapturedTexts(maxEventLength);
        }

        void giveBack(final CapturedTexts texts) {
            for (int i = 0; i < KEPT; i++) {
                if (free.get(i) == null && free.compareAndSet(i, null, texts)) {
                    return;
                }
            }
        }
    }
}
