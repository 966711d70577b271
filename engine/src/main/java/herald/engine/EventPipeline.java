package herald.engine;

import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.YieldingWaitStrategy;
import herald.dedup.DedupHandler;
import herald.dispatch.BatchHandler;
import herald.journal.JournalHandler;
import herald.link.CounterId;
import herald.receiver.EventIngress;
import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import herald.stage.DispatchMark;
import herald.stage.EventSlot;
import herald.stage.ProxyStart;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

import java.util.List;

/**
 * The ring and its three stages in sequence.
 *
 * <pre>
 *   receiver ──► ring ──► journal ──► dedup ──► batch ──► dispatch log
 *      ▲                  append,     new, or   last-touch
 *      │                  CRC, group  count + 1 order, per
 *      └─── durable ───── commit                interval
 * </pre>
 *
 * <p>One thread produces: the receiver's. It never waits for a place ({@code tryNext}), so that a full ring turns into
 * Aeron's back pressure.
 */
public final class EventPipeline implements EventIngress, AutoCloseable {
    /**
     * What a pipeline is made of.
     *
     * @param ringLength      slots, a power of two.
     * @param arenaLength     bytes for the events in them, a power of two.
     * @param turnLimit       slots that a stage takes at once.
     * @param clock           that stamps events.
     * @param nanoClock       of retries.
     * @param counters        told what happens.
     * @param failureListener told when a stage can't go on.
     */
    record Context(
        int ringLength,
        int arenaLength,
        int turnLimit,
        JournalClock clock,
        NanoClock nanoClock,
        CounterId.Sink counters,
        StageAgent.FailureListener failureListener) {
    }

    private final RingBuffer<EventSlot> ring;
    private final EventArena arena;
    private final JournalClock clock;
    private final JournalHandler journalHandler;
    private final BatchHandler batchHandler;
    private final StageAgent journal;
    private final StageAgent dedup;
    private final StageAgent batch;
    private long lastPublishedNs;
    private long lastWallNs;
    private boolean stamped;

    EventPipeline(
        final Context context,
        final JournalHandler journalHandler,
        final DedupHandler dedupHandler,
        final BatchHandler batchHandler) {
        this.clock = context.clock();
        this.journalHandler = journalHandler;
        this.batchHandler = batchHandler;
        // Stages poll the barriers' cursors and never wait on them: the wait strategy is not used.
        ring = RingBuffer.createSingleProducer(EventSlot::new, context.ringLength(), new YieldingWaitStrategy());
        arena = new EventArena(context.arenaLength(), ring);
        journal = new StageAgent("herald-journal", ring, ring.newBarrier(), journalHandler, context);
        dedup = new StageAgent("herald-dedup", ring, ring.newBarrier(journal.sequence()), dedupHandler, context);
        batch = new StageAgent("herald-batch", ring, ring.newBarrier(dedup.sequence()), batchHandler, context);
        ring.addGatingSequences(batch.sequence());
    }

    @Override
    public boolean onEvent(
        final RecorderState recorder,
        final long sequence,
        final DirectBuffer buffer,
        final int offset,
        final int length) {
        if (!ring.hasAvailableCapacity(1)) {
            return false;
        }
        final long place = ring.getCursor() + 1;
        final EventSlot slot = ring.get(place);
        if (!arena.put(slot, buffer, offset, length)) {
            return false;
        }
        publish(stamp(slot, EventSlot.Kind.EVENT).event(recorder, sequence));
        return true;
    }

    @Override
    public boolean onVoid(
        final RecorderState recorder, final long fromSequence, final long toSequence, final VoidCause cause) {
        if (!ring.hasAvailableCapacity(1)) {
            return false;
        }
        publish(stamp(nextSlot(), EventSlot.Kind.VOID).voided(recorder, fromSequence, toSequence, cause));
        return true;
    }

    /** Once its stages have ended. */
    @Override
    public void close() {
        arena.close();
    }

