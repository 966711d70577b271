package herald.recorder;

import herald.link.LinkDescriptor;
import herald.seal.Handshake;
import herald.seal.HoldOff;
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
import org.agrona.collections.Int2ObjectHashMap;

import java.util.concurrent.TimeUnit;

/**
 * What a link to another host has beside an IPC link: the handshake before each Hello, and the seal on every message.
 * Under the send lock, as {@link RecorderLink}.
 *
 * <p>Knocks that are not answered come at intervals that double up to sixteen times the Hello's timeout. That is said
 * once, until one is answered.
 */
final class RemoteLink {
    private static final int MAX_REPLY_LENGTH = 512;
    private static final int MAX_DOUBLINGS = 4;
    private static final int SILENT_KNOCKS = 3;
    private static final int MAX_SENDERS = 64;
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
    private final Int2ObjectHashMap<HoldOff> failing = new Int2ObjectHashMap<>();
    private Knock knock;
    private boolean open;
    private long sessionId;
    private long formerSessionId;
    private Sealer sealer;
    private Unsealer unsealer;
    private int unanswered;
    private boolean told;

    RemoteLink(final EventRecorder.Context context, final Backlog backlog, final FragmentHandler replyHandler) {
        this.context = context;
        this.proxy = context.remoteProxy;
        this.backlog = backlog;
        this.replyHandler = replyHandler;
        this.handshake = new Handshake(proxy.key());
    }

    /**
     * Asks for a session.
     *
     * @param client that is connected.
     * @return how long to wait for the answer, in ns.
     */
    long knock(final LinkClient client) {
        open = false;
        knock = new Knock(backlog.recorderId(), Nonce.next(proxy.random()), client.publication().sessionId(),
            client.replyStreamId(), client.replyEndpoint(), LinkDescriptor.PROTOCOL_VERSION);
        final int length = handshake.encode(knock);
        if (client.publication().offer(handshake.buffer(), 0, length) > 0) {
            backlog.count(RecorderCounter.KNOCKS);
            unanswered++;
        }
        if (unanswered > SILENT_KNOCKS) {
            tell("the proxy at " + proxy.endpoint() + " is there and does not let recorder " + backlog.recorderId() +
                " of component " + context.component + " in: check that both have the same key, and that it can " +
                "reach " + client.replyEndpoint());
        }
        final int doublings = Math.max(0, Math.min(unanswered - 1, MAX_DOUBLINGS));
        return context.helloTimeoutNs << doublings;
    }

    private void tell(final String trouble) {
        if (!told) {
            told = true;
            context.errorHandler.onError(new IllegalStateException(trouble));
        }
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
        final HoldOff holdOff = failing.get(fragment.sessionId());
        if (holdOff != null && holdOff.isHeld(context.nanoClock.nanoTime())) {
            backlog.count(RecorderCounter.REPLIES_REFUSED);
            return;
        }
        final boolean whole = (fragment.flags() & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED;
        if (!whole || length < MessageHeaderDecoder.ENCODED_LENGTH || !accept(buffer, offset, length, fragment)) {
            backlog.count(RecorderCounter.REPLIES_REFUSED);
            onFailure(fragment.sessionId());
        }
    }

    private boolean accept(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        header.wrap(buffer, offset);
        return switch (header.templateId()) {
            case ChallengeDecoder.TEMPLATE_ID -> onChallenge(buffer, offset, length);
            case SealedDecoder.TEMPLATE_ID -> sealed.read(buffer, offset, length) && onSealed(fragment);
            default -> false;
        };
    }

    private boolean onChallenge(final DirectBuffer buffer, final int offset, final int length) {
        if (!handshake.decodeChallenge(buffer, offset, length)) {
            tell("what answers at " + proxy.endpoint() + " has another key than recorder " + backlog.recorderId() +
                " of component " + context.component + ": give both the same one");
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
            told = false;
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
        replyHandler.onFragment(sealed.buffer(), sealed.payloadOffset(), sealed.payloadLength(), fragment);
        return true;
    }

    private void onFailure(final int imageSessionId) {
        HoldOff holdOff = failing.get(imageSessionId);
        if (holdOff == null) {
            if (failing.size() == MAX_SENDERS) {
                failing.clear();
            }
            holdOff = new HoldOff(MIN_HOLD_OFF_NS, MAX_HOLD_OFF_NS);
            failing.put(imageSessionId, holdOff);
        }
        holdOff.onFailure(context.nanoClock.nanoTime());
    }

    /** The longest message on the stream of events, for its terms. */
    static int longestMessage(final int eventLength) {
        return eventLength + SealDescriptor.OVERHEAD;
    }
}
