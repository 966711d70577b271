package herald.receiver;

import herald.io.Disk;
import herald.link.CounterId;
import herald.link.Endpoint;
import herald.link.EventEnvelope;
import herald.link.LinkDescriptor;
import herald.wire.EventDecoder;
import herald.wire.HelloDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.RejectReason;
import io.aeron.Aeron;
import io.aeron.ControlledFragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.RegistrationException;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.aeron.logbuffer.Header;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

import java.nio.file.Path;
import java.util.UUID;

/**
 * The proxy's end of the link: takes recorders' messages from Aeron, decides which events are next, hands those on and
 * answers. A full ring makes it abort the poll, so that Aeron's flow control holds the recorders back.
 *
 * <p>It steps the Aeron client too, so that images come and go on its own thread. Sessions last as long as that client;
 * what was accepted outlasts it.
 */
public final class EventReceiver implements Agent {
    /**
     * What a receiver works with.
     *
     * @param client          of the media driver; closed by its owner.
     * @param remote          where to listen for recorders on other hosts, or null.
     * @param ingress         where accepted events go.
     * @param durable         tells which recorders to acknowledge.
     * @param runId           of this proxy.
     * @param pollLimit       messages taken from the link at once.
     * @param maxEventLength  limit of an encoded event in bytes.
     * @param spoolDir        where to look for spools without an owner.
     * @param adoptIntervalNs how often to look.
     * @param disk            that holds them.
     * @param quarantine      of refused bytes; closed by its owner.
     * @param counters        told what happens.
     * @param nanoClock       of timers.
     * @param wallClock       of the quarantine.
     * @param errorHandler    told what goes wrong.
     */
    public record Context(
        ReceiverClient client,
        RemoteListener remote,
        EventIngress ingress,
        DurableFeed durable,
        long runId,
        int pollLimit,
        int maxEventLength,
        Path spoolDir,
        long adoptIntervalNs,
        Disk disk,
        Quarantine quarantine,
        CounterId.Sink counters,
        NanoClock nanoClock,
        EpochNanoClock wallClock,
        ErrorHandler errorHandler) {
    }

    private static final long ACK_REPEAT_NS = 1_000_000_000L;
    private static final long FORGET_INTERVAL_NS = 60 * ACK_REPEAT_NS;

    private final Context context;
    private final CounterId.Sink counters;
    private final RecorderRegistry registry;
    private final SpoolAdopter adopter;
    private final ControlledFragmentAssembler assembler = new ControlledFragmentAssembler(this::onLocalMessage);
    private final Long2ObjectHashMap<RecorderSession> sessionByImage = new Long2ObjectHashMap<>();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final HelloDecoder hello = new HelloDecoder();
    private final EventAcceptance acceptance;
    private final IntArrayList goneImages = new IntArrayList();
    private final RemoteIngress remote;
    private Aeron aeron;
    private long subscriptionId;
    private Subscription subscription;
    private RecorderSession lastSession;
    private boolean repliesOwed;
    private long repeatNs;
    private long forgetNs;
    private volatile boolean accepting = true;
    private volatile boolean owesNothing;

    /**
     * A receiver that listens from now on.
     *
     * @param context  what it works with.
     * @param registry with the recorders that the journal knows.
     */
    public EventReceiver(final Context context, final RecorderRegistry registry) {
        this.context = context;
        this.counters = context.counters();
        this.registry = registry;
        this.acceptance = new EventAcceptance(context, registry);
        this.adopter = new SpoolAdopter(context, registry, acceptance);
        this.repeatNs = context.nanoClock().nanoTime() + ACK_REPEAT_NS;
        this.forgetNs = repeatNs + FORGET_INTERVAL_NS;
        this.remote = context.remote() == null ? null :
            new RemoteIngress(
                context.remote(), new RecorderProtocol(), counters, context.nanoClock(), new RemotePayloads());
        listen();
        if (remote != null && aeron != null) {
            openRemote();
        }
    }

