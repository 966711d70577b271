package herald.seal;

import java.util.random.RandomGenerator;

/**
 * A number that is used once, so that what was said with it is worth nothing later.
 *
 * @param high half of it.
 * @param low  half of it.
 */
public record Nonce(long high, long low) {
    /**
     * Makes one.
     *
     * @param random of cryptographic strength.
     * @return a new one.
     */
    public static Nonce next(final RandomGenerator random) {
        return new Nonce(random.nextLong(), random.nextLong());
    }
}
