package herald.writers.venice;

import herald.io.ErrorText;
import herald.link.DriverOwner;
import herald.link.Endpoint;
import herald.link.LinkDescriptor;
import herald.link.LocalAddress;
import herald.link.TermMemory;
import herald.seal.SharedKey;
import herald.venice.MessageHeaderDecoder;
import herald.venice.MessageHeaderEncoder;
import herald.venice.NodeAckDecoder;
import herald.venice.NodeHelloEncoder;
import herald.venice.NodeRejectDecoder;
import herald.venice.NodeWelcomeDecoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One session with an events manager: a publication to it, and a subscription to its replies on a port of this host.
 * Its Aeron client runs in invoker mode, stepped by the writer's thread, and dies with the session.
 */
final class VeniceLink implements AutoCloseable {
    private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(5);
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long DRIVER_TIMEOUT_MS = 10_000;
    private static final int FRAGMENTS = 16;
    private static final int HELLO_LENGTH = 1024;

    /**
     * A manager.
     *
     * @param endpoint its address; null over IPC.
     * @param aeronDir directory of the media driver that carries the session.
     * @param key      that it has to prove, and this node to it; null where nothing is sealed.
     */
    record Target(Endpoint endpoint, String aeronDir, SharedKey key) {
        @Override
        public String toString() {
            return endpoint == null ? "ipc in " + aeronDir : "udp://" + endpoint;
        }
    }

    /**
     * Who begins a session.
     *
     * @param writer   its name.
     * @param logId    of its dispatch log.
     * @param position up to which the manager acknowledged everything.
     */
    record Sender(String writer, UUID logId, long position) {
    }

    /** A manager of an earlier version does not say what it has. */
    static final long UNKNOWN = NodeWelcomeDecoder.positionNullValue();

    private final long sessionId = ThreadLocalRandom.current().nextLong();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final NodeAckDecoder ack = new NodeAckDecoder();
    private final NodeWelcomeDecoder welcome = new NodeWelcomeDecoder();
    private final NodeRejectDecoder reject = new NodeRejectDecoder();
    private final NanoClock clock;
    private final VeniceSeal seal;
    private Aeron aeron;
    private Subscription replies;
    private ExclusivePublication publication;
    private DirectBuffer message;
    private int messageLength;
    private boolean welcomed;
    private long acknowledged;
    private long deadLetters;
    private long known = UNKNOWN;
    private String refusal;
    private volatile Throwable clientFailure;

    private VeniceLink(final SharedKey key, final NanoClock clock) {
        this.clock = clock;
        this.seal = key == null ? null : new VeniceSeal(key);
    }

    /** Waits for the manager's welcome. */
    static VeniceLink connect(final Target target, final Sender sender, final NanoClock clock)
        throws VeniceException {
        final VeniceLink link = new VeniceLink(target.key(), clock);
        boolean connected = false;
        try {
            link.open(target, sender);
            connected = true;
            return link;
        } catch (final AeronException | IllegalStateException | IOException e) {
            throw new VeniceException("can't be reached: " + ErrorText.of(e), e);
        } finally {
            if (!connected) {
                link.close();
            }
        }
    }

