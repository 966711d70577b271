package herald.writers.venice;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Forwards events to an events manager over Aeron: UDP, or IPC on one host. The manager acknowledges what it has stored
 * and forced; the bookmark stays before all else. A session that breaks, or in which nothing is acknowledged for long,
 * is ended, and the next one begins at the bookmark: the manager tells by event id and count what it has.
 */
final class VeniceWriter implements EventWriter {
    private static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long OFFER_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long FINISH_NS = TimeUnit.MILLISECONDS.toNanos(700);
    private static final long PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);

    /** A message on its way. */
    private record Sent(long sequence, int events, long position) {
    }

    private final String name;
    private final VeniceLink.Target target;
    private final NanoClock clock;
    private final EventsMessageEncoder encoder = new EventsMessageEncoder();
    private final ArrayDeque<Sent> sent = new ArrayDeque<>();
    private VeniceLink link;
    private int unsettled;
    private long sequence;
    private long heardNs;
    private UUID logId = new UUID(0, 0);
    /** Of the dispatch log: what is before it was acknowledged. */
    private long position;
    private long deadLetters;

    VeniceWriter(final String name, final VeniceLink.Target target, final NanoClock clock) {
        this.name = name;
        this.target = target;
        this.clock = clock;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void begin(final UUID ofLog, final long from) {
        logId = ofLog;
        position = from;
    }

    /** The session that is there stays; the next one begins with the new key. */
    @Override
    public void reopen() throws IOException {
        try {
            if (target.key() != null) {
                target.key().readAgain();
            }
        } catch (final IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        try {
            connect();
            int done = 0;
            while (index + done < batch.size()) {
                final int events = encoder.encode(link.sessionId(), sequence + 1, batch, index + done);
                if (!offer()) {
                    break;
                }
                sequence++;
                if (sent.isEmpty()) {
                    heardNs = clock.nanoTime();
                }
                sent.addLast(new Sent(sequence, events, encoder.position()));
                unsettled += events;
                done += events;
            }
            if (done == 0 && sent.isEmpty()) {
                throw new VeniceException("takes no message");
            }
            return done;
        } catch (final VeniceException e) {
            throw failure(e);
        }
    }

    private boolean offer() throws VeniceException {
        final long deadlineNs = clock.nanoTime() + OFFER_NS;
        link.prepare(encoder.message(), encoder.length());
        while (!link.offer()) {
            if (clock.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            link.step();
            LockSupport.parkNanos(PARK_NS);
        }
        return true;
    }

    /** A node that has nothing to send asks all the same whether the manager still has what it got. */
    @Override
    public int unsettled() throws WriterException {
        try {
            connect();
            link.step();
            settle();
            if (!sent.isEmpty() && clock.nanoTime() - heardNs >= SILENCE_NS) {
                throw new VeniceException("acknowledged nothing for " + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NS) +
                    " s");
            }
            return unsettled;
        } catch (final VeniceException e) {
            if (sent.isEmpty()) {
                close();
                return 0;
            }
            throw failure(e);
        }
    }

    @Override
    public long deadLetters() {
        return deadLetters + (link == null ? 0 : link.deadLetters());
    }

    private void settle() {
        while (!sent.isEmpty() && sent.peekFirst().sequence() <= link.acknowledged()) {
            final Sent settled = sent.removeFirst();
            unsettled -= settled.events();
            position = settled.position();
            heardNs = clock.nanoTime();
        }
    }

    @Override
    public int finish() {
        final long deadlineNs = clock.nanoTime() + FINISH_NS;
        try {
            while (link != null && !sent.isEmpty() && clock.nanoTime() - deadlineNs < 0) {
                link.step();
                settle();
                LockSupport.parkNanos(PARK_NS);
            }
        } catch (final VeniceException e) {
            return unsettled;
        }
        return unsettled;
    }

    private void connect() throws VeniceException, WriterException {
        if (link == null) {
            sequence = 0;
            link = VeniceLink.connect(target, new VeniceLink.Sender(name, logId, position), clock);
            if (link.known() != VeniceLink.UNKNOWN && link.known() < position) {
                final long acknowledged = position;
                position = link.known();
                throw WriterException.wayBack(position, "events manager " + target + " has nothing of what it " +
                    "acknowledged from there to " + acknowledged + ", it was restored or is another one");
            }
        }
    }

    private WriterException failure(final VeniceException e) {
        close();
        sent.clear();
        unsettled = 0;
        return WriterException.retryable(0, "events manager " + target + ' ' + e.getMessage(), e);
    }

    @Override
    public void close() {
        if (link != null) {
            deadLetters += link.deadLetters();
            link.close();
            link = null;
        }
    }
}
