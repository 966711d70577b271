package herald.manager;

import herald.dispatch.EventBatch;
import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import herald.receiver.RemoteIngress;
import herald.receiver.RemoteListener;
import herald.receiver.RemoteSession;
import herald.receiver.Replies;
import herald.seal.SharedKey;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeEventsDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
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
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

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
     * @param retentionNs       after which an event is deleted, from its last occurrence on.
     * @param retentionLength   of the index, in bytes.
     * @param nanoClock         of intervals.
     * @param wallClock         of retention.
     */
    record Settings(
        Endpoint listen,
        SharedKey key,
        long commitIntervalNs,
        long retentionNs,
        long retentionLength,
        NanoClock nanoClock,
        EpochNanoClock wallClock) {
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeReceiver.class);
    private static final long RELEASE_INTERVAL_NS = 60_000_000_000L;
    private static final int FRAGMENTS = 64;

    private final Aeron aeron;
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final EventIndex index;
    private final Settings settings;
    private final ManagerCounters counters;
    private final RemoteIngress remote;
    private final FragmentAssembler assembler = new FragmentAssembler((buffer, offset, length, fragment) ->
        onMessage(buffer, offset, length, fragment.sessionId(), null));
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final NodeHelloDecoder hello = new NodeHelloDecoder();
    private final NodeEventsDecoder events = new NodeEventsDecoder();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private final EventBatch batch = new EventBatch();
    private final Long2ObjectHashMap<NodeSession> sessions = new Long2ObjectHashMap<>();
    private final Queue<Integer> goneImages = new ConcurrentLinkedQueue<>();
    /** Whether messages came that are to be acknowledged: maybe they changed nothing. */
    private boolean uncommitted;
    private long commitNs;
    private long releaseNs;

    NodeReceiver(
        final Aeron aeron, final EventIndex index, final Settings settings, final ManagerCounters counters) {
        this.aeron = aeron;
        this.index = index;
        this.settings = settings;
        this.counters = counters;
        this.subscriptions.add(subscription(LinkDescriptor.IPC_CHANNEL));
        if (settings.key() == null) {
            this.subscriptions.add(subscription(VeniceDescriptor.channel(settings.listen().toString())));
            this.remote = null;
        } else {
            this.remote = new RemoteIngress(
                new RemoteListener(settings.listen(), VeniceDescriptor.keyOf(settings.key()), new SecureRandom()),
                new VeniceProtocol(), counters, settings.nanoClock(), new Sealed());
            this.remote.openNow(aeron);
        }
        this.commitNs = settings.nanoClock().nanoTime();
        this.releaseNs = commitNs;
    }

    private Subscription subscription(final String channel) {
        return aeron.addSubscription(
            channel, VeniceDescriptor.STREAM_ID, null, image -> goneImages.add(image.sessionId()));
    }

    /** Treats what a seal proves as it treats what comes without one. */
    private final class Sealed implements RemoteIngress.Payloads {
        @Override
        public Action onPayload(
            final DirectBuffer buffer, final int offset, final int length, final RemoteSession session) {
            onMessage(buffer, offset, length, session.imageSessionId(), session.replies());
            return Action.CONTINUE;
        }

        @Override
        public void onGone(final RemoteSession session) {
            forget(session.imageSessionId());
        }
    }

    @Override
    public int doWork() {
        int work = 0;
        for (final Subscription subscription : subscriptions) {
            work += subscription.poll(assembler, FRAGMENTS);
        }
        if (remote != null) {
            work += remote.poll(FRAGMENTS) + remote.doWork();
        }
        try {
            work += commit() + release();
        } catch (final IOException e) {
            throw new UncheckedIOException("the index can't be written: " + e.getMessage(), e);
        }
        for (final NodeSession session : sessions.values()) {
            work += session.sendOwed();
        }
        return work + forgetGone();
    }

    private int commit() throws IOException {
        final long nowNs = settings.nanoClock().nanoTime();
        if (nowNs - commitNs < settings.commitIntervalNs() || !(uncommitted || index.hasChanges())) {
            return 0;
        }
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
        final long released = index.release(
            settings.wallClock().nanoTime() - settings.retentionNs(), settings.retentionLength());
        if (released > 0) {
            LOGGER.info("the index was longer than {} bytes: about {} of the oldest events are released",
                settings.retentionLength(), released);
        }
        return 1;
    }

    private int forgetGone() {
        int work = 0;
        for (Integer image = goneImages.poll(); image != null; image = goneImages.poll()) {
            assembler.freeSessionBuffer(image);
            forget(image);
            work++;
        }
        counters.nodes(sessions.size());
        return work;
    }

    private void forget(final int imageSessionId) {
        final Iterator<NodeSession> all = sessions.values().iterator();
        while (all.hasNext()) {
            final NodeSession session = all.next();
            if (session.imageSessionId() == imageSessionId) {
                LOGGER.info("node {} is gone", session.node());
                session.close();
                all.remove();
            }
        }
    }

    /** The way back is that of a sealed session; null where the Hello names it. */
    private void onMessage(
        final DirectBuffer buffer, final int offset, final int length, final int imageSessionId,
        final Replies replies) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            counters.refused();
            return;
        }
        header.wrap(buffer, offset);
        try {
            if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
                counters.refused();
            } else if (VeniceProtocol.isHello(header, buffer, offset, length)) {
                onHello(buffer, offset, imageSessionId, replies);
            } else if (VeniceProtocol.isEvents(header, buffer, offset, length)) {
                onEvents(buffer, offset);
            } else {
                counters.refused();
            }
        } catch (final IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException |
            AeronException e) {
            counters.refused();
            LOGGER.warn("refused a message: {}", e.toString());
        } catch (final IOException e) {
            throw new UncheckedIOException("the index can't be written: " + e.getMessage(), e);
        }
    }

    private void onHello(
        final DirectBuffer buffer, final int offset, final int imageSessionId, final Replies sealedReplies) {
        hello.wrapAndApplyHeader(buffer, offset, header);
        final long sessionId = hello.sessionId();
        if (sessions.containsKey(sessionId)) {
            return;
        }
        final boolean refused = hello.protocolVersion() != VeniceDescriptor.PROTOCOL_VERSION;
        final int replyStreamId = hello.replyStreamId();
        final String node = hello.node();
        final String replyChannel = hello.replyChannel();
        if (!replyChannel.matches("aeron:ipc|aeron:udp\\?endpoint=[0-9A-Fa-f.:\\[\\]]+(\\|term-length=\\d+)?")) {
            throw new IllegalArgumentException("reply channel " + replyChannel.length() + " characters long");
        }
        final Replies replies = sealedReplies != null ? sealedReplies :
            new PlainReplies(aeron.addExclusivePublication(replyChannel, replyStreamId));
        sessions.put(sessionId, new NodeSession(sessionId, node, imageSessionId, replies, refused));
        LOGGER.info("node writer {} has come", node.replaceAll("[^\\w.-]", "_"));
    }

    private void onEvents(final DirectBuffer buffer, final int offset) throws IOException {
        events.wrapAndApplyHeader(buffer, offset, header);
        events.wrapBatch(payload);
        if (batch.wrap(0, 0, payload, 0).encodedLength() != payload.capacity()) {
            throw new IllegalArgumentException("a batch of " + batch.encodedLength() + " bytes in " +
                payload.capacity());
        }
        final NodeSession session = sessions.get(events.sessionId());
        if (session == null || !session.accept(events.sequence())) {
            // Not acknowledged: the node begins another session.
            counters.refused();
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            counters.count(index.add(batch, i));
        }
        uncommitted = true;
    }

    @Override
    public void onClose() {
        sessions.values().forEach(CloseHelper::quietClose);
        CloseHelper.quietCloseAll(subscriptions);
        CloseHelper.quietClose(remote);
    }

    @Override
    public String roleName() {
        return "herald-manager";
    }
}