    private void open(final Target target, final Sender sender) throws VeniceException, IOException {
        DriverOwner.require(target.aeronDir(), null);
        aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(target.aeronDir())
            .useConductorAgentInvoker(true)
            .driverTimeoutMs(DRIVER_TIMEOUT_MS)
            .keepAliveIntervalNs(LinkDescriptor.keepAliveIntervalNs(DRIVER_TIMEOUT_MS))
            .errorHandler(error -> clientFailure = error));
        replies = aeron.addSubscription(target.endpoint() == null ? LinkDescriptor.IPC_CHANNEL :
            VeniceDescriptor.channel(LocalAddress.towards(target.endpoint()) + ":0"), replyStreamId(target));
        publication = aeron.addExclusivePublication(target.endpoint() == null ?
            LinkDescriptor.IPC_CHANNEL + "?term-length=" + VeniceDescriptor.TERM_LENGTH :
            VeniceDescriptor.channel(target.endpoint().toString()), VeniceDescriptor.STREAM_ID);
        TermMemory.reserve(target.aeronDir(), publication.registrationId(), VeniceDescriptor.TERM_LENGTH);
        await("does not answer: is it running, and may this host reach it?", publication::isConnected);
        final String replyChannel = replies.tryResolveChannelEndpointPort();
        if (seal != null) {
            shakeHands(replyStreamId(target), replyChannel);
        }
        final UnsafeBuffer hello = new UnsafeBuffer(ByteBuffer.allocateDirect(HELLO_LENGTH));
        prepare(hello, encodeHello(hello, sender, replyChannel, replyStreamId(target)));
        await("takes no message", this::offer);
        await(seal == null ? "does not welcome this node: does it ask for a key (option keyFile)?" :
            "does not welcome this node", () -> welcomed || refusal != null);
        step();
    }

    private void shakeHands(final int replyStreamId, final String replyChannel) throws VeniceException {
        final String replyEndpoint = replyChannel.replaceFirst("^.*endpoint=([^|]+).*$", "$1");
        messageLength = seal.encodeKnock(sessionId, publication.sessionId(), replyStreamId, replyEndpoint);
        message = seal.knock();
        await("takes no message", this::offer);
        if (!isMetInTime(seal::isOpen)) {
            throw new VeniceException(
                "does not prove that it has the key of this node: was it started with --key-file, and the same key?");
        }
    }

    /** On IPC all replies of a driver share one channel: the stream tells them apart. */
    private int replyStreamId(final Target target) {
        return target.endpoint() == null ? (int)(sessionId & Integer.MAX_VALUE) : VeniceDescriptor.REPLY_STREAM_ID;
    }

    private int encodeHello(
        final UnsafeBuffer buffer, final Sender sender, final String replyChannel, final int replyStreamId) {
        final NodeHelloEncoder hello = new NodeHelloEncoder()
            .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .sessionId(sessionId)
            .protocolVersion(VeniceDescriptor.PROTOCOL_VERSION)
            .replyStreamId(replyStreamId)
            .logIdHigh(sender.logId().getMostSignificantBits())
            .logIdLow(sender.logId().getLeastSignificantBits())
            .position(sender.position())
            .node(sender.writer())
            .replyChannel(replyChannel);
        return MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength();
    }

    /** What is waited for. */
    @FunctionalInterface
    private interface Condition {
        boolean isMet() throws VeniceException;
    }

    private void await(final String otherwise, final Condition condition) throws VeniceException {
        if (!isMetInTime(condition)) {
            throw new VeniceException(otherwise);
        }
    }

    private boolean isMetInTime(final Condition condition) throws VeniceException {
        final long deadlineNs = clock.nanoTime() + CONNECT_NS;
        while (!condition.isMet()) {
            if (clock.nanoTime() - deadlineNs >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(PARK_NS);
            stepClient();
        }
        return true;
    }

    long sessionId() {
        return sessionId;
    }

    /** Up to this message of the session everything is stored. */
    long acknowledged() {
        return acknowledged;
    }

    /** Up to where the manager has what this writer sent, or {@link #UNKNOWN}. */
    long known() {
        return known;
    }

    /** Events of this session that the manager put aside. */
    long deadLetters() {
        return deadLetters;
    }

    /** Makes a message ready to be offered, until it is taken or another one is. */
    void prepare(final DirectBuffer plain, final int length) {
        messageLength = seal == null ? length : seal.seal(plain, length);
        message = seal == null ? plain : seal.sealed();
    }

    /** Offers the message that was made ready: false where there is no room at the moment. */
    boolean offer() throws VeniceException {
        final long result = publication.offer(message, 0, messageLength);
        if (result == Publication.CLOSED || result == Publication.MAX_POSITION_EXCEEDED) {
            throw new VeniceException("lost the connection");
        }
        return result > 0;
    }

    /** Reads replies and gives the client its turn. */
    void step() throws VeniceException {
        stepClient();
        if (refusal != null) {
            throw new VeniceException(refusal);
        }
        // A manager that was started again takes up the publication, and knows nothing of the session.
        if (!publication.isConnected() || !replies.isConnected()) {
            throw new VeniceException("is gone");
        }
    }

    private void stepClient() throws VeniceException {
        aeron.conductorAgentInvoker().invoke();
        if (clientFailure != null || aeron.isClosed()) {
            throw new VeniceException("can't be reached: the media driver is gone", clientFailure);
        }
        replies.poll(this::onReply, FRAGMENTS);
    }

    private void onReply(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        if (seal == null) {
            onGenuine(buffer, offset, length, fragment);
        } else {
            seal.onReply(buffer, offset, length, fragment, this::onGenuine);
        }
    }

    private void onGenuine(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        if (!VeniceDescriptor.isReply(header, buffer, offset, length)) {
            return;
        }
        switch (header.templateId()) {
            case NodeWelcomeDecoder.TEMPLATE_ID -> {
                welcome.wrapAndApplyHeader(buffer, offset, header);
                if (welcome.sessionId() == sessionId) {
                    welcomed = true;
                    known = welcome.position();
                }
            }
            case NodeAckDecoder.TEMPLATE_ID -> {
                ack.wrapAndApplyHeader(buffer, offset, header);
                if (ack.sessionId() == sessionId) {
                    acknowledged = Math.max(acknowledged, ack.sequence());
                    deadLetters = ack.deadLetters() == NodeAckDecoder.deadLettersNullValue() ? deadLetters :
                        Math.max(deadLetters, ack.deadLetters());
                }
            }
            case NodeRejectDecoder.TEMPLATE_ID -> {
                reject.wrapAndApplyHeader(buffer, offset, header);
                if (reject.sessionId() == sessionId) {
                    refusal = "refuses: it speaks protocol " + reject.protocolVersion() + ", this node " +
                        VeniceDescriptor.PROTOCOL_VERSION + "; upgrade the older of them";
                }
            }
            default -> {
                // Of a later version.
            }
        }
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(publication, replies, aeron);
    }
}
