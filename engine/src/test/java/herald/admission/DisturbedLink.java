package herald.admission;

import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A network between a recorder and its proxy that takes its time, changes a byte in some datagrams and brings others
 * twice. A thread of its own passes everything on.
 */
public final class DisturbedLink implements AutoCloseable {
    /** A datagram on its way. */
    private static final class Delayed {
        private final byte[] bytes;
        private final long dueNs;

        Delayed(final byte[] bytes, final long dueNs) {
            this.bytes = bytes;
            this.dueNs = dueNs;
        }
    }

    private static final int PERCENT = 100;

    private final DatagramChannel front;
    private final DatagramChannel back;
    private final ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
    private final Deque<Delayed> underway = new ArrayDeque<>();
    private final Random random = new Random(4711);
    private final Thread thread = new Thread(this::run, "disturbed-link");
    private final long delayNs;
    private final int changedPercent;
    private final int replayedPercent;
    private SocketAddress recorder;
    private byte[] former = new byte[0];
    private final AtomicLong changed = new AtomicLong();
    private final AtomicLong replayed = new AtomicLong();
    private volatile boolean closed;

    /** All of the delay is on the way to the proxy, as long as both ways together. */
    public DisturbedLink(
        final int proxyPort, final long delayMs, final int changedPercent, final int replayedPercent) {
        this.delayNs = TimeUnit.MILLISECONDS.toNanos(delayMs);
        this.changedPercent = changedPercent;
        this.replayedPercent = replayedPercent;
        try {
            front = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            front.configureBlocking(false);
            back = DatagramChannel.open().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxyPort));
            back.configureBlocking(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        thread.start();
    }

    public int port() {
        return front.socket().getLocalPort();
    }

    public long changed() {
        return changed.get();
    }

    public long replayed() {
        return replayed.get();
    }

    private void run() {
        while (!closed) {
            try {
                if (!step()) {
                    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
                }
            } catch (final PortUnreachableException e) {
                // The proxy is away at the moment.
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private boolean step() throws IOException {
        boolean worked = false;
        for (SocketAddress from = receive(); from != null; from = receive()) {
            recorder = from;
            underway.add(new Delayed(bytes(), System.nanoTime() + delayNs));
            worked = true;
        }
        while (!underway.isEmpty() && System.nanoTime() - underway.peek().dueNs >= 0) {
            pass(underway.poll().bytes);
            worked = true;
        }
        buffer.clear();
        while (recorder != null && back.read(buffer) > 0) {
            front.send(buffer.flip(), recorder);
            buffer.clear();
            worked = true;
        }
        return worked;
    }

    private SocketAddress receive() throws IOException {
        buffer.clear();
        final SocketAddress from = front.receive(buffer);
        buffer.flip();
        return from;
    }

    private byte[] bytes() {
        final byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private void pass(final byte[] bytes) throws IOException {
        final byte[] sent = bytes.clone();
        if (random.nextInt(PERCENT) < changedPercent) {
            sent[random.nextInt(sent.length)] ^= (byte)(1 << random.nextInt(Byte.SIZE));
            changed.incrementAndGet();
        }
        back.write(ByteBuffer.wrap(sent));
        if (former.length > 0 && random.nextInt(PERCENT) < replayedPercent) {
            back.write(ByteBuffer.wrap(former));
            replayed.incrementAndGet();
        }
        former = random.nextBoolean() ? bytes : former;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TimeUnit.MINUTES.toMillis(1));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        CloseHelper.closeAll(front, back);
    }
}
