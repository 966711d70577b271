package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Sends events to a syslog receiver over a connection: TCP (RFC 6587) or TLS (RFC 5425). After a failure the host's
 * name is resolved again and the next of its addresses is taken.
 *
 * <p>Nothing acknowledges a message. One counts as delivered when it was sent a number of seconds ago, the receiver's
 * host has acknowledged its bytes since, and the connection still stands; until then the bookmark stays before it. So
 * what a receiver had not read when its connection broke comes again, if it reads within those seconds. No more than a
 * number of messages are on their way like that: the writer waits then.
 *
 * <p>Before each write, and while there is nothing to write, it looks whether the receiver has hung up.
 */
final class StreamSyslogWriter implements EventWriter {
    /**
     * How it sends.
     *
     * @param target         that it sends to.
     * @param tls            of TLS; null where nothing is encrypted.
     * @param octetCounting  whether the length stands before each message; a newline behind it otherwise.
     * @param windowMessages on their way at most.
     * @param windowNs       after which a message that was sent counts as delivered.
     */
    record Settings(
        SyslogTarget target, TlsSettings tls, boolean octetCounting, int windowMessages, long windowNs) {
    }

    private static final long LOOK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(30);

    private final String name;
    private final Settings settings;
    private final SyslogEncoder encoder;
    private final NanoClock clock;
    private final SentMessages sent;
    private SyslogConnection connection;
    private long lookedNs;
    private int failures;

    StreamSyslogWriter(
        final String name, final Settings settings, final SyslogEncoder encoder, final NanoClock clock) {
        this.name = name;
        this.settings = settings;
        this.encoder = encoder;
        this.clock = clock;
        this.sent = new SentMessages(settings.windowMessages());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        try {
            lookAtPeer();
            connect();
            final int count = Math.min(batch.size() - index, sent.room());
            for (int i = index; i < index + count; i++) {
                send(encoder.encode(batch.event(i)));
            }
            connection.flush();
            sent.add(count, clock.nanoTime());
            return count;
        } catch (final IOException e) {
            throw failure(e);
        }
    }

    private void send(final int length) throws IOException {
        if (settings.octetCounting()) {
            final byte[] count = (length + " ").getBytes(StandardCharsets.US_ASCII);
            connection.write(count, 0, count.length);
            connection.write(encoder.bytes(), 0, length);
        } else {
            connection.write(encoder.bytes(), 0, length);
            connection.write('\n');
        }
    }

    @Override
    public int unsettled() throws WriterException {
        final long nowNs = clock.nanoTime();
        if (connection == null || nowNs - lookedNs < LOOK_INTERVAL_NS) {
            return sent.size();
        }
        lookedNs = nowNs;
        try {
            lookAtPeer();
            if (connection != null && sent.size() > 0) {
                settle(nowNs);
            }
            return sent.size();
        } catch (final IOException e) {
            throw failure(e);
        }
    }

    private void settle(final long nowNs) throws IOException {
        if (connection.isDrained()) {
            sent.acknowledgeAll();
        } else if (nowNs - sent.oldestNs() >= SILENCE_NS) {
            throw new IOException("its host acknowledged nothing for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NS) +
                " s");
        }
        sent.settleUntil(nowNs - settings.windowNs());
    }

    /** Where the receiver has hung up, what is on its way is lost; an idle connection is closed without a word. */
    private void lookAtPeer() throws IOException {
        if (connection != null && connection.isClosedByPeer()) {
            if (sent.size() > 0) {
                throw new IOException("it closed the connection");
            }
            close();
        }
    }

    /** Says good-bye: a receiver that then closes too has read everything. */
    @Override
    public int finish() {
        if (connection != null && connection.finish()) {
            sent.clear();
        }
        return sent.size();
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
        }
    }

    private void connect() throws IOException {
        if (connection != null) {
            return;
        }
        final InetAddress[] addresses = InetAddress.getAllByName(settings.target().host());
        connection = SyslogConnection.open(
            new InetSocketAddress(addresses[failures % addresses.length], settings.target().port()),
            settings.target().host(), settings.tls());
        lookedNs = clock.nanoTime();
    }

    private WriterException failure(final IOException e) {
        close();
        sent.clear();
        failures = (failures + 1) & Integer.MAX_VALUE;
        final String what = e instanceof UnknownHostException ?
            " is unknown: the host's name does not resolve" : " does not get it: " + e.getMessage();
        return WriterException.retryable(0, "syslog receiver " + settings.target() + what, e);
    }
}
