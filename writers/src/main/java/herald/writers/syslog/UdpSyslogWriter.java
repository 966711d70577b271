package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.io.ErrorText;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Sends events to a syslog receiver, one UDP datagram each. The host's name is resolved again after a failure, and then
 * the next of its addresses is taken; and time and again, for a receiver that moved and left nobody to refuse.
 *
 * <p>The socket is connected, so that the kernel reports a port where nobody listens. The report comes after the
 * datagram that it is about: so {@link #write} takes nothing of its call for delivered when it sees one, and
 * {@link #flush} looks for one before the bookmark moves. A datagram that is lost on the way is not noticed.
 */
final class UdpSyslogWriter implements EventWriter {
    private static final Logger LOGGER = LoggerFactory.getLogger(UdpSyslogWriter.class);
    private static final int MOST_READS = 16;
    private static final long RESOLVE_INTERVAL_NS = TimeUnit.SECONDS.toNanos(30);

    private final String name;
    private final String host;
    private final int port;
    private final SyslogEncoder encoder;
    private final NanoClock clock;
    private final ByteBuffer message;
    private final ByteBuffer ignored = ByteBuffer.allocate(64);
    private DatagramChannel channel;
    private InetAddress address;
    private long resolvedNs;
    private int failures;

    UdpSyslogWriter(
        final String name, final String host, final int port, final SyslogEncoder encoder, final NanoClock clock) {
        this.name = name;
        this.host = host;
        this.port = port;
        this.encoder = encoder;
        this.clock = clock;
        this.message = ByteBuffer.wrap(encoder.bytes());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        int done = 0;
        try {
            leaveFormerAddress();
            connect();
            while (index + done < batch.size()) {
                message.clear().limit(encoder.encode(batch.event(index + done)));
                channel.write(message);
                done++;
            }
            return done;
        } catch (final IOException e) {
            throw failure(e instanceof PortUnreachableException ? 0 : done, e);
        }
    }

    @Override
    public void flush() throws WriterException {
        if (channel == null) {
            return;
        }
        try {
            channel.configureBlocking(false);
            int reads = 0;
            while (reads < MOST_READS && channel.read(ignored.clear()) > 0) {
                reads++;
            }
            channel.configureBlocking(true);
        } catch (final IOException e) {
            throw failure(0, e);
        }
    }

    @Override
    public void close() {
        final DatagramChannel closing = channel;
        channel = null;
        if (closing != null) {
            try {
                closing.close();
            } catch (final IOException ignore) {
                // Nothing is held in it, and nothing of it is used again.
            }
        }
    }

    /** Where the name has other addresses now. One that does not resolve at the moment has those that it had. */
    private void leaveFormerAddress() {
        if (channel == null || clock.nanoTime() - resolvedNs < RESOLVE_INTERVAL_NS) {
            return;
        }
        resolvedNs = clock.nanoTime();
        try {
            if (!List.of(InetAddress.getAllByName(host)).contains(address)) {
                close();
            }
        } catch (final UnknownHostException e) {
            LOGGER.debug("the address of {} stays {}", host, address, e);
        }
    }

    private void connect() throws IOException {
        if (channel != null) {
            return;
        }
        final InetAddress[] addresses = InetAddress.getAllByName(host);
        resolvedNs = clock.nanoTime();
        address = addresses[failures % addresses.length];
        final DatagramChannel opened = DatagramChannel.open();
        try {
            channel = opened.connect(new InetSocketAddress(address, port));
        } finally {
            if (channel == null) {
                opened.close();
            }
        }
    }

    private WriterException failure(final int done, final IOException e) {
        close();
        failures = (failures + 1) & Integer.MAX_VALUE;
        final String receiver = "syslog receiver udp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        final String what;
        if (e instanceof PortUnreachableException) {
            what = " refuses: nobody listens on that port";
        } else if (e instanceof UnknownHostException) {
            what = " is unknown: the host's name does not resolve";
        } else {
            what = " takes nothing: " + ErrorText.of(e);
        }
        return WriterException.retryable(done, receiver + what, e);
    }
}
