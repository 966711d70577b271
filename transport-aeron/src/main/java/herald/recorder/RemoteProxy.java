package herald.recorder;

import herald.link.Endpoint;
import herald.seal.SharedKey;

import java.security.SecureRandom;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A proxy on another host: where it listens, and the key that it has too.
 *
 * @param endpoint  where it listens.
 * @param key       that proxy and recorders have in common.
 * @param replyHost own address in digits at which the proxy can reach this host, or null: the one from which the route
 *                  to the proxy starts.
 * @param random    of nonces; of cryptographic strength.
 */
public record RemoteProxy(Endpoint endpoint, SharedKey key, String replyHost, RandomGenerator random) {
    /** Checks that all of it is there and right. */
    public RemoteProxy {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(random, "random");
        if (endpoint.port() == 0) {
            throw new IllegalArgumentException("remote proxy is " + endpoint + ": it must have the port on which the " +
                "proxy listens");
        }
        if (replyHost != null && !Endpoint.isInDigits(replyHost + ":0")) {
            throw new IllegalArgumentException("reply host is \"" + replyHost +
                "\": it must be an address in digits, IPv6 in brackets");
        }
    }

    /**
     * A proxy that answers on the route by which it is reached.
     *
     * @param endpoint {@code HOST:PORT}.
     * @param key      that proxy and recorders have in common.
     * @throws IllegalArgumentException where the endpoint is of another form.
     */
    public RemoteProxy(final String endpoint, final SharedKey key) {
        this(Endpoint.parse("remote proxy", endpoint), key, null, new SecureRandom());
    }
}
