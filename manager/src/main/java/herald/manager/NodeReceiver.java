package herald.manager;

import herald.dispatch.EventBatch;
import herald.event.UnsetClock;
import herald.io.ErrorText;
import herald.link.Endpoint;
import herald.link.ErrorSummary;
import herald.link.LinkDescriptor;
import herald.receiver.ReceiverClient;
import herald.receiver.RemoteIngress;
import herald.receiver.RemoteListener;
import herald.receiver.RemoteSession;
import herald.receiver.Replies;
import herald.receiver.ReplyPublication;
import herald.seal.SharedKey;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeEventsDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Takes events from nodes, stores them, and acknowledges to each node what is committed. One thread does all of it:
 * what comes while a commit takes its time waits in Aeron's buffers, and flow control slows the nodes down.
 */
final class NodeReceiver implements Agent {
    /**
     * What it works by.
     *
     * @param listen            where nodes reach it over UDP.
     * @param key               that those must have; null where nothing is sealed.
     * @param commitIntervalNs  between commits, while there is something to commit.
     * @param retentionNs       after which an event is deleted, from when it was received.
     * @param retentionLength   of the index, in bytes.
     * @param deadLetters       file of what can't be stored.
     * @param nanoClock         of intervals.
     * @param wallClock         of retention.
     */
    record Settings(
        Endpoint listen,
        SharedKey key,
        long commitIntervalNs,
        long retentionNs,
        long retentionLength,
        Path deadLetters,
        NanoClock nanoClock,
        EpochNanoClock wallClock) {
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeReceiver.class);
    private static final long RELEASE_INTERVAL_NS = 60_000_000_000L;
    private static final int FRAGMENTS = 64;

    private final ReceiverClient client;
    private final List<NodeSubscription> subscriptions = new ArrayList<>();
    private final EventIndex index;
    private final Settings settings;
    private final ManagerCounters counters;
    private final RemoteIngress remote;
    private final RetentionClock retentionClock;
    private final DeadEvents deadEvents;
    private final ErrorSummary refusals;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final NodeHelloDecoder hello = new NodeHelloDecoder();
    private final NodeEventsDecoder events = new NodeEventsDecoder();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private final EventBatch batch = new EventBatch();
    private final Long2ObjectHashMap<NodeSession> sessions = new Long2ObjectHashMap<>();
    private final NodeNames names = new NodeNames();
    private boolean sessionsChanged;
    /** Whether messages came that are to be acknowledged: maybe they changed nothing. */
    private boolean uncommitted;
    private Aeron aeron;
    private volatile boolean linked;
    /** Why nothing can be stored any more. Aeron keeps what a handler throws to itself. */
    private Exception failure;
    private long commitNs;
    private long releaseNs;

    /**
     * A receiver that listens from now on.
     *
     * @param client   of the media driver; closed by its owner.
     * @param index    that it stores in.
     * @param settings what it works by.
     * @param counters told what happens.
     * @throws AeronException where an address is none of this host's, or taken.
     * @throws IOException    where the index can't be read.
     */
    NodeReceiver(
        final ReceiverClient client, final EventIndex index, final Settings settings, final ManagerCounters counters)
        throws IOException {
        this.client = client;
        this.index = index;
        this.settings = settings;
        this.counters = counters;
        this.subscriptions.add(new NodeSubscription(LinkDescriptor.IPC_CHANNEL, new Unsealed()));
        if (settings.key() == null) {
            this.subscriptions.add(new NodeSubscription(
                VeniceDescriptor.channel(settings.listen().toString()), new Unsealed()));
            this.remote = null;
        } else {
            this.remote = new RemoteIngress(
                new RemoteListener(settings.listen(), VeniceDescriptor.keyOf(settings.key()), new SecureRandom()),
                new VeniceProtocol(), counters, settings.nanoClock(), new Sealed());
        }
        this.retentionClock =
            new RetentionClock(settings.wallClock(), settings.nanoClock(), index.lastReceivedNs());
        this.deadEvents = new DeadEvents(settings.deadLetters());
        this.refusals = new ErrorSummary(
            error -> LOGGER.warn("refused a message: {}", ErrorText.of(error)), settings.nanoClock());
        this.commitNs = settings.nanoClock().nanoTime();
        this.releaseNs = commitNs;
        listenNow();
    }

    /** At the start a driver that refuses an address ends it: that is the caller's mistake. */
    private void listenNow() {
        aeron = client.aeron();
        linked = aeron != null;
        if (linked) {
            subscriptions.forEach(subscription -> subscription.openNow(aeron));
            if (remote != null) {
                remote.openNow(aeron);
            }
        }
    }

    /** Whether there is a media driver by which nodes reach it. Any thread. */
    boolean isLinked() {
        return linked;
    }

    /** What comes without a seal. */
    private final class Unsealed implements NodeSubscription.Handler {
        @Override
        public void onMessage(
            final DirectBuffer buffer, final int offset, final int length, final NodeOrigin origin) {
            NodeReceiver.this.onMessage(buffer, offset, length, origin, null);
        }

