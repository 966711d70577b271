package herald.dedup;

import herald.stage.FoldingRules;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import net.openhft.hashing.LongTupleHashFunction;
import org.agrona.DirectBuffer;

/**
 * What makes two events the same: a seeded 128-bit hash (XXH128) over severity, source, type, object reference and
 * message. On the wire these stand together behind the attributes, each with its length before it, so that no two
 * different events read alike. To it the hash of each attribute is added, name and value with their lengths: the same
 * attributes in another order make the same sum. Reused; owned by one thread.
 */
public final class DedupKey {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final LongTupleHashFunction[] hashBySeverity = new LongTupleHashFunction[4];
    private LongTupleHashFunction attributeHash;
    private final long[] hash = new long[2];
    private FoldingRules rules = FoldingRules.FIRST;

    /**
     * A key with a seed of its own: keys of other seeds mean nothing to it.
     *
     * @param seed random for each run, so that nobody can choose colliding events.
     */
    public DedupKey(final long seed) {
        for (int i = 0; i < hashBySeverity.length; i++) {
            hashBySeverity[i] = LongTupleHashFunction.xx128(seed + i);
        }
        attributeHash = LongTupleHashFunction.xx128(seed + hashBySeverity.length);
    }

    DedupKey(final long high, final long low) {
        hash[0] = high;
        hash[1] = low;
    }

    /**
     * Sets what is part of a key: from here on keys mean something else where it changes.
     *
     * @param newRules in force.
     */
    void rules(final FoldingRules newRules) {
        rules = newRules;
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
        final LongTupleHashFunction function = hashBySeverity[event.severityRaw() & 3];
        final int ignored = event.ignoredAttributes();
        final EventDecoder.AttributesDecoder attributes = event.attributes();
        int counted = rules.attributesCount() ? attributes.count() : 0;
        counted -= ignored == EventDecoder.ignoredAttributesNullValue() ? 0 : ignored;
        long sumHigh = 0;
        long sumLow = 0;
        while (attributes.hasNext()) {
            attributes.next();
            final int from = event.limit();
            final int keyLength = attributes.skipKey();
            attributes.skipValue();
            if (counted-- > 0 && !isIgnored(buffer, from, keyLength)) {
                hashRange(attributeHash, buffer, from, event.limit() - from);
                sumHigh += hash[0];
                sumLow += hash[1];
            }
        }
        final int from = event.limit();
        hashRange(function, buffer, from, offset + length - from);
        hash[0] += sumHigh;
        hash[1] += sumLow;
    }

    private boolean isIgnored(final DirectBuffer buffer, final int keyOffset, final int keyLength) {
        return rules.ignoredAttributes().matchesUtf8(
            buffer, keyOffset + EventDecoder.AttributesDecoder.keyHeaderLength(), keyLength);
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
