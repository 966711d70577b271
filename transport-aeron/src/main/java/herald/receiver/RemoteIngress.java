package herald.receiver;

import herald.link.CounterId;
import herald.link.Endpoint;
import herald.seal.Handshake;
import herald.seal.HoldOffs;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.RateLimit;
import herald.seal.SealedMessage;
import herald.seal.SeenNonces;
import herald.wire.KnockDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.SealedDecoder;
import io.aeron.Aeron;
import io.aeron.ControlledFragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntArrayList;
import org.agrona.concurrent.NanoClock;

import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Listens for senders on other hosts, and hands on what their seals prove. Who is not proven costs little: messages
 * of one frame only, so many Knocks a second, a bounded number of sessions, nothing written to disk. Receiver's thread.
 */
public final class RemoteIngress implements AutoCloseable {
    /** What is spoken inside the seals. */
    public interface Protocol {
        /**
         * Where it is spoken.
         *
         * @return an Aeron stream id.
         */
        int streamId();

        /**
         * How long a sealed message may be.
         *
         * @return in bytes.
         */
        int maxLength();

        /**
         * Whether a genuine message is in its place: a session begins with the Hello of who knocked.
         *
         * @param buffer  that holds it.
         * @param offset  of its header.
         * @param length  in bytes, at least those of a header.
         * @param knocked id under which its sender knocked.
         * @param opens   whether it is the first one of its session.
         * @return false where it is to be refused.
         */
        boolean isInPlace(DirectBuffer buffer, int offset, int length, UUID knocked, boolean opens);
    }

    /** Takes what was in a genuine message. */
    public interface Payloads {
        /**
         * A message.
         *
         * @param buffer  that holds it.
         * @param offset  of its header.
         * @param length  in bytes.
         * @param session that it came in.
         * @return ABORT where it has to come again.
         */
        Action onPayload(DirectBuffer buffer, int offset, int length, RemoteSession session);

        /**
         * A sender has proved that it has the key.
         *
         * @param session that it has from now on.
         */
        default void onProven(final RemoteSession session) {
        }

        /**
         * A message of a proven sender came damaged: what was in it is missing.
         *
         * @param session that it came in.
         */
        default void onDamaged(final RemoteSession session) {
        }

        /**
         * An image is gone.
         *
         * @param session that it had.
         */
        void onGone(RemoteSession session);
    }

    private static final int MAX_UNPROVEN = 1024;
    private static final int KNOCKS_PER_SECOND = 500;
    private static final int MAX_HELD_OFF = 4096;
    private static final long MIN_HOLD_OFF_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_HOLD_OFF_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long MIN_KNOCK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MAX_KNOCK_INTERVAL_NS = TimeUnit.SECONDS.toNanos(5);

