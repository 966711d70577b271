package herald.tools.admin;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * How an admin endpoint proves that it has the token which a client is about to send: an HMAC of what the client made
 * up, and of the address, so that whoever took over the port of a proxy that is gone can't ask another proxy for it.
 */
final class AdminProof {
    /** Where it is asked for. */
    static final String PATH = "/v1/proof";
    /** The parameter, in hexadecimal digits. */
    static final String NONCE = "nonce";
    /** The field of the answer, in hexadecimal digits. */
    static final String PROOF = "proof";

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "herald admin proof";
    private static final Pattern NONCE_FORM = Pattern.compile("[0-9a-f]{32,128}");

    private AdminProof() {
    }

    static boolean isNonce(final String text) {
        return NONCE_FORM.matcher(text).matches();
    }

    /**
     * The proof.
     *
     * @param token   that both have.
     * @param address of the endpoint, HOST:PORT.
     * @param nonce   that nobody has used before.
     * @return in hexadecimal digits.
     */
    static String of(final String token, final String address, final String nonce) {
        try {
            final Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            return HexFormat.of().formatHex(
                mac.doFinal((PURPOSE + '\n' + address + '\n' + nonce).getBytes(StandardCharsets.UTF_8)));
        } catch (final GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