        @Override
        public void onGone(final NodeOrigin origin) {
            forget(origin);
        }
    }

    /** What a seal proves is treated as what comes without one. */
    private final class Sealed implements RemoteIngress.Payloads {
        @Override
        public Action onPayload(
            final DirectBuffer buffer, final int offset, final int length, final RemoteSession session) {
            onMessage(buffer, offset, length, originOf(session), session.replies());
            return Action.CONTINUE;
        }

        @Override
        public void onGone(final RemoteSession session) {
            forget(originOf(session));
        }

        private NodeOrigin originOf(final RemoteSession session) {
            return new NodeOrigin(remote, session.imageSessionId());
        }
    }

    @Override
    public int doWork() {
        if (failure != null) {
            return 0;
        }
        int work = 0;
        try {
            work += stepClient();
            work += poll();
            for (final NodeSession session : sessions.values()) {
                work += session.sendOwed();
            }
        } catch (final AeronException e) {
            client.onError(e);
            work++;
        }
        try {
            if (failure == null) {
                work += commit() + release();
            }
        } catch (final IOException | RuntimeException e) {
            failure = e;
        }
        if (failure != null) {
            // A commit that failed is never called good by another one that succeeds.
            throw new IllegalStateException("the index can't be written: " + ErrorText.of(failure), failure);
        }
        return work + forgetGone();
    }

    /** Sessions end with the client: nodes begin others, at their bookmarks. */
    private int stepClient() {
        final int work = client.step(settings.nanoClock().nanoTime());
        if (aeron != client.aeron()) {
            forgetAll();
            aeron = client.aeron();
            linked = aeron != null;
            if (linked) {
                subscriptions.forEach(subscription -> subscription.open(aeron));
                if (remote != null) {
                    remote.open(aeron);
                }
            }
        }
        return work;
    }

    private void forgetAll() {
        CloseHelper.quietClose(remote);
        CloseHelper.quietCloseAll(subscriptions);
        sessions.values().forEach(CloseHelper::quietClose);
        sessions.clear();
        names.clear();
        sessionsChanged = true;
    }

    private int poll() {
        int work = 0;
        final long nowNs = settings.nanoClock().nanoTime();
        for (final NodeSubscription subscription : subscriptions) {
            work += subscription.poll(FRAGMENTS, nowNs);
        }
        if (remote != null) {
            work += remote.poll(FRAGMENTS) + remote.doWork();
        }
        return work;
    }

    private int commit() throws IOException {
        final long nowNs = settings.nanoClock().nanoTime();
        if (nowNs - commitNs < settings.commitIntervalNs() || !(uncommitted || index.hasChanges())) {
            return 0;
        }
        deadEvents.force();
        index.commit();
        uncommitted = false;
        commitNs = settings.nanoClock().nanoTime();
        counters.committed();
        sessions.values().forEach(NodeSession::onCommitted);
        return 1;
    }

    private int release() throws IOException {
        final long nowNs = settings.nanoClock().nanoTime();
        if (nowNs - releaseNs < 0) {
            return 0;
        }
        releaseNs = nowNs + RELEASE_INTERVAL_NS;
        counters.released(index.releaseBefore(retentionClock.nowNs() - settings.retentionNs()));
        final long released = index.releaseBeyond(settings.retentionLength());
        counters.released(released);
        if (released > 0) {
            LOGGER.info("the index was longer than {} bytes: about {} of the oldest events are released",
                settings.retentionLength(), released);
        }
        return 1;
    }

    private int forgetGone() {
        int work = 0;
        for (final NodeSubscription subscription : subscriptions) {
            work += subscription.forgetGone();
        }
        if (sessionsChanged) {
            sessionsChanged = false;
            counters.sessions(sessions.size());
            counters.nodes(nodes());
        }
        return work;
    }

    /** A node with two writers, or one that came back before its last session was found dead, has several sessions. */
    private int nodes() {
        final Set<Object> nodes = new HashSet<>();
        for (final NodeSession session : sessions.values()) {
            nodes.add(session.sender() == null ? session : session.sender().logId());
        }
        return nodes.size();
    }

    private void forget(final NodeOrigin origin) {
        final Iterator<NodeSession> all = sessions.values().iterator();
        while (all.hasNext()) {
            final NodeSession session = all.next();
            if (session.origin().equals(origin)) {
                LOGGER.info("{} is gone, node {}", session,
                    session.node().isEmpty() ? "that sent nothing" : NodeSession.printable(session.node()));
                names.forget(session);
                session.close();
                all.remove();
                sessionsChanged = true;
            }
        }
    }

