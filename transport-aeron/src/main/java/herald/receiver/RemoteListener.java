package herald.receiver;

import herald.link.Endpoint;
import herald.seal.SharedKey;

import java.security.SecureRandom;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Where a proxy listens for recorders on other hosts, and the key that they must have.
 *
 * @param endpoint on which the media driver listens; port 0 lets the system choose.
 * @param key      that proxy and recorders have in common.
 * @param random   of nonces; of cryptographic strength.
 */
public record RemoteListener(Endpoint endpoint, SharedKey key, RandomGenerator random) {
    /** Checks that all of it is there: without a key nobody is listened to. */
    public RemoteListener {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(random, "random");
    }

    /**
     * With nonces of the system.
     *
     * @param endpoint {@code HOST:PORT}.
     * @param key      that proxy and recorders have in common.
     */
    public RemoteListener(final String endpoint, final SharedKey key) {
        this(Endpoint.parse("remote endpoint", endpoint), key, new SecureRandom());
    }
}
