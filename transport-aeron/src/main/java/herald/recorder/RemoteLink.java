package herald.recorder;

import herald.link.LinkDescriptor;
import herald.seal.Handshake;
import herald.seal.HoldOffs;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SealDescriptor;
import herald.seal.SealedMessage;
import herald.seal.Sealer;
import herald.seal.SessionKeys;
import herald.seal.Unsealer;
import herald.wire.ChallengeDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.SealedDecoder;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;

import java.util.concurrent.TimeUnit;

/**
 * What a link to another host has beside an IPC link: the handshake before each Hello, and the seal on every message.
 * Under the send lock, as {@link RecorderLink}.
 *
 * <p>What is waited for, a Challenge or a Welcome, is waited for twice as long with each try, up to sixteen times the
 * Hello's timeout: so the link comes up however long a round trip takes. A link that stays down is told repeatedly.
 */
final class RemoteLink {
    private static final int MAX_REPLY_LENGTH = 512;
    private static final int MAX_DOUBLINGS = 4;
    private static final int SILENT_KNOCKS = 3;
    private static final int TRIES_PER_STREAM = 6;
    private static final int MAX_SENDERS = 64;
    private static final long TELL_INTERVAL_NS = TimeUnit.SECONDS.toNanos(30);
    private static final long MIN_HOLD_OFF_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_HOLD_OFF_NS = TimeUnit.SECONDS.toNanos(10);

    private final EventRecorder.Context context;
    private final RemoteProxy proxy;
    private final Backlog backlog;
    private final FragmentHandler replyHandler;
    private final FragmentHandler sealedHandler = this::onFragment;
    private final Handshake handshake;
    private final SealedMessage sealed = new SealedMessage(MAX_REPLY_LENGTH);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HoldOffs<Integer> holdOffs = new HoldOffs<>(MAX_SENDERS, MIN_HOLD_OFF_NS, MAX_HOLD_OFF_NS);
    private Nonce nonce;
    private long turnNs;
    private Knock knock;
    private boolean open;
    private long sessionId;
    private long formerSessionId;
    private Sealer sealer;
    private Unsealer unsealer;
    /** The stream on which the proxy proved itself last; who fails there is somebody else, or the network. */
    private int provenImage;
    private boolean hasProvenImage;
    private int tries;
    private int unanswered;
    private long downSinceNs;
    private boolean down;
    private boolean told;

    RemoteLink(final EventRecorder.Context context, final Backlog backlog, final FragmentHandler replyHandler) {
        this.context = context;
        this.proxy = context.remoteProxy;
        this.backlog = backlog;
        this.replyHandler = replyHandler;
        this.handshake = new Handshake(proxy.key());
    }

    /**
     * Reads what the application handed in, before the send lock is taken.
     *
     * @param nowNs monotonic time of the turn that follows.
     */
    void prepare(final long nowNs) {
        turnNs = nowNs;
        if (nonce == null) {
            nonce = Nonce.next(proxy.random());
        }
    }

    /**
     * Asks for a session.
     *
     * @param client that is connected.
     * @param nowNs  monotonic time.
     * @return how long to wait for the answer, in ns.
     */
    long knock(final LinkClient client, final long nowNs) {
        open = false;
        knock = new Knock(backlog.recorderId(), nonce, client.publication().sessionId(),
            client.replyStreamId(), client.replyEndpoint(), LinkDescriptor.PROTOCOL_VERSION);
        nonce = null;
        final int length = handshake.encode(knock);
        tries++;
        if (client.publication().offer(handshake.buffer(), 0, length) > 0) {
            backlog.count(RecorderCounter.KNOCKS);
            unanswered++;
        }
        if (unanswered > SILENT_KNOCKS && !told) {
            tell(client, nowNs);
        }
        return answerTimeoutNs();
    }

    /** How long to wait for the answer to a Knock or a Hello, in ns. */
    long answerTimeoutNs() {
        return context.helloTimeoutNs << Math.max(0, Math.min(tries - 1, MAX_DOUBLINGS));
    }

    /** A stream that was disturbed on its way may never bring anything again: after some tries another one is made. */
    boolean needsNewStream() {
        return tries > 0 && tries % TRIES_PER_STREAM == 0;
    }

    /** The session is open: what is waited for next is waited for as at first. */
    void onWelcome() {
        tries = 0;
        unanswered = 0;
        down = false;
        told = false;
    }

