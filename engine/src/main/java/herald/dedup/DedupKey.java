package herald.dedup;

import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import net.openhft.hashing.LongTupleHashFunction;
import org.agrona.DirectBuffer;

/**
 * What makes two events the same: a seeded 128-bit hash (XXH128) over severity, source, type, object reference and
 * message. On the wire these stand together behind the attributes, each with its length before it, so that no two
 * different events read alike. Reused; owned by one thread.
 */
public final class DedupKey {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final LongTupleHashFunction[] hashBySeverity = new LongTupleHashFunction[4];
    private final long[] hash = new long[2];

    /**
     * A key with a seed of its own: keys of other seeds mean nothing to it.
     *
     * @param seed random for each run, so that nobody can choose colliding events.
     */
    public DedupKey(final long seed) {
        for (int i = 0; i < hashBySeverity.length; i++) {
            hashBySeverity[i] = LongTupleHashFunction.xx128(seed + i);
        }
    }

    DedupKey(final long high, final long low) {
        hash[0] = high;
        hash[1] = low;
    }

    /**
     * Computes the key of an event.
     *
     * @param buffer that holds the wire message, already validated.
     * @param offset of its message header.
     * @param length in bytes.
     */
    void compute(final DirectBuffer buffer, final int offset, final int length) {
        event.wrapAndApplyHeader(buffer, offset, header);
        final EventDecoder.AttributesDecoder attributes = event.attributes();
        while (attributes.hasNext()) {
            attributes.next();
            attributes.skipKey();
            attributes.skipValue();
        }
        final int from = event.limit();
        hashRange(hashBySeverity[event.severityRaw() & 3], buffer, from, offset + length - from);
    }

    private void hashRange(
        final LongTupleHashFunction function, final DirectBuffer buffer, final int from, final int length) {
        final byte[] array = buffer.byteArray();
        if (array != null) {
            function.hashBytes(array, buffer.wrapAdjustment() + from, length, hash);
        } else {
            function.hashMemory(buffer.addressOffset() + from, length, hash);
        }
    }

    long high() {
        return hash[0];
    }

    long low() {
        return hash[1];
    }

    void set(final long high, final long low) {
        hash[0] = high;
        hash[1] = low;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof DedupKey that && hash[0] == that.hash[0] && hash[1] == that.hash[1];
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash[0]);
    }
}