    /** The way back is that of a sealed session; null where the Hello names it. */
    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final NodeOrigin origin,
        final Replies replies) {
        if (failure != null) {
            return;
        }
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            counters.refused();
            return;
        }
        header.wrap(buffer, offset);
        try {
            if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
                counters.refused();
            } else if (VeniceProtocol.isHello(header, buffer, offset, length)) {
                onHello(buffer, offset, origin, replies);
            } else if (VeniceProtocol.isEvents(header, buffer, offset, length)) {
                onEvents(buffer, offset, origin);
            } else {
                counters.refused();
            }
        } catch (final IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
            counters.refused();
            refusals.onError(e);
        } catch (final AeronException e) {
            client.onError(e);
        }
    }

    private void onHello(
        final DirectBuffer buffer, final int offset, final NodeOrigin origin, final Replies sealedReplies) {
        hello.wrapAndApplyHeader(buffer, offset, header);
        final long sessionId = hello.sessionId();
        if (sessions.containsKey(sessionId)) {
            return;
        }
        if (isKnown(origin)) {
            throw new IllegalArgumentException("a second session on one stream");
        }
        final boolean refused = hello.protocolVersion() != VeniceDescriptor.PROTOCOL_VERSION;
        final int replyStreamId = hello.replyStreamId();
        final String writer = hello.node();
        final String replyChannel = hello.replyChannel();
        if (!VeniceDescriptor.isReplyChannel(replyChannel)) {
            throw new IllegalArgumentException(
                "a reply channel that is no address of one host, " + replyChannel.length() + " characters long");
        }
        final Replies replies = sealedReplies != null ? sealedReplies :
            new ReplyPublication(aeron, replyChannel, replyStreamId, settings.nanoClock(), counters);
        final NodePositions.Sender sender = hello.position() == NodeHelloDecoder.positionNullValue() ? null :
            new NodePositions.Sender(new UUID(hello.logIdHigh(), hello.logIdLow()), writer);
        final NodeSession session = new NodeSession(
            new NodeSession.Begin(sessionId, writer, VeniceDescriptor.hostOf(replyChannel), sender,
                sender == null ? 0 : index.positions().of(sender), refused),
            origin, replies);
        sessions.put(sessionId, session);
        sessionsChanged = true;
        LOGGER.info("{} has come", session);
    }

    /** Each session takes a stream of its own: so whoever is let in makes the manager keep one way back for it. */
    private boolean isKnown(final NodeOrigin origin) {
        for (final NodeSession session : sessions.values()) {
            if (session.origin().equals(origin)) {
                return true;
            }
        }
        return false;
    }

    private void onEvents(final DirectBuffer buffer, final int offset, final NodeOrigin origin) {
        events.wrapAndApplyHeader(buffer, offset, header);
        events.wrapBatch(payload);
        if (batch.wrap(0, 0, payload, 0).encodedLength() != payload.capacity()) {
            throw new IllegalArgumentException("a batch of " + batch.encodedLength() + " bytes in " +
                payload.capacity());
        }
        final NodeSession session = sessions.get(events.sessionId());
        if (session == null || !session.origin().equals(origin) || !session.isNext(events.sequence())) {
            // Not acknowledged: the node begins another session.
            counters.refused();
            return;
        }
        final long position = events.position();
        final long sequence = events.sequence();
        final long receivedNs = receivedNs(batch.toTimeNs());
        if (names.onBatch(session, batch.defaults().node())) {
            counters.sharedName();
        }
        for (int i = 0; i < batch.size() && failure == null; i++) {
            store(session, i, receivedNs);
        }
        if (failure == null) {
            if (session.sender() != null && position != NodeEventsDecoder.positionNullValue()) {
                index.positions().move(session.sender(), position);
            }
            session.onStored(sequence);
            uncommitted = true;
        }
    }

    /** What a clock says that was not set deletes everything once it is. */
    private long receivedNs(final long nodeNs) {
        retentionClock.onNodeTime(nodeNs);
        final long wallNs = settings.wallClock().nanoTime();
        return UnsetClock.isUnset(wallNs) ? nodeNs : wallNs;
    }

    private void store(final NodeSession session, final int i, final long receivedNs) {
        try {
            final EventIndex.Outcome outcome = index.add(batch, i, receivedNs);
            counters.count(outcome);
            if (outcome != EventIndex.Outcome.PASSED &&
                !EventDocuments.hasPlausibleTimes(batch.event(i), receivedNs)) {
                counters.implausible();
            }
        } catch (final EventIndex.UnusableEventException e) {
            putAside(session, i, receivedNs, ErrorText.of(e));
        } catch (final IOException | RuntimeException e) {
            failure = e;
        }
    }

    private void putAside(final NodeSession session, final int i, final long receivedNs, final String reason) {
        try {
            batch.entry(i);
            deadEvents.put(receivedNs, session.writer(), reason, batch.wireEvent(), batch.wireEvent().capacity());
            session.onDeadLetter();
            counters.deadLetter();
        } catch (final IOException | RuntimeException e) {
            failure = e;
        }
    }

    @Override
    public void onClose() {
        sessions.values().forEach(CloseHelper::quietClose);
        CloseHelper.quietCloseAll(subscriptions);
        CloseHelper.quietCloseAll(remote, deadEvents);
    }

    @Override
    public String roleName() {
        return "herald-manager";
    }
}
