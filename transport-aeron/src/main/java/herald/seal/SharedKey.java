package herald.seal;

import herald.io.FileAccess;
import herald.io.SecretFile;
import herald.io.SmallFile;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;

/**
 * The secret that both ends of a link have in common, such as a proxy and its remote recorders. It is never used as it
 * is: every use has a key of its own, made from it, a label and what that use is bound to. One that was read from a
 * file may be read again, while others use it: sessions keep what they have, new ones begin with the new secret.
 */
public final class SharedKey {
    /** Length of a key at least, in bytes. */
    public static final int MIN_LENGTH = 16;
    /** Length of a key at most, in bytes: enough for any, and a mistaken file is found out. */
    public static final int MAX_LENGTH = 4096;

    static final String ALGORITHM = "HmacSHA256";

    /** What some editors put before UTF-8; the same key saved by two editors is one key. */
    private static final byte[] BYTE_ORDER_MARK = {(byte)0xEF, (byte)0xBB, (byte)0xBF};

    private final Path file;
    private final SharedKey origin;
    private final String link;
    private volatile byte[] secret;

    private SharedKey(final byte[] secret, final Path file, final SharedKey origin, final String link) {
        this.secret = secret;
        this.file = file;
        this.origin = origin;
        this.link = link;
    }

    /**
     * A key.
     *
     * @param secret random bytes, 16 to 4,096; they are copied.
     * @throws IllegalArgumentException where there are fewer or more.
     */
    public SharedKey(final byte[] secret) {
        this(checked(secret).clone(), null, null, null);
    }

    private static byte[] checked(final byte[] secret) {
        if (secret.length < MIN_LENGTH || secret.length > MAX_LENGTH) {
            throw new IllegalArgumentException("a shared key of " + secret.length + " bytes: it must have " +
                MIN_LENGTH + " to " + MAX_LENGTH + " random bytes, such as openssl rand -base64 32 makes");
        }
        return secret;
    }

    /**
     * Reads a key from a file that is secret: see {@link SecretFile}. Line ends behind it and a byte-order mark before
     * it are no part of it.
     *
     * @param file that holds it.
     * @return the key.
     * @throws IllegalArgumentException naming the file, what is wrong with it and the remedy.
     */
    public static SharedKey read(final Path file) {
        return new SharedKey(secretIn(file), file, null, null);
    }

    /**
     * Reads the file of this key anew, if it is from one. Any thread.
     *
     * @return whether there is another secret in it now.
     * @throws IllegalArgumentException as {@link #read} says: the secret stays what it was.
     */
    public boolean readAgain() {
        if (origin != null) {
            return origin.readAgain();
        }
        final byte[] read = file == null ? secret : secretIn(file);
        if (Arrays.equals(read, secret)) {
            return false;
        }
        secret = read;
        return true;
    }

    private static byte[] secretIn(final Path file) {
        try {
            SecretFile.require(file);
            final long length = Files.size(file);
            if (length > MAX_LENGTH) {
                throw new IllegalArgumentException("key file " + file + " has " + length + " bytes: a key has " +
                    MAX_LENGTH + " at most; is it the right file?");
            }
            return checked(content(SmallFile.read(file)));
        } catch (final NoSuchFileException e) {
            throw new IllegalArgumentException("there is no key file " + file + ": make one with " +
                "(umask 077; openssl rand -base64 32 > " + file + ") and copy it to every host", e);
        } catch (final IOException e) {
            final String reason = FileAccess.reason(e);
            throw new IllegalArgumentException(reason.startsWith(file.toString()) ? "key file " + reason :
                "cannot read key file " + file + ": " + reason, e);
        } catch (final IllegalArgumentException e) {
            throw e.getMessage().startsWith("key file") ? e :
                new IllegalArgumentException("key file " + file + ": " + e.getMessage(), e);
        }
    }

    private static byte[] content(final byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
            end--;
        }
        final int mark = BYTE_ORDER_MARK.length;
        final boolean marked = end >= mark && Arrays.equals(bytes, 0, mark, BYTE_ORDER_MARK, 0, mark);
        return Arrays.copyOfRange(bytes, marked ? mark : 0, end);
    }

    /**
     * The key of one kind of link: what is sealed on it proves nothing on another that has the same key file.
     *
     * @param link name of the kind, ASCII.
     * @return another key.
     */
    public SharedKey of(final String link) {
        return new SharedKey(null, null, this, link);
    }

    /** The same array as long as the secret is the same. */
    byte[] secret() {
        if (origin != null) {
            final byte[] derived = origin.derive(link);
            secret = Arrays.equals(derived, secret) ? secret : derived;
        }
        return secret;
    }

    /**
     * Makes a key for one use.
     *
     * @param label of the use.
     * @param bound numbers that it is bound to.
     * @return 32 bytes.
     */
    byte[] derive(final String label, final long... bound) {
        final byte[] name = label.getBytes(StandardCharsets.US_ASCII);
        final ByteBuffer input = ByteBuffer.allocate(name.length + 1 + bound.length * Long.BYTES);
        input.put(name).put((byte)0);
        for (final long number : bound) {
            input.putLong(number);
        }
        return newMac(secret()).doFinal(input.array());
    }

    /** What every Java platform must have can't be missing. */
    static Mac newMac(final byte[] key) {
        try {
            final Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM + ": use one that has", e);
        }
    }

    /** Never the key: what is printed ends in logs. */
    @Override
    public String toString() {
        return "SharedKey of " + secret().length + " bytes";
    }
}
