package herald.receiver;

import herald.link.CounterId;
import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.RateLimit;
import herald.seal.SealDescriptor;
import herald.seal.SealedMessage;
import herald.wire.HelloDecoder;
import herald.wire.KnockDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.SealedDecoder;
import io.aeron.Aeron;
import io.aeron.ControlledFragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.NanoClock;

/**
 * Listens for recorders on other hosts, and hands on what their seals prove. Who is not proven costs little: messages
 * of one frame only, so many Knocks a second, a bounded number of sessions, nothing written to disk. Receiver's thread.
 */
final class RemoteIngress implements AutoCloseable {
    /** Takes what was in a genuine message. */
    interface Payloads {
        Action onPayload(DirectBuffer buffer, int offset, int length, RemoteSession session);

        /** An image is gone. */
        void onGone(RemoteSession session);
    }

    private static final int MAX_UNPROVEN = 1024;
    private static final int KNOCKS_PER_SECOND = 500;
    private static final long RETRY_NS = 1_000_000_000L;

    private final RemoteListener listener;
    private final CounterId.Sink counters;
    private final NanoClock nanoClock;
    private final Payloads payloads;
    private final Handshake handshake;
    private final RateLimit knockLimit;
    private final ControlledFragmentHandler fragmentHandler = this::onFragment;
    private final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onMessage);
    private final Int2ObjectHashMap<RemoteSession> sessions = new Int2ObjectHashMap<>();
    private final IntArrayList unproven = new IntArrayList();
    private final IntArrayList goneImages = new IntArrayList();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final SealedMessage sealed = new SealedMessage(SealDescriptor.MAX_LENGTH);
    private Aeron aeron;
    private Subscription subscription;
    private long registrationId = Aeron.NULL_VALUE;
    private long retryNs;
    private boolean refusalTold;
    private boolean challengesOwed;
    private volatile Endpoint resolved;
    private long nowNs;

    RemoteIngress(
        final RemoteListener listener,
        final CounterId.Sink counters,
        final NanoClock nanoClock,
        final Payloads payloads) {
        this.listener = listener;
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.payloads = payloads;
        this.handshake = new Handshake(listener.key());
        this.knockLimit = new RateLimit(KNOCKS_PER_SECOND, nanoClock.nanoTime());
    }

    /** Listens from now on, through this client; waits for the driver, and throws where it refuses. */
    void openNow(final Aeron client) {
        aeron = client;
        subscription = client.addSubscription(
            listener.endpoint().channel(), LinkDescriptor.EVENT_STREAM_ID, null, this::onUnavailableImage);
    }

    /**
     * Listens as soon as the driver has answered, again after {@link #close}. Where it refuses, since a dead driver's
     * port is not free yet for example, it is asked again.
     *
     * @param client of now, or null where there is none.
     */
    void open(final Aeron client) {
        aeron = client;
        refusalTold = false;
        if (client != null) {
            request();
        }
    }

    private void request() {
        registrationId = aeron.asyncAddSubscription(
            listener.endpoint().channel(), LinkDescriptor.EVENT_STREAM_ID, null, this::onUnavailableImage);
    }

    private void awaitSubscription() {
        if (registrationId == Aeron.NULL_VALUE) {
            if (nowNs - retryNs >= 0) {
                request();
            }
            return;
        }
        try {
            subscription = aeron.getSubscription(registrationId);
        } catch (final RegistrationException e) {
            registrationId = Aeron.NULL_VALUE;
            retryNs = nowNs + RETRY_NS;
            if (!refusalTold) {
                refusalTold = true;
                throw e;
            }
        }
    }

    /** Where it listens, with the port that the system chose; null until the driver has told. Any thread. */
    Endpoint endpoint() {
        return listener.endpoint().port() == 0 ? resolved : listener.endpoint();
    }

    private void resolve() {
        final String channel = subscription.tryResolveChannelEndpointPort();
        if (channel != null) {
            resolved = Endpoint.parse("remote endpoint", channel.substring(channel.indexOf('=') + 1));
        }
    }

    int poll(final int fragmentLimit) {
        nowNs = nanoClock.nanoTime();
        if (subscription == null && aeron != null) {
            awaitSubscription();
        }
        return subscription == null ? 0 : subscription.controlledPoll(fragmentHandler, fragmentLimit);
    }

    /** Answers Knocks, and forgets images that are gone. */
    int doWork() {
        if (subscription != null && endpoint() == null) {
            resolve();
        }
        final int gone = goneImages.size();
        for (int i = 0; i < gone; i++) {
            forget(goneImages.getInt(i));
        }
        goneImages.clear();
        if (challengesOwed) {
            challengesOwed = false;
            for (final RemoteSession session : sessions.values()) {
                session.sendChallenge(handshake);
                challengesOwed |= session.owesChallenge();
            }
        }
        return gone;
    }

    /** Nobody who is not proven makes the receiver collect fragments, and nobody more than a message can have. */
    private Action onFragment(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        if ((fragment.flags() & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED) {
            return onMessage(buffer, offset, length, fragment);
        }
        final RemoteSession session = sessions.get(fragment.sessionId());
        if (session == null || !session.isProven()) {
            counters.increment(ReceiverCounter.REMOTE_OUTSIDE_SESSION);
            return Action.CONTINUE;
        }
        final boolean begins = (fragment.flags() & FrameDescriptor.BEGIN_FRAG_FLAG) != 0;
        if (session.assemble(length, begins) > SealDescriptor.MAX_LENGTH) {
            assembler.freeSessionBuffer(fragment.sessionId());
            return refuse(session, ReceiverCounter.REMOTE_REFUSED);
        }
        final Action action = assembler.onFragment(buffer, offset, length, fragment);
        if (action == Action.ABORT) {
            // It comes again: counted twice, a message that waits for room would seem longer each time.
            session.assemble(-length, false);
        }
        return action;
    }

    private Action onMessage(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        final RemoteSession session = sessions.get(fragment.sessionId());
        if (session != null && session.isHeldOff(nowNs)) {
            counters.increment(ReceiverCounter.REMOTE_HELD_OFF);
            return Action.CONTINUE;
        }
        if (length >= MessageHeaderDecoder.ENCODED_LENGTH) {
            header.wrap(buffer, offset);
            if (header.schemaId() == MessageHeaderDecoder.SCHEMA_ID) {
                if (header.templateId() == SealedDecoder.TEMPLATE_ID && sealed.read(buffer, offset, length)) {
                    return onSealed(session);
                }
                if (header.templateId() == KnockDecoder.TEMPLATE_ID) {
                    return onKnock(session, buffer, offset, length, fragment.sessionId());
                }
            }
        }
        return refuse(session, ReceiverCounter.REMOTE_REFUSED);
    }

    private Action refuse(final RemoteSession session, final ReceiverCounter why) {
        counters.increment(why);
        if (session != null) {
            session.onFailure(nowNs);
        }
        return Action.CONTINUE;
    }

    private Action onKnock(
        final RemoteSession known,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int imageSessionId) {
        if (known != null && known.isKnockHeldOff(nowNs)) {
            counters.increment(ReceiverCounter.REMOTE_HELD_OFF);
            return Action.CONTINUE;
        }
        if (!knockLimit.tryAcquire(nowNs)) {
            counters.increment(ReceiverCounter.REMOTE_KNOCKS_DROPPED);
            return Action.CONTINUE;
        }
        final RemoteSession session = known == null ? meet(imageSessionId) : known;
        final Knock knock = handshake.decodeKnock(buffer, offset, length);
        if (knock == null || knock.aeronSessionId() != imageSessionId) {
            return refuse(session, ReceiverCounter.REMOTE_FORGED);
        }
        if (!Endpoint.isInDigits(knock.replyEndpoint())) {
            return refuse(session, ReceiverCounter.REMOTE_REFUSED);
        }
        final Nonce proxyNonce = Nonce.next(listener.random());
        session.onKnock(knock, proxyNonce, handshake.keys(knock, proxyNonce), this::publicationTo, nowNs);
        challengesOwed = true;
        return Action.CONTINUE;
    }

    private ReplyPublication publicationTo(final Knock knock) {
        return new ReplyPublication(aeron, "aeron:udp?endpoint=" + knock.replyEndpoint(), knock.replyStreamId());
    }

    private RemoteSession meet(final int imageSessionId) {
        if (unproven.size() >= MAX_UNPROVEN) {
            counters.increment(ReceiverCounter.REMOTE_KNOCKS_DROPPED);
            forget(unproven.getInt(0));
        }
        final RemoteSession session = new RemoteSession(imageSessionId);
        sessions.put(imageSessionId, session);
        unproven.addInt(imageSessionId);
        return session;
    }

    private Action onSealed(final RemoteSession session) {
        if (session == null || !session.isOpen(sealed.sessionId())) {
            counters.increment(ReceiverCounter.REMOTE_OUTSIDE_SESSION);
            return Action.CONTINUE;
        }
        return switch (session.judge(sealed)) {
            case REPLAYED -> refuse(session, ReceiverCounter.REMOTE_REPLAYED);
            case FORGED -> refuse(session, ReceiverCounter.REMOTE_FORGED);
            case GENUINE -> onGenuine(session);
        };
    }

    /** Where the payload finds no room, Aeron delivers the same message again: its counter is not old yet. */
    private Action onGenuine(final RemoteSession session) {
        if (!isInPlace(session)) {
            session.take(sealed);
            return refuse(session, ReceiverCounter.REMOTE_REFUSED);
        }
        if (session.isPending(sealed)) {
            session.prove();
            unproven.removeInt(session.imageSessionId());
            counters.increment(ReceiverCounter.REMOTE_SESSIONS);
        }
        final Action action =
            payloads.onPayload(sealed.buffer(), sealed.payloadOffset(), sealed.payloadLength(), session);
        if (action != Action.ABORT) {
            session.take(sealed);
        }
        return action;
    }

    /** A session begins with the Hello of the recorder that knocked, and no other recorder says Hello in it. */
    private boolean isInPlace(final RemoteSession session) {
        header.wrap(sealed.buffer(), sealed.payloadOffset());
        final boolean isHello = header.templateId() == HelloDecoder.TEMPLATE_ID &&
            header.schemaId() == HelloDecoder.SCHEMA_ID &&
            sealed.payloadLength() >= MessageHeaderDecoder.ENCODED_LENGTH + HelloDecoder.BLOCK_LENGTH;
        if (!isHello) {
            return !session.isPending(sealed);
        }
        hello.wrapAndApplyHeader(sealed.buffer(), sealed.payloadOffset(), header);
        return hello.recorderIdHigh() == session.recorderId(sealed).getMostSignificantBits() &&
            hello.recorderIdLow() == session.recorderId(sealed).getLeastSignificantBits();
    }

    /** Aeron calls this in the middle of its own work, where nothing may be closed. */
    private void onUnavailableImage(final Image image) {
        goneImages.addInt(image.sessionId());
    }

    private void forget(final int imageSessionId) {
        assembler.freeSessionBuffer(imageSessionId);
        unproven.removeInt(imageSessionId);
        final RemoteSession session = sessions.remove(imageSessionId);
        if (session != null) {
            payloads.onGone(session);
            session.close();
        }
    }

    @Override
    public void close() {
        for (final RemoteSession session : sessions.values()) {
            payloads.onGone(session);
            session.close();
        }
        sessions.clear();
        unproven.clear();
        goneImages.clear();
        challengesOwed = false;
        resolved = null;
        CloseHelper.quietClose(subscription);
        subscription = null;
        aeron = null;
    }
}