    /**
     * At the start the driver's answer is awaited: an address that is none of this host's is the caller's mistake.
     * A driver that gives none, and a pause that is longer than its timeout, end the client here as at any time.
     */
    private void openRemote() {
        try {
            remote.openNow(aeron);
        } catch (final RegistrationException e) {
            throw e;
        } catch (final AeronException e) {
            context.client().onError(e);
        }
    }

    /**
     * Where it listens for recorders on other hosts, with the port that the system chose where none was set. Any
     * thread.
     *
     * @return null where it does not listen or the media driver has not told yet.
     */
    public Endpoint remoteEndpoint() {
        return remote == null ? null : remote.endpoint();
    }

    @Override
    public int doWork() {
        final long nowNs = context.nanoClock().nanoTime();
        int work = context.client().step(nowNs);
        if (aeron != context.client().aeron()) {
            forgetAll();
            listen();
            if (remote != null) {
                remote.open(aeron);
            }
        }
        if (accepting) {
            work += adopter.doWork(nowNs);
        }
        try {
            return work + forgetGone() + (accepting ? poll() : 0) + answerKnocks() + acknowledge(nowNs);
        } catch (final AeronException e) {
            context.client().onError(e);
            return work + 1;
        }
    }

    /** A driver that is held up must not hold this thread up: nothing here waits for its answer. */
    private void listen() {
        aeron = context.client().aeron();
        if (aeron != null) {
            subscriptionId = aeron.asyncAddSubscription(
                LinkDescriptor.IPC_CHANNEL, LinkDescriptor.EVENT_STREAM_ID, null, this::onUnavailableImage);
        }
    }

    private int answerKnocks() {
        return remote == null ? 0 : remote.doWork();
    }

    private int poll() {
        if (subscription == null && aeron != null) {
            subscription = aeron.getSubscription(subscriptionId);
        }
        return (subscription == null ? 0 : subscription.controlledPoll(assembler, context.pollLimit())) +
            (remote == null ? 0 : remote.poll(context.pollLimit()));
    }

    /** With a client goes everything of it: what recorders have been accepted stays. */
    private void forgetAll() {
        CloseHelper.quietClose(remote);
        sessionByImage.values().forEach(this::detach);
        sessionByImage.clear();
        goneImages.clear();
        assembler.clear();
        subscription = null;
        repliesOwed = false;
    }

    /**
     * Takes nothing any more; what was accepted is still acknowledged. Any thread.
     */
    public void stopAccepting() {
        accepting = false;
    }

    /**
     * Whether every recorder has been told what is durable. Any thread; a moment old.
     *
     * @return false while a reply is still to be sent.
     */
    public boolean owesNothing() {
        return owesNothing;
    }

    /** Receiver's thread. */
    int sessions() {
        return sessionByImage.size();
    }

    /**
     * Acknowledges what has become durable, without waiting for the receiver's next turn. Receiver's thread: for where
     * the journal's stage runs on it too.
     *
     * @return work done.
     */
    public int sendAcks() {
        try {
            return acknowledgeDurable();
        } catch (final AeronException e) {
            context.client().onError(e);
            return 1;
        }
    }

    private int acknowledgeDurable() {
        int work = 0;
        RecorderState recorder = context.durable().poll();
        while (recorder != null) {
            final RecorderSession session = recorder.session();
            if (session != null) {
                sendOwed(session);
            }
            work++;
            recorder = context.durable().poll();
        }
        return work;
    }

    private int acknowledge(final long nowNs) {
        registry.countAccepted();
        final int work = acknowledgeDurable();
        if (nowNs - repeatNs >= 0) {
            repeatNs = nowNs + ACK_REPEAT_NS;
            sessionByImage.values().forEach(RecorderSession::repeatAck);
            repliesOwed = true;
            if (nowNs - forgetNs >= 0) {
                forgetNs = nowNs + FORGET_INTERVAL_NS;
                registry.forgetAbsent();
            }
        }
        if (repliesOwed) {
            repliesOwed = false;
            sessionByImage.values().forEach(this::sendOwed);
        }
        owesNothing = work == 0 && !repliesOwed;
        return work;
    }