    private final RemoteListener listener;
    private final Protocol protocol;
    private final CounterId.Sink counters;
    private final NanoClock nanoClock;
    private final Payloads payloads;
    private final AsyncSubscription subscription;
    private final Handshake handshake;
    private final RateLimit knockLimit;
    private final SeenNonces seenNonces = new SeenNonces();
    /** Of streams that bring what is not genuine, by Aeron session id. */
    private final HoldOffs<Integer> holdOffs = new HoldOffs<>(MAX_HELD_OFF, MIN_HOLD_OFF_NS, MAX_HOLD_OFF_NS);
    /** Of holders of the key whose Knocks lead to nothing, by the id under which they knock. */
    private final HoldOffs<UUID> knockHoldOffs =
        new HoldOffs<>(MAX_HELD_OFF, MIN_KNOCK_INTERVAL_NS, MAX_KNOCK_INTERVAL_NS);
    private final ControlledFragmentHandler fragmentHandler = this::onFragment;
    private final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onMessage);
    private final Int2ObjectHashMap<RemoteSession> sessions = new Int2ObjectHashMap<>();
    private final IntArrayList unproven = new IntArrayList();
    private final Queue<Integer> goneImages = new ConcurrentLinkedQueue<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final SealedMessage sealed;
    private Aeron aeron;
    private boolean challengesOwed;
    private volatile Endpoint resolved;
    private long nowNs;

    /**
     * Listens once it is opened.
     *
     * @param listener  where, and the key that senders must have.
     * @param protocol  what is spoken inside the seals.
     * @param counters  told what happens, as {@link ReceiverCounter}.
     * @param nanoClock of waits.
     * @param payloads  takes what is genuine.
     */
    public RemoteIngress(
        final RemoteListener listener,
        final Protocol protocol,
        final CounterId.Sink counters,
        final NanoClock nanoClock,
        final Payloads payloads) {
        this.listener = listener;
        this.protocol = protocol;
        this.sealed = new SealedMessage(protocol.maxLength());
        this.counters = counters;
        this.nanoClock = nanoClock;
        this.payloads = payloads;
        this.subscription = new AsyncSubscription(
            listener.endpoint().channel(), protocol.streamId(), this::onUnavailableImage);
        this.handshake = new Handshake(listener.key());
        this.knockLimit = new RateLimit(KNOCKS_PER_SECOND, nanoClock.nanoTime());
    }

    /**
     * Listens from now on, through this client; waits for the driver, and throws where it refuses.
     *
     * @param client that is connected.
     */
    public void openNow(final Aeron client) {
        aeron = client;
        subscription.openNow(client);
    }

    /**
     * Listens as soon as the driver has answered, again after {@link #close}. Where it refuses, it is asked again.
     *
     * @param client of now, or null where there is none.
     */
    public void open(final Aeron client) {
        aeron = client;
        subscription.open(client);
    }

    /** Where it listens, with the port that the system chose; null until the driver has told. Any thread. */
    Endpoint endpoint() {
        return listener.endpoint().port() == 0 ? resolved : listener.endpoint();
    }

    private void resolve(final Subscription opened) {
        final String channel = opened.tryResolveChannelEndpointPort();
        if (channel != null) {
            resolved = Endpoint.parse("remote endpoint", channel.substring(channel.indexOf('=') + 1));
        }
    }

    /**
     * Takes messages.
     *
     * @param fragmentLimit of frames at most.
     * @return frames taken.
     */
    public int poll(final int fragmentLimit) {
        nowNs = nanoClock.nanoTime();
        final Subscription opened = subscription.poll(nowNs);
        return opened == null ? 0 : opened.controlledPoll(fragmentHandler, fragmentLimit);
    }

    /**
     * Answers Knocks, and forgets images that are gone.
     *
     * @return work done.
     */
    public int doWork() {
        if (subscription.current() != null && endpoint() == null) {
            resolve(subscription.current());
        }
        int gone = 0;
        for (Integer image = goneImages.poll(); image != null; image = goneImages.poll()) {
            forget(image);
            gone++;
        }
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
        if (session.assemble(length, begins) > protocol.maxLength()) {
            assembler.freeSessionBuffer(fragment.sessionId());
            return refuse(session, fragment.sessionId(), ReceiverCounter.REMOTE_REFUSED);
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
        if ((session == null || !session.isProven()) && holdOffs.isHeld(fragment.sessionId(), nowNs)) {
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
        return refuse(session, fragment.sessionId(), ReceiverCounter.REMOTE_REFUSED);
    }

    /**
     * Who is not proven is slowed down. A proven sender is not: a damaged message, or one that somebody slipped in,
     * costs it that message alone, which it is asked for.
     */
    private Action refuse(final RemoteSession session, final int imageSessionId, final ReceiverCounter why) {
        counters.increment(why);
        if (session == null || !session.isProven()) {
            if (why != ReceiverCounter.REMOTE_REFUSED || session != null) {
                holdOffs.onFailure(imageSessionId, nowNs);
            }
        } else if (why != ReceiverCounter.REMOTE_REPLAYED && session.mayAskAgain(nowNs)) {
            payloads.onDamaged(session);
        }
        return Action.CONTINUE;
    }

    /** Limits are for what is genuine: a Knock without the key, or one that was recorded, takes nobody's place. */
    private Action onKnock(
        final RemoteSession known,
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final int imageSessionId) {
        final Knock knock = handshake.decodeKnock(buffer, offset, length);
        if (knock == null || knock.aeronSessionId() != imageSessionId) {
            return refuse(known, imageSessionId, ReceiverCounter.REMOTE_FORGED);
        }
        if (!seenNonces.add(knock.nonce())) {
            return refuse(known, imageSessionId, ReceiverCounter.REMOTE_REPLAYED);
        }
        if (knockHoldOffs.isHeld(knock.recorderId(), nowNs)) {
            counters.increment(ReceiverCounter.REMOTE_HELD_OFF);
            return Action.CONTINUE;
        }
        knockHoldOffs.onFailure(knock.recorderId(), nowNs);
        if (!Endpoint.isOfOneHost(knock.replyEndpoint())) {
            return refuse(known, imageSessionId, ReceiverCounter.REMOTE_REFUSED);
        }
        if (!knockLimit.tryAcquire(nowNs)) {
            counters.increment(ReceiverCounter.REMOTE_KNOCKS_DROPPED);
            return Action.CONTINUE;
        }
        final RemoteSession session = known == null ? meet(imageSessionId) : known;
        final Nonce proxyNonce = Nonce.next(listener.random());
        session.onKnock(knock, proxyNonce, handshake.keys(knock, proxyNonce), this::publicationTo);
        challengesOwed = true;
        return Action.CONTINUE;
    }

    private ReplyPublication publicationTo(final Knock knock) {
        return new ReplyPublication(
            aeron, "aeron:udp?endpoint=" + knock.replyEndpoint(), knock.replyStreamId(), nanoClock, counters);
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
            case REPLAYED -> refuse(session, session.imageSessionId(), ReceiverCounter.REMOTE_REPLAYED);
            case FORGED -> refuse(session, session.imageSessionId(), ReceiverCounter.REMOTE_FORGED);
            case GENUINE -> onGenuine(session);
        };
    }

    /** Where the payload finds no room, Aeron delivers the same message again: its counter is not old yet. */
    private Action onGenuine(final RemoteSession session) {
        if (!isInPlace(session)) {
            session.take(sealed);
            return refuse(session, session.imageSessionId(), ReceiverCounter.REMOTE_REFUSED);
        }
        if (session.isPending(sealed)) {
            knockHoldOffs.reset(session.knocked(sealed));
            holdOffs.reset(session.imageSessionId());
            session.prove();
            unproven.removeInt(session.imageSessionId());
            payloads.onProven(session);
            counters.increment(ReceiverCounter.REMOTE_SESSIONS);
        }
        final Action action =
            payloads.onPayload(sealed.buffer(), sealed.payloadOffset(), sealed.payloadLength(), session);
        if (action != Action.ABORT) {
            session.take(sealed);
        }
        return action;
    }

    private boolean isInPlace(final RemoteSession session) {
        return protocol.isInPlace(sealed.buffer(), sealed.payloadOffset(), sealed.payloadLength(),
            session.knocked(sealed), session.isPending(sealed));
    }

    /** Aeron calls this in the middle of its own work, maybe in its own thread: nothing may be closed here. */
    private void onUnavailableImage(final Image image) {
        goneImages.add(image.sessionId());
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
        subscription.close();
        aeron = null;
    }
}
