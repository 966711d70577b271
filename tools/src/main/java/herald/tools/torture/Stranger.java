package herald.tools.torture;

import herald.link.LinkDescriptor;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SharedKey;
import herald.wire.MessageHeaderEncoder;
import herald.wire.WelcomeEncoder;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.HeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody on the network without the key, who sends to the proxy's UDP port what hurts a media driver that lets
 * everybody in: SETUP frames with long terms, padding, handshakes made with another key, rubbish. A thread of its own,
 * at a bounded rate.
 */
final class Stranger implements AutoCloseable {
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int PER_PAUSE = 4;
    private static final int KINDS = 8;
    private static final int MTU = 1408;
    private static final int LONG_TERM = 16 * 1024 * 1024;
    private static final int SHORT_TERM = 256 * 1024;
    private static final int TERM_ID = 7;
    private static final int SESSIONS = 64;
    private static final int SMALL = 32;
    private static final SharedKey OTHER_KEY =
        new SharedKey("the key of somebody else".getBytes(StandardCharsets.US_ASCII));

    private final SplittableRandom random;
    private final DatagramChannel channel;
    private final Thread thread;
    private final Handshake handshake = new Handshake(OTHER_KEY);
    private final UnsafeBuffer welcome = new UnsafeBuffer(new byte[Handshake.MAX_LENGTH]);
    private final ByteBuffer datagram = ByteBuffer.allocateDirect(MTU);
    private final ByteBuffer answer = ByteBuffer.allocateDirect(2 * MTU);
    private volatile boolean closed;
    private long sentBytes;
    private long receivedBytes;

    /**
     * Begins to send.
     *
     * @param port of the proxy on loopback.
     * @param seed of what is sent.
     * @throws IOException where no socket can be had.
     */
    Stranger(final int port, final long seed) throws IOException {
        random = new SplittableRandom(seed);
        channel = DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.configureBlocking(false);
        thread = new Thread(this::run, "torture-stranger");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            for (int i = 0; i < PER_PAUSE; i++) {
                send();
            }
            receive();
            LockSupport.parkNanos(PAUSE_NS);
        }
    }

    private void send() {
        final int session = random.nextInt(SESSIONS);
        switch (random.nextInt(KINDS)) {
            case 0 -> setup(LinkDescriptor.EVENT_STREAM_ID, session, LONG_TERM);
            case 1 -> setup(random.nextInt(), session, LONG_TERM);
            case 2 -> setup(LinkDescriptor.EVENT_STREAM_ID, session, SHORT_TERM);
            case 3 -> frame(HeaderFlyweight.HDR_TYPE_PAD, session, random.nextInt(SMALL, SHORT_TERM), 0);
            case 4 -> data(session, handshake.buffer(), handshake.encode(knock(session)));
            case 5 -> data(session, handshake.buffer(),
                handshake.encodeChallenge(knock(session), new Nonce(random.nextLong(), random.nextLong())));
            case 6 -> data(session, welcome, encodeWelcome());
            default -> rubbish(random.nextBoolean() ? SMALL : random.nextInt(1, MTU));
        }
        datagram.clear();
    }

    private Knock knock(final int session) {
        return new Knock(new UUID(random.nextLong(), random.nextLong()),
            new Nonce(random.nextLong(), random.nextLong()), session, random.nextInt(),
            "127.0.0.1:" + random.nextInt(1, 1 << 16), LinkDescriptor.PROTOCOL_VERSION);
    }

    private int encodeWelcome() {
        final WelcomeEncoder encoder =
            new WelcomeEncoder().wrapAndApplyHeader(welcome, 0, new MessageHeaderEncoder());
        for (int i = MessageHeaderEncoder.ENCODED_LENGTH; i < WelcomeEncoder.BLOCK_LENGTH; i++) {
            welcome.putByte(i, (byte)random.nextInt());
        }
        return MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
    }

    private void setup(final int streamId, final int session, final int termLength) {
        final SetupFlyweight setup = new SetupFlyweight(datagram);
        setup.version(HeaderFlyweight.CURRENT_VERSION).flags((short)0).headerType(HeaderFlyweight.HDR_TYPE_SETUP)
            .frameLength(SetupFlyweight.HEADER_LENGTH);
        setup.streamId(streamId).sessionId(session).initialTermId(TERM_ID).activeTermId(TERM_ID)
            .termOffset(0).termLength(termLength).mtuLength(MTU).ttl(0);
        send(SetupFlyweight.HEADER_LENGTH);
    }

    private void data(final int session, final DirectBuffer message, final int length) {
        message.getBytes(0, datagram, DataHeaderFlyweight.HEADER_LENGTH, length);
        frame(HeaderFlyweight.HDR_TYPE_DATA, session, DataHeaderFlyweight.HEADER_LENGTH + length, length);
    }

    private void frame(final int type, final int session, final int frameLength, final int payloadLength) {
        final DataHeaderFlyweight header = new DataHeaderFlyweight(datagram);
        header.version(HeaderFlyweight.CURRENT_VERSION).flags(DataHeaderFlyweight.BEGIN_AND_END_FLAGS)
            .headerType(type).frameLength(frameLength);
        header.streamId(LinkDescriptor.EVENT_STREAM_ID).sessionId(session).termId(TERM_ID)
            .termOffset(random.nextInt(4) * MTU).reservedValue(0);
        send(DataHeaderFlyweight.HEADER_LENGTH + payloadLength);
    }

    private void rubbish(final int length) {
        for (int i = 0; i < length; i++) {
            datagram.put(i, (byte)random.nextInt());
        }
        send(length);
    }

    /** What the system has no room for is not sent. */
    private void send(final int length) {
        try {
            sentBytes += channel.write(datagram.limit(length));
        } catch (final PortUnreachableException e) {
            // The proxy does not listen at the moment.
        } catch (final IOException e) {
            closed = true;
        }
    }

    private void receive() {
        try {
            for (int length = channel.read(answer); length > 0; length = channel.read(answer)) {
                receivedBytes += length;
                answer.clear();
            }
        } catch (final PortUnreachableException e) {
            // As above.
        } catch (final IOException e) {
            closed = true;
        }
    }

    /** How much was sent, in bytes; once this is closed. */
    long sentBytes() {
        return sentBytes;
    }

    /** How much has come back, in bytes; once this is closed. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** Sends nothing more. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        CloseHelper.quietClose(channel);
    }
}
