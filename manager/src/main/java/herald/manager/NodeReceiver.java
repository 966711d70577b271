package herald.manager;

import herald.dispatch.EventBatch;
import herald.link.LinkDescriptor;
import herald.venice.MessageHeaderDecoder;
import herald.venice.NodeEventsDecoder;
import herald.venice.NodeHelloDecoder;
import herald.writers.venice.VeniceDescriptor;
import io.aeron.Aeron;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
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
     * @param commitIntervalNs  between commits, while there is something to commit.
     * @param retentionNs       after which an event is deleted, from its last occurrence on.
     * @param retentionLength   of the index, in bytes.
     * @param nanoClock         of intervals.
     * @param wallClock         of retention.
     */
    record Settings(
        long commitIntervalNs, long retentionNs, long retentionLength, NanoClock nanoClock, EpochNanoClock wallClock) {
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeReceiver.class);
    private static final long RELEASE_INTERVAL_NS = 60_000_000_000L;
    private static final int FRAGMENTS = 64;

    private final Aeron aeron;
    private final List<Subscription> subscriptions;
    private final EventIndex index;
    private final Settings settings;
    private final ManagerCounters counters;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onMessage);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final NodeHelloDecoder hello = new NodeHelloDecoder();
    private final NodeEventsDecoder events = new NodeEventsDecoder();
    private final UnsafeBuffer payload = new UnsafeBuffer(0, 0);
    private final EventBatch batch = new EventBatch();
    private final Long2ObjectHashMap<NodeSession> sessions = new Long2ObjectHashMap<>();
    private final Queue<Integer> goneImages = new ConcurrentLinkedQueue<>();
    private boolean uncommitted;
    private long commitNs;
    private long releaseNs;

    NodeReceiver(
        final Aeron aeron, final String channel, final EventIndex index, final Settings settings,
        final ManagerCounters counters) {
        this.aeron = aeron;
        this.index = index;
        this.settings = settings;
        this.counters = counters;
        this.subscriptions = List.of(
            aeron.addSubscription(channel, VeniceDescriptor.STREAM_ID, null, this::onGone),
            aeron.addSubscription(
                LinkDescriptor.IPC_CHANNEL, VeniceDescriptor.STREAM_ID, null, this::onGone));
        this.commitNs = settings.nanoClock().nanoTime();
        this.releaseNs = commitNs;
    }

    private void onGone(final Image image) {
        goneImages.add(image.sessionId());
    }

    @Override
    public int doWork() {
        int work = 0;
        for (final Subscription subscription : subscriptions) {
            work += subscription.poll(assembler, FRAGMENTS);
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
        if (!uncommitted || nowNs - commitNs < settings.commitIntervalNs()) {
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
        uncommitted = true;
        return 1;
    }

    private int forgetGone() {
        int work = 0;
        for (Integer image = goneImages.poll(); image != null; image = goneImages.poll()) {
            final Iterator<NodeSession> all = sessions.values().iterator();
            while (all.hasNext()) {
                final NodeSession session = all.next();
                if (session.imageSessionId() == image) {
                    LOGGER.info("node {} is gone", session.node());
                    session.close();
                    all.remove();
                    work++;
                }
            }
        }
        counters.nodes(sessions.size());
        return work;
    }

    private void onMessage(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            counters.refused();
            return;
        }
        header.wrap(buffer, offset);
        try {
            if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
                counters.refused();
            } else if (header.templateId() == NodeHelloDecoder.TEMPLATE_ID) {
                onHello(buffer, offset, fragment.sessionId());
            } else if (header.templateId() == NodeEventsDecoder.TEMPLATE_ID) {
                onEvents(buffer, offset);
            } else {
                counters.refused();
            }
        } catch (final IndexOutOfBoundsException | IllegalArgumentException | AeronException e) {
            counters.refused();
            LOGGER.warn("refused a message: {}", e.toString());
        } catch (final IOException e) {
            throw new UncheckedIOException("the index can't be written: " + e.getMessage(), e);
        }
    }

    private void onHello(final DirectBuffer buffer, final int offset, final int imageSessionId) {
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
        sessions.put(sessionId, new NodeSession(sessionId, node, imageSessionId,
            aeron.addExclusivePublication(replyChannel, replyStreamId), refused));
        LOGGER.info("node writer {} has come", node.replaceAll("[^\\w.-]", "_"));
    }

    private void onEvents(final DirectBuffer buffer, final int offset) throws IOException {
        events.wrapAndApplyHeader(buffer, offset, header);
        final NodeSession session = sessions.get(events.sessionId());
        if (session == null || !session.accept(events.sequence())) {
            // Not acknowledged: the node begins another session.
            counters.refused();
            return;
        }
        events.wrapBatch(payload);
        batch.wrap(0, 0, payload, 0);
        for (int i = 0; i < batch.size(); i++) {
            counters.count(index.add(batch, i));
        }
        uncommitted = true;
    }

    @Override
    public void onClose() {
        sessions.values().forEach(CloseHelper::quietClose);
        CloseHelper.quietCloseAll(subscriptions);
    }

    @Override
    public String roleName() {
        return "herald-manager";
    }
}
