package herald.seal;

import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import java.security.MessageDigest;

import static herald.seal.SealDescriptor.COVERED_OFFSET;
import static herald.seal.SealDescriptor.TAG_LENGTH;
import static herald.seal.SealDescriptor.TAG_OFFSET;

/**
 * Signs and checks messages under one key: HMAC-SHA256 over all but the tag, cut to the tag's length. Owned by
 * one thread.
 *
 * <p>The JDK's Mac allocates one array of 32 bytes for each result; nothing else is allocated for a message.
 */
final class MessageMac {
    private final Mac mac;
    private final byte[] result = new byte[32];
    private final byte[] expected = new byte[TAG_LENGTH];
    private final byte[] found = new byte[TAG_LENGTH];

    MessageMac(final byte[] key) {
        this.mac = SharedKey.newMac(key);
    }

    /**
     * Puts the tag into a message that is complete otherwise.
     *
     * @param message starts at its header.
     * @param length  of it in bytes.
     */
    void sign(final byte[] message, final int length) {
        compute(message, length);
        System.arraycopy(result, 0, message, TAG_OFFSET, TAG_LENGTH);
    }

    /**
     * Whether a message's tag is right. Takes as long wherever the first difference is.
     *
     * @param message starts at its header.
     * @param length  of it in bytes.
     * @return false where it was made with another key, or changed.
     */
    boolean verify(final byte[] message, final int length) {
        compute(message, length);
        System.arraycopy(result, 0, expected, 0, TAG_LENGTH);
        System.arraycopy(message, TAG_OFFSET, found, 0, TAG_LENGTH);
        return MessageDigest.isEqual(expected, found);
    }

    private void compute(final byte[] message, final int length) {
        mac.update(message, 0, TAG_OFFSET);
        mac.update(message, COVERED_OFFSET, length - COVERED_OFFSET);
        try {
            mac.doFinal(result, 0);
        } catch (final ShortBufferException e) {
            throw new IllegalStateException("an HMAC-SHA256 has 32 bytes", e);
        }
    }
}
