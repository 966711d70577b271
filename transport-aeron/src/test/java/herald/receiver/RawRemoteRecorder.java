package herald.receiver;

import herald.link.LinkDescriptor;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SealedMessage;
import herald.seal.Sealer;
import herald.seal.SessionKeys;
import herald.seal.SharedKey;
import herald.seal.Unsealer;
import herald.wire.ChallengeDecoder;
import herald.wire.HelloEncoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.aeron.logbuffer.Header;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The remote recorder's end of the link without a recorder: a holder of some key that seals whatever the test says.
 */
final class RawRemoteRecorder implements AutoCloseable {
    private static final int REPLY_STREAM_ID = 9_000;

    final UUID id;
    /** Template ids of genuine replies. */
    final List<Integer> replies = new ArrayList<>();
    private final ReceiverFixture fixture;
    private final Aeron client;
    private final Handshake handshake;
    private final ExclusivePublication publication;
    private final Subscription subscription;
    private final SealedMessage reply = new SealedMessage(512);
    private Knock knock;
    private Sealer sealer;
    private Unsealer unsealer;

    RawRemoteRecorder(final ReceiverFixture fixture, final UUID id, final SharedKey key) {
        this.fixture = fixture;
        this.id = id;
        this.client = fixture.newClient();
        this.handshake = new Handshake(key);
        this.publication = client.addExclusivePublication(
            "aeron:udp?endpoint=127.0.0.1:" + fixture.remotePort() + "|term-length=256k",
            LinkDescriptor.EVENT_STREAM_ID);
        this.subscription = client.addSubscription("aeron:udp?endpoint=127.0.0.1:0", REPLY_STREAM_ID);
        fixture.stepUntil(() -> publication.isConnected() && subscription.tryResolveChannelEndpointPort() != null);
    }

    void knock() {
        final String channel = subscription.tryResolveChannelEndpointPort();
        knock(channel.substring(channel.indexOf('=') + 1));
    }

    void knock(final String replyEndpoint) {
        knock = new Knock(id, Nonce.next(new SecureRandom()), publication.sessionId(), REPLY_STREAM_ID,
            replyEndpoint, LinkDescriptor.PROTOCOL_VERSION);
        knockAgain();
    }

    /** As somebody would who recorded it. */
    void knockAgain() {
        final int length = handshake.encode(knock);
        sendRaw(handshake.buffer(), length);
    }

    /** Knocks and waits until it can seal. */
    RawRemoteRecorder shakeHands() {
        sealer = null;
        knock();
        fixture.stepUntil(() -> {
            subscription.poll(this::onReply, 10);
            return sealer != null;
        });
        return this;
    }

    RawRemoteRecorder open(final long attempt, final long firstSequence) {
        shakeHands();
        final int before = replies.size();
        send(hello(id, attempt, firstSequence));
        fixture.stepUntil(() -> {
            subscription.poll(this::onReply, 10);
            return replies.size() > before;
        });
        return this;
    }

    void awaitReply(final int templateId) {
        fixture.stepUntil(() -> {
            subscription.poll(this::onReply, 10);
            return replies.contains(templateId);
        });
    }

    static UnsafeBuffer hello(final UUID id, final long attempt, final long firstSequence) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final HelloEncoder hello = new HelloEncoder();
        hello.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(id.getMostSignificantBits())
            .recorderIdLow(id.getLeastSignificantBits())
            .attempt(attempt)
            .firstSequence(firstSequence)
            .replyStreamId(REPLY_STREAM_ID)
            .protocolVersion(LinkDescriptor.PROTOCOL_VERSION)
            .component("cmd");
        return new UnsafeBuffer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength());
    }

    /** Seals a message; the copy can be sent, changed and sent again. */
    UnsafeBuffer seal(final DirectBuffer message) {
        final int length = sealer.seal(message, 0, message.capacity());
        final UnsafeBuffer copy = new UnsafeBuffer(new byte[length]);
        copy.putBytes(0, sealer.buffer(), 0, length);
        return copy;
    }

    void send(final DirectBuffer message) {
        sendRaw(seal(message));
    }

    void event(final long sequence) {
        send(WireEvents.event(id, sequence, "e" + sequence));
    }

    void sendRaw(final DirectBuffer message) {
        sendRaw(message, message.capacity());
    }

    private void sendRaw(final DirectBuffer message, final int length) {
        fixture.stepUntil(() -> publication.offer(message, 0, length) > 0);
    }

    private void onReply(final DirectBuffer buffer, final int offset, final int length, final Header fragment) {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        header.wrap(buffer, offset);
        if (header.templateId() == ChallengeDecoder.TEMPLATE_ID) {
            if (handshake.decodeChallenge(buffer, offset, length) && handshake.answers(knock)) {
                final SessionKeys keys = handshake.keys(knock, handshake.proxyNonce());
                sealer = keys.sealerToProxy();
                unsealer = keys.unsealerOfProxy();
            }
        } else if (reply.read(buffer, offset, length) && unsealer.judge(reply) == Unsealer.Verdict.GENUINE) {
            unsealer.take(reply);
            header.wrap(reply.buffer(), reply.payloadOffset());
            replies.add(header.templateId());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