    /**
     * Says why the link is down, when it has been for long, and then at intervals.
     *
     * @param client that is to bring it up; null while there is none.
     * @param nowNs  monotonic time.
     */
    void whileDown(final LinkClient client, final long nowNs) {
        if (!down) {
            down = true;
            downSinceNs = nowNs;
        } else if (nowNs - downSinceNs >= TELL_INTERVAL_NS) {
            tell(client, nowNs);
        }
    }

    private void tell(final LinkClient client, final long nowNs) {
        told = true;
        downSinceNs = nowNs;
        context.errors.onError(new IllegalStateException(troubleWith(client)));
    }

    private String troubleWith(final LinkClient client) {
        final String recorder = "recorder " + backlog.recorderId() + " of component " + context.component;
        if (client == null || !client.isConnected()) {
            return "nothing answers " + recorder + " at " + proxy.endpoint() + ": check that the proxy listens " +
                "there, and that a firewall lets UDP through; events stay in the spool";
        }
        if (unanswered > SILENT_KNOCKS) {
            return "the proxy at " + proxy.endpoint() + " is there and does not let " + recorder + " in: check that " +
                "both have the same key, and that it can reach " + client.replyEndpoint();
        }
        return "the proxy at " + proxy.endpoint() + " has the key and has not welcomed " + recorder + " for " +
            TimeUnit.NANOSECONDS.toSeconds(TELL_INTERVAL_NS) + " s: the network loses much, or is very slow; events " +
            "stay in the spool";
    }

    /** Whether the proxy has answered the last Knock: a Hello can be sealed. */
    boolean isOpen() {
        return open;
    }

    /**
     * Seals and sends.
     *
     * @param publication to the proxy.
     * @param message     that holds it, from its start.
     * @param length      in bytes.
     * @return as {@link ExclusivePublication#offer(DirectBuffer)}.
     */
    long offer(final ExclusivePublication publication, final DirectBuffer message, final int length) {
        if (!open) {
            return Publication.NOT_CONNECTED;
        }
        final int sealedLength = sealer.seal(message, 0, length);
        return publication.offer(sealer.buffer(), 0, sealedLength);
    }

    int poll(final LinkClient client, final int limit) {
        return client.subscription().poll(sealedHandler, limit);
    }

    private void onFragment(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        final boolean proven = hasProvenImage && fragment.sessionId() == provenImage;
        if (!proven && holdOffs.isHeld(fragment.sessionId(), turnNs)) {
            backlog.count(RecorderCounter.REPLIES_REFUSED);
            return;
        }
        final boolean whole = (fragment.flags() & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED;
        if (!whole || length < MessageHeaderDecoder.ENCODED_LENGTH || !accept(buffer, offset, length, fragment)) {
            backlog.count(RecorderCounter.REPLIES_REFUSED);
            if (!proven) {
                holdOffs.onFailure(fragment.sessionId(), turnNs);
            }
        }
    }

    private boolean accept(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        header.wrap(buffer, offset);
        return switch (header.templateId()) {
            case ChallengeDecoder.TEMPLATE_ID -> onChallenge(buffer, offset, length, fragment);
            case SealedDecoder.TEMPLATE_ID -> sealed.read(buffer, offset, length) && onSealed(fragment);
            default -> false;
        };
    }

    /** Of a Challenge without the key nothing follows: anybody can send one. */
    private boolean onChallenge(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        if (!handshake.decodeChallenge(buffer, offset, length)) {
            return false;
        }
        if (!open && knock != null && handshake.answers(knock)) {
            final SessionKeys keys = handshake.keys(knock, handshake.proxyNonce());
            formerSessionId = sessionId;
            sessionId = keys.id();
            sealer = keys.sealerToProxy();
            unsealer = keys.unsealerOfProxy();
            open = true;
            unanswered = 0;
            onProven(fragment);
        }
        return true;
    }

    private boolean onSealed(final Header fragment) {
        if (unsealer == null || sealed.sessionId() != sessionId) {
            // On its way when the session was renewed; of any other, somebody made it or recorded it.
            return unsealer != null && sealed.sessionId() == formerSessionId;
        }
        if (unsealer.judge(sealed) != Unsealer.Verdict.GENUINE) {
            return false;
        }
        unsealer.take(sealed);
        onProven(fragment);
        replyHandler.onFragment(sealed.buffer(), sealed.payloadOffset(), sealed.payloadLength(), fragment);
        return true;
    }

    private void onProven(final Header fragment) {
        provenImage = fragment.sessionId();
        hasProvenImage = true;
    }

    /** The longest message on the stream of events, for its terms. */
    static int longestMessage(final int eventLength) {
        return eventLength + SealDescriptor.OVERHEAD;
    }
}
