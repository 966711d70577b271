package herald.seal;

import java.nio.ByteBuffer;

/**
 * The keys of one session between a remote recorder and the proxy, one for each direction, and the session's name. Both
 * sides make them from the shared key, the recorder's id, both nonces and the Aeron session that they are used on.
 */
public final class SessionKeys {
    private final long id;
    private final byte[] toProxy;
    private final byte[] toRecorder;

    private SessionKeys(final long id, final byte[] toProxy, final byte[] toRecorder) {
        this.id = id;
        this.toProxy = toProxy;
        this.toRecorder = toRecorder;
    }

    /**
     * Makes the keys of a session.
     *
     * @param key        that both have.
     * @param knock      of the recorder.
     * @param proxyNonce of the answer.
     * @return the keys.
     */
    public static SessionKeys of(final SharedKey key, final Knock knock, final Nonce proxyNonce) {
        final long[] bound = {
            knock.recorderId().getMostSignificantBits(), knock.recorderId().getLeastSignificantBits(),
            knock.nonce().high(), knock.nonce().low(), proxyNonce.high(), proxyNonce.low(), knock.aeronSessionId()};
        return new SessionKeys(
            ByteBuffer.wrap(key.derive("herald session-id", bound)).getLong(),
            key.derive("herald to-proxy", bound),
            key.derive("herald to-recorder", bound));
    }

    /**
     * Names the session; no secret.
     *
     * @return random.
     */
    public long id() {
        return id;
    }

    /**
     * Seals what the recorder sends.
     *
     * @return at counter 1.
     */
    public Sealer sealerToProxy() {
        return new Sealer(id, toProxy);
    }

    /**
     * Seals what the proxy sends.
     *
     * @return at counter 1.
     */
    public Sealer sealerToRecorder() {
        return new Sealer(id, toRecorder);
    }

    /**
     * Opens what the recorder sent.
     *
     * @return before the first message.
     */
    public Unsealer unsealerOfRecorder() {
        return new Unsealer(toProxy);
    }

    /**
     * Opens what the proxy sent.
     *
     * @return before the first message.
     */
    public Unsealer unsealerOfProxy() {
        return new Unsealer(toRecorder);
    }
}