    private void sendOwed(final RecorderSession session) {
        final int acks = session.sendOwed(context.runId());
        if (acks > 0) {
            counters.add(ReceiverCounter.ACKS, acks);
        }
        repliesOwed |= session.owes();
    }

    private Action onLocalMessage(
        final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        return onMessage(buffer, offset, length, localKey(fragment.sessionId()), null);
    }

    /** Session ids of images from this host and from others may be the same. */
    private static long localKey(final int imageSessionId) {
        return Integer.toUnsignedLong(imageSessionId);
    }

    private static long remoteKey(final RemoteSession session) {
        return ~Integer.toUnsignedLong(session.imageSessionId());
    }

    private Action onMessage(
        final DirectBuffer buffer,
        final int offset,
        final int length,
        final long imageKey,
        final RemoteSession remoteSession) {
        if (length >= MessageHeaderDecoder.ENCODED_LENGTH) {
            header.wrap(buffer, offset);
            if (header.schemaId() == MessageHeaderDecoder.SCHEMA_ID) {
                final int bodyLength = length - MessageHeaderDecoder.ENCODED_LENGTH;
                if (header.templateId() == EventDecoder.TEMPLATE_ID && bodyLength >= EventEnvelope.MIN_BLOCK_LENGTH) {
                    return onEvent(buffer, offset, length, imageKey);
                }
                if (header.templateId() == HelloDecoder.TEMPLATE_ID &&
                    RecorderProtocol.isHello(buffer, offset, length) &&
                    HelloRules.isSensible(hello.wrapAndApplyHeader(buffer, offset, header))) {
                    return onHello(imageKey, remoteSession);
                }
            }
        }
        counters.increment(ReceiverCounter.UNINTELLIGIBLE);
        acceptance.quarantine("no message of this protocol", buffer, offset, length);
        return Action.CONTINUE;
    }

    private Action onEvent(final DirectBuffer buffer, final int offset, final int length, final long imageKey) {
        final RecorderSession session = sessionOf(imageKey);
        if (session == null || session.isSuperseded() || session.isAwaitingHello()) {
            final boolean afterGap = session != null && session.isAwaitingHello();
            counters.increment(afterGap ? ReceiverCounter.AFTER_GAP : ReceiverCounter.OUTSIDE_SESSION);
            return Action.CONTINUE;
        }
        event.wrapAndApplyHeader(buffer, offset, header);
        final RecorderState recorder = session.recorder();
        if (event.recorderIdHigh() != recorder.id().getMostSignificantBits() ||
            event.recorderIdLow() != recorder.id().getLeastSignificantBits()) {
            counters.increment(ReceiverCounter.UNINTELLIGIBLE);
            acceptance.quarantine("recorder id is not the session's", buffer, offset, length);
            return Action.CONTINUE;
        }
        return switch (acceptance.take(recorder, event.sequence(), buffer, offset, length)) {
            case GAP -> onGap(session);
            case FULL -> Action.ABORT;
            default -> Action.CONTINUE;
        };
    }

    private Action onGap(final RecorderSession session) {
        counters.increment(ReceiverCounter.AFTER_GAP);
        session.onGap();
        repliesOwed = true;
        return Action.CONTINUE;
    }