    @Override
    public long journaledPosition() {
        return journalHandler.position();
    }

    /**
     * Publishes the record that a proxy starts, before any event.
     *
     * @param start what applies from here on.
     * @param mark  reached by the batch stage with it; null where nobody asks.
     * @return false where there is no room.
     */
    boolean onStart(final ProxyStart start, final DispatchMark mark) {
        if (!ring.hasAvailableCapacity(1)) {
            return false;
        }
        publish(stamp(nextSlot(), EventSlot.Kind.START).start(start).mark(mark));
        return true;
    }

    /**
     * Goes to the wall clock where that is wanted, at a start record: time may go back there.
     *
     * @param start what applies, now as before.
     * @return work done.
     */
    int anchorClock(final ProxyStart start) {
        if (!clock.isAnchorWanted() || !ring.hasAvailableCapacity(1)) {
            return 0;
        }
        clock.anchor();
        beginTurn();
        publish(stamp(nextSlot(), EventSlot.Kind.START).start(start));
        return 1;
    }

    /**
     * Publishes the record that the proxy is stopped in order, after the last event.
     *
     * @return false where there is no room.
     */
    boolean onShutdown() {
        if (!ring.hasAvailableCapacity(1)) {
            return false;
        }
        publish(stamp(nextSlot(), EventSlot.Kind.SHUTDOWN));
        return true;
    }

    /**
     * Publishes a tick where a batch is open past its end and no event came to close it. Producer's thread.
     *
     * @return work done.
     */
    int tick() {
        final long openUntilNs = batchHandler.openUntilNs();
        if (openUntilNs == BatchHandler.NOTHING_OPEN || lastPublishedNs >= openUntilNs) {
            return 0;
        }
        if (clock.nowNs() < openUntilNs || !ring.hasAvailableCapacity(1)) {
            return 0;
        }
        beginTurn();
        publish(stamp(nextSlot(), EventSlot.Kind.TICK));
        return 1;
    }

    private EventSlot nextSlot() {
        return ring.get(ring.getCursor() + 1);
    }

    /**
     * Begins a turn of the producer: what it publishes up to the next one has one time, that of the turn's first event,
     * so that the clocks are read once and not for each event.
     */
    void beginTurn() {
        stamped = false;
    }

    private EventSlot stamp(final EventSlot slot, final EventSlot.Kind kind) {
        if (!stamped) {
            stamped = true;
            lastPublishedNs = clock.nowNs();
            lastWallNs = clock.wallNs();
        }
        return slot.reset(kind, lastPublishedNs, lastWallNs);
    }

    /** The slot was filled in place; the claim is certain to succeed, since this thread alone produces. */
    private void publish(final EventSlot slot) {
        slot.arenaEnd(arena.tail());
        final long place = ring.next();
        ring.publish(place);
    }

    /**
     * The stages in order, each to be run by one thread at a time.
     *
     * @return journal, dedup, batch.
     */
    List<Agent> stages() {
        return List.of(journal, dedup, batch);
    }

    /**
     * The first stage.
     *
     * @return one of {@link #stages()}.
     */
    Agent journal() {
        return journal;
    }

    /**
     * Where the last slot was published. Producer's thread.
     *
     * @return the ring's sequence of it.
     */
    long lastPlace() {
        return ring.getCursor();
    }

    /**
     * Whether a slot has gone through the journal, with what its durability asks for. Any thread.
     *
     * @param place of the slot.
     * @return true once it has.
     */
    boolean isJournaled(final long place) {
        return journal.sequence().get() >= place;
    }

    /**
     * Whether everything that was published has gone through all stages. Any thread.
     *
     * @return true where the ring is empty.
     */
    boolean isDrained() {
        return batch.sequence().get() == ring.getCursor();
    }

    /**
     * Whether a stage can't go on. Any thread.
     *
     * @return true where the proxy has to stop.
     */
    boolean hasFailed() {
        return journal.hasFailed() || dedup.hasFailed() || batch.hasFailed();
    }
}
