package herald.writers.syslog;

import herald.dispatch.EventBatch;
import herald.io.ErrorText;
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
 * <p>Before each write, and while there is nothing to write, it looks whether the receiver has hung up. One that ended
 * what it sends may have closed the connection, or may read on: that is found out with the events that are sent again.
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
     * @param silenceNs      for which the receiver's host may take or acknowledge nothing.
     */
    record Settings(SyslogTarget target, TlsSettings tls, boolean octetCounting, int windowMessages, long windowNs,
        long silenceNs) {

        Settings(final SyslogTarget target, final TlsSettings tls, final boolean octetCounting,
            final int windowMessages, final long windowNs) {
            this(target, tls, octetCounting, windowMessages, windowNs, SILENCE_NS);
        }
    }

    private static final byte[] NEWLINE = {'\n'};
    private static final long LOOK_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** With the longest time between two questions it is noticed within half a minute. */
    static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(25);
    /** What one call sends, so that looks at the connection are never far apart. */
    private static final int MOST_BYTES_A_CALL = 256 * 1024;

    private final String name;
    private final Settings settings;
    private final SyslogEncoder encoder;
    private final NanoClock clock;
    private final SentMessages sent;
    private final Acknowledgements acknowledgements;
    private SyslogConnection connection;
    /** The receiver ended the connection before this one, and none of its messages had arrived for certain. */
    private boolean endedBefore;
    /** The receiver ended what it sends, and may read on. */
    private boolean halfClosed;
    /** The connection has a certificate that was replaced: the next one begins as soon as nothing is on its way. */
    private boolean renewing;
    private long lookedNs;
    private int failures;

    StreamSyslogWriter(
        final String name, final Settings settings, final SyslogEncoder encoder, final NanoClock clock) {
        this.name = name;
        this.settings = settings;
        this.encoder = encoder;
        this.clock = clock;
        this.sent = new SentMessages(settings.windowMessages());
        this.acknowledgements = new Acknowledgements(sent, settings.windowNs(), settings.silenceNs(), clock);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        try {
            lookAtPeer();
            renew();
            if (renewing) {
                return 0;
            }
            connect();
            final int most = Math.min(batch.size() - index, sent.room());
            int count = 0;
            for (int bytes = 0; count < most && bytes < MOST_BYTES_A_CALL; count++) {
                final int length = encoder.encode(batch.event(index + count));
                send(length);
                bytes += length;
            }
            connection.flush();
            sent.add(count, connection.written(), clock.nanoTime());
            return count;
        } catch (final IOException e) {
            throw failure(e);
        }
    }

    private void send(final int length) throws IOException {
        if (settings.octetCounting()) {
            final byte[] count = (length + " ").getBytes(StandardCharsets.US_ASCII);
            connection.write(count, count.length);
            connection.write(encoder.bytes(), length);
        } else {
            connection.write(encoder.bytes(), length);
            connection.write(NEWLINE, NEWLINE.length);
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
            if (connection != null) {
                settle(nowNs);
            }
            renew();
            return sent.size();
        } catch (final IOException e) {
            throw failure(e);
        }
    }

    @Override
    public void reopen() throws IOException {
        if (settings.tls() != null) {
            settings.tls().load();
            renewing = connection != null;
        }
    }

    private void renew() {
        if (renewing && sent.size() == 0) {
            close();
        }
    }

    private void settle(final long nowNs) throws IOException {
        acknowledgements.look(nowNs);
        if (sent.settleUntil(nowNs - settings.windowNs())) {
            endedBefore = false;
        }
    }

    /**
     * Where the receiver has hung up, what is on its way is lost; an idle connection is closed without a word. A
     * receiver that does so each time may have ended only what it sends: then the connection stays, and what is sent
     * over it next breaks it or arrives.
     */
    private void lookAtPeer() throws IOException {
        if (connection == null || !connection.isEndedByPeer()) {
            return;
        }
        if (halfClosed) {
            if (connection.isBroken()) {
                throw new IOException("it closed the connection");
            }
        } else if (sent.size() == 0) {
            close();
        } else if (endedBefore && connection.unacknowledged() != TcpQueue.NOT_TOLD) {
            halfClosed = true;
            throw new HalfClosedException();
        } else {
            endedBefore = true;
            throw new IOException("it closed the connection");
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
        halfClosed = false;
        renewing = false;
    }

    private void connect() throws IOException {
        if (connection != null) {
            return;
        }
        final InetAddress[] addresses = InetAddress.getAllByName(settings.target().host());
        connection = SyslogConnection.open(
            new InetSocketAddress(addresses[failures % addresses.length], settings.target().port()),
            settings.target().host(), settings.tls(), settings.silenceNs());
        acknowledgements.begin(connection::written, connection::unacknowledged);
        lookedNs = clock.nanoTime();
    }

    private WriterException failure(final IOException e) {
        if (!(e instanceof HalfClosedException)) {
            if (connection != null) {
                connection.abort();
            }
            endedBefore &= !halfClosed;
            close();
        }
        sent.clear();
        failures = (failures + 1) & Integer.MAX_VALUE;
        final String what = e instanceof UnknownHostException ?
            " is unknown: the host's name does not resolve" : " does not get it: " + ErrorText.of(e);
        return WriterException.retryable(0, "syslog receiver " + settings.target() + what, e);
    }

    /** The receiver ended what it sends; the connection stays, for what is sent next to tell more. */
    private static final class HalfClosedException extends IOException {
        private static final long serialVersionUID = 1L;

        HalfClosedException() {
            super("it ended what it sends");
        }
    }
}