    private Action onHello(final long imageKey, final RemoteSession remoteSession) {
        final UUID id = new UUID(hello.recorderIdHigh(), hello.recorderIdLow());
        final Acknowledged acknowledged = Acknowledged.of(hello);
        final RecorderState recorder = registry.meet(id, hello.firstSequence(), acknowledged);
        final RecorderSession current = recorder.session();
        final RejectReason refusal = HelloRules.refusal(
            hello, hello.attempt() > recorder.attempt() || current == null, registry.past(), counters);
        if (refusal == null && !(registry.passAcknowledged(recorder, acknowledged) &&
            registry.passTo(recorder, hello.firstSequence()))) {
            return Action.ABORT;
        }
        final RecorderSession session = sessionFor(recorder, imageKey, hello.replyStreamId(), remoteSession);
        repliesOwed = true;
        if (refusal != null) {
            session.refuse(hello.attempt(), refusal);
            counters.increment(ReceiverCounter.SESSIONS_REFUSED);
            return Action.CONTINUE;
        }
        if (current != null && current != session) {
            current.supersede();
        }
        recorder.attempt(hello.attempt());
        recorder.session(session);
        session.onHello(hello.attempt());
        counters.increment(ReceiverCounter.SESSIONS);
        return Action.CONTINUE;
    }

    private RecorderSession sessionFor(
        final RecorderState recorder,
        final long imageKey,
        final int replyStreamId,
        final RemoteSession remoteSession) {
        final RecorderSession existing = sessionByImage.get(imageKey);
        if (existing != null && existing.recorder() == recorder && existing.replyStreamId() == replyStreamId) {
            return existing;
        }
        if (existing != null) {
            forget(existing);
        }
        final Replies replies = remoteSession != null ? remoteSession.replies() :
            new ReplyPublication(aeron, LinkDescriptor.IPC_CHANNEL, replyStreamId, context.nanoClock(), counters);
        final RecorderSession session = new RecorderSession(
            replies, recorder, imageKey, replyStreamId, registry.past().identity(), context.ingress());
        sessionByImage.put(imageKey, session);
        lastSession = session;
        return session;
    }

    private RecorderSession sessionOf(final long imageKey) {
        if (lastSession == null || lastSession.imageKey() != imageKey) {
            lastSession = sessionByImage.get(imageKey);
        }
        return lastSession;
    }

    /** Aeron calls this in the middle of its own work, where nothing may be closed. */
    private void onUnavailableImage(final Image image) {
        goneImages.addInt(image.sessionId());
    }

    private int forgetGone() {
        final int gone = goneImages.size();
        for (int i = 0; i < gone; i++) {
            final int imageSessionId = goneImages.getInt(i);
            assembler.freeSessionBuffer(imageSessionId);
            forgetImage(localKey(imageSessionId));
        }
        goneImages.clear();
        return gone;
    }

    private void forgetImage(final long imageKey) {
        final RecorderSession session = sessionByImage.remove(imageKey);
        if (session != null) {
            forget(session);
        }
    }

    private void forget(final RecorderSession session) {
        detach(session);
        session.close();
    }

    private void detach(final RecorderSession session) {
        if (session.recorder().session() == session) {
            session.recorder().session(null);
        }
        if (lastSession == session) {
            lastSession = null;
        }
    }

    @Override
    public void onClose() {
        adopter.close();
        CloseHelper.quietClose(remote);
        CloseHelper.quietCloseAll(sessionByImage.values());
        CloseHelper.quietClose(subscription);
    }

    @Override
    public String roleName() {
        return "herald-receiver";
    }

    /** Treats what a seal proves as it treats what comes from this host. */
    private final class RemotePayloads implements RemoteIngress.Payloads {
        @Override
        public Action onPayload(
            final DirectBuffer buffer, final int offset, final int length, final RemoteSession session) {
            return onMessage(buffer, offset, length, remoteKey(session), session);
        }

        @Override
        public void onProven(final RemoteSession session) {
            context.client().tellProven(session.imageSessionId());
        }

        @Override
        public void onDamaged(final RemoteSession session) {
            final RecorderSession recorder = sessionByImage.get(remoteKey(session));
            if (recorder != null) {
                recorder.onDamaged();
                repliesOwed = true;
            }
        }

        @Override
        public void onGone(final RemoteSession session) {
            forgetImage(remoteKey(session));
        }
    }
}
