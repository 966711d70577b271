package herald.verify;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * 128 bits of SHA-256 over the fields of an identity, each with its length before it: nobody finds two identities with
 * the same. Not what dedup itself takes, so that neither hides the other's mistake. One thread.
 */
final class IdentityHash {
    private final MessageDigest sha256;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream fields = new DataOutputStream(bytes);
    private long high;
    private long low;

    IdentityHash() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256, this one has not", e);
        }
    }

    /** Computes {@link #high()} and {@link #low()}. */
    void of(final ModelEvent.Identity identity) {
        try {
            bytes.reset();
            fields.writeInt(identity.severity());
            putAll(identity.source());
            putAll(identity.type());
            putAll(identity.object());
            put(identity.message());
            fields.writeInt(identity.attributes().size());
            for (final List<String> pair : identity.attributes()) {
                putAll(pair);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException("there is no way to fail in memory", e);
        }
        final ByteBuffer digest = ByteBuffer.wrap(sha256.digest(bytes.toByteArray()));
        high = digest.getLong();
        low = digest.getLong();
    }

    private void putAll(final List<String> texts) throws IOException {
        fields.writeInt(texts.size());
        for (final String text : texts) {
            put(text);
        }
    }

    private void put(final String text) throws IOException {
        final byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        fields.writeInt(utf8.length);
        fields.write(utf8);
    }

    long high() {
        return high;
    }

    long low() {
        return low;
    }
}
