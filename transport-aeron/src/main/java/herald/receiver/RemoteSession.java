package herald.receiver;

import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SealedMessage;
import herald.seal.Sealer;
import herald.seal.SessionKeys;
import herald.seal.Unsealer;
import org.agrona.DirectBuffer;

import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * One image from another host whose sender knocked with the key: the session that it proved, and the one that a Knock
 * asks for. Receiver's thread.
 *
 * <pre>
 *   Knock --right MAC--> pending, Challenge owed --Sealed under the pending keys--> current
 * </pre>
 *
 * <p>The current session goes on until the pending one is proven: a Knock that somebody recorded ends nothing.
 */
public final class RemoteSession {
    private static final long DAMAGE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    /** Keys in use, and where their recorder listens. */
    private static final class Keyed {
        private final Knock knock;
        private final Nonce proxyNonce;
        private final long sessionId;
        private final Sealer sealer;
        private final Unsealer unsealer;
        private final ReplyPublication publication;

        Keyed(final Knock knock, final Nonce proxyNonce, final SessionKeys keys, final ReplyPublication publication) {
            this.knock = knock;
            this.proxyNonce = proxyNonce;
            this.sessionId = keys.id();
            this.sealer = keys.sealerToRecorder();
            this.unsealer = keys.unsealerOfRecorder();
            this.publication = publication;
        }

        boolean listensWhere(final Knock other) {
            return knock.replyStreamId() == other.replyStreamId() &&
                knock.replyEndpoint().equals(other.replyEndpoint());
        }
    }

    private final int imageSessionId;
    private final Replies replies = new SealedReplies();
    private Keyed current;
    private Keyed pending;
    private boolean challengeOwed;
    private boolean damaged;
    private long damagedNs;
    private int assembledLength;

    RemoteSession(final int imageSessionId) {
        this.imageSessionId = imageSessionId;
    }

    /**
     * The image.
     *
     * @return its Aeron session id.
     */
    public int imageSessionId() {
        return imageSessionId;
    }

    boolean isProven() {
        return current != null;
    }

    /** Whether its sender is to be asked for what came damaged; not more often than it can answer. */
    boolean mayAskAgain(final long nowNs) {
        if (damaged && nowNs - damagedNs < DAMAGE_INTERVAL_NS) {
            return false;
        }
        damaged = true;
        damagedNs = nowNs;
        return true;
    }

    /** A Challenge is owed for it. */
    void onKnock(
        final Knock knock,
        final Nonce proxyNonce,
        final SessionKeys keys,
        final Function<Knock, ReplyPublication> publications) {
        final ReplyPublication known = publicationFor(knock);
        final Keyed next = new Keyed(knock, proxyNonce, keys, known == null ? publications.apply(knock) : known);
        final Keyed dropped = pending;
        pending = next;
        closeUnused(dropped);
        challengeOwed = true;
    }

    private ReplyPublication publicationFor(final Knock knock) {
        if (pending != null && pending.listensWhere(knock)) {
            return pending.publication;
        }
        return current != null && current.listensWhere(knock) ? current.publication : null;
    }

    private void closeUnused(final Keyed dropped) {
        if (dropped != null && (current == null || dropped.publication != current.publication) &&
            (pending == null || dropped.publication != pending.publication)) {
            dropped.publication.close();
        }
    }

    boolean owesChallenge() {
        return challengeOwed;
    }

    void sendChallenge(final Handshake handshake) {
        if (challengeOwed && pending.publication.isConnected()) {
            final int length = handshake.encodeChallenge(pending.knock, pending.proxyNonce);
            challengeOwed = !pending.publication.send(handshake.buffer(), length);
        }
    }

    /** Whether there are keys for a message; its session's name costs no MAC to look at. */
    boolean isOpen(final long sessionId) {
        return keyed(sessionId) != null;
    }

    private Keyed keyed(final long sessionId) {
        if (current != null && current.sessionId == sessionId) {
            return current;
        }
        return pending != null && pending.sessionId == sessionId ? pending : null;
    }

    Unsealer.Verdict judge(final SealedMessage message) {
        return keyed(message.sessionId()).unsealer.judge(message);
    }

    UUID knocked(final SealedMessage message) {
        return keyed(message.sessionId()).knock.recorderId();
    }

    boolean isPending(final SealedMessage message) {
        return pending != null && pending.sessionId == message.sessionId();
    }

    /** The pending session is proven: it takes over. */
    void prove() {
        final Keyed former = current;
        current = pending;
        pending = null;
        challengeOwed = false;
        closeUnused(former);
    }

    void take(final SealedMessage message) {
        keyed(message.sessionId()).unsealer.take(message);
    }

    /** Adds a fragment of a message that is not whole yet. */
    int assemble(final int fragmentLength, final boolean begins) {
        assembledLength = begins ? fragmentLength : assembledLength + fragmentLength;
        return assembledLength;
    }

    /**
     * The way back to who proved it.
     *
     * @return seals what is sent; closed with the image.
     */
    public Replies replies() {
        return replies;
    }

    void close() {
        final Keyed formerPending = pending;
        final Keyed formerCurrent = current;
        pending = null;
        closeUnused(formerPending);
        current = null;
        closeUnused(formerCurrent);
    }

    /** Seals what the current session is answered with. Its publication goes with the image, not with a recorder. */
    private final class SealedReplies implements Replies {
        @Override
        public boolean isConnected() {
            return current != null && current.publication.isConnected();
        }

        @Override
        public boolean send(final DirectBuffer reply, final int length) {
            final int sealedLength = current.sealer.seal(reply, 0, length);
            return current.publication.send(current.sealer.buffer(), sealedLength);
        }

        @Override
        public void close() {
        }
    }
}
