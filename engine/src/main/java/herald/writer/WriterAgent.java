package herald.writer;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.event.EventFilter;
import herald.io.Disk;
import herald.link.CounterId;
import herald.stage.DispatchMark;
import herald.stage.ProxyCounter;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Drains the dispatch log into one writer, from its bookmark on: filter, deliver, then move the bookmark. What fails is
 * tried again with growing waits, for ever, or goes to the dead letters; no other writer notices. Where a writer takes
 * events that may still be lost, the bookmark stays before them, and after a failure the agent reads them again.
 *
 * <p>A writer is code that this class does not trust: whatever it throws, returns or leaves behind in the thread is a
 * failed delivery, and one that never comes back can be left behind ({@link #abandon}).
 */
public final class WriterAgent implements Agent {
    /**
     * What the agents of a proxy share.
     *
     * @param disk           that holds the log.
     * @param dispatchDir    of the log's segments.
     * @param logId          of the log.
     * @param begin          where a new writer begins that does not start at the oldest event.
     * @param bookmarkDir    of bookmarks.
     * @param deadLetterDir  of dead letters.
     * @param forceBookmarks whether a bookmark is forced to the device when it moves.
     * @param nanoClock      of waits.
     * @param wallClock      of dead letters.
     * @param random         of jitter.
     * @param counters       told what happens.
     */
    public record Context(
        Disk disk,
        Path dispatchDir,
        UUID logId,
        DispatchMark begin,
        Path bookmarkDir,
        Path deadLetterDir,
        boolean forceBookmarks,
        NanoClock nanoClock,
        EpochNanoClock wallClock,
        RandomGenerator random,
        CounterId.Sink counters) {
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);
    private static final long LONGEST_CALL_NS = TimeUnit.SECONDS.toNanos(30);

    private final Context context;
    private final EventWriter writer;
    private final String name;
    private final EventFilter filter;
    private final Bookmark bookmark;
    private final WriterStatus status;
    private final WriterHealth health;
    private final DeadLetters deadLetters;
    private final DeadLettersThere lettersThere;
    private final OvertakenEvents overtaken;
    private final LostBytes lost;
    private final DeliveredJournal journal;
    private final StartingPlace startingPlace;
    private final Reopening reopening = new Reopening();
    private final UnsettledEvents unsettled = new UnsettledEvents();
    private DispatchReader reader;
    private EventBatch batch;
    private int index;
    private int takenPlace;
    private int deliveredPlace;
    private long filteredPosition;
    private boolean abandoned;
    private volatile boolean begun;
    private volatile boolean calling;
    private volatile long callNs;
    private volatile long takenPosition;
    private volatile long deliveredPosition;

    /**
     * An agent that starts at the writer's bookmark.
     *
     * @param context        what the agents of a proxy share.
     * @param writer         to deliver to; closed with the agent.
     * @param filter         that events must pass.
     * @param startsAtOldest where the writer starts if it is new: at the oldest event kept, or at what comes next.
     * @throws IOException where the bookmark can't be opened.
     */
    public WriterAgent(
        final Context context, final EventWriter writer, final EventFilter filter, final boolean startsAtOldest)
        throws IOException {
        this.context = context;
        this.writer = writer;
        this.name = writer.name();
        this.filter = filter;
        this.deadLetters = new DeadLetters(
            context.disk(), context.deadLetterDir().resolve(name + ".txt"), context.wallClock());
        this.bookmark = Bookmark.open(context.disk(), context.bookmarkDir().resolve(name + Bookmark.SUFFIX), true);
        this.status = WriterStatus.open(context.disk(), context.bookmarkDir().resolve(name + WriterStatus.SUFFIX));
        this.lettersThere = new DeadLettersThere(status, context.counters());
        this.overtaken = new OvertakenEvents(name, status, context.counters());
        this.lost = new LostBytes(name, status, context.counters(), overtaken);
        this.journal = new DeliveredJournal(status);
        this.health = new WriterHealth(context, name, status);
        status.set(WriterStatus.Field.CALL_SINCE_MS, 0);
        this.startingPlace = new StartingPlace(bookmark, context, name, startsAtOldest, journal);
        if (place()) {
            begin(startingPlace.position());
        } else {
            deliveredPosition = Long.MAX_VALUE;
        }
    }

    private void begin(final long from) {
        this.deliveredPosition = from;
        this.deliveredPlace = bookmark.state() == Bookmark.State.PLACED && bookmark.position() == from ?
            bookmark.index() : 0;
        this.takenPosition = deliveredPosition;
        this.takenPlace = deliveredPlace;
        this.reader = openReader(from);
        writer.begin(context.logId(), from);
        this.begun = true;
    }

    private DispatchReader openReader(final long from) {
        return new DispatchReader(context.disk(), context.dispatchDir(), from, lost::onDamage);
    }

    /** Whether it has a place in the log: a new writer waits until what was before it is dispatched. Any thread. */
    public boolean hasBegun() {
        return begun;
    }

    /**
     * Gives a new writer its place, once what was journaled before it came is dispatched. In a crash before that it is
     * new again, and does not get what was journaled meanwhile. Any thread.
     *
     * @return whether it has a place.
     * @throws IOException where the place can't be written.
     */
    public boolean place() throws IOException {
        return startingPlace.write();
    }

    private boolean isAhead() {
        if (!begun) {
            try {
                if (place()) {
                    begin(startingPlace.position());
                }
            } catch (final IOException e) {
                health.onFailure(e.toString());
            }
        }
        return !begun;
    }

    @Override
    public int doWork() {
        if (health.isWaiting() || isAhead()) {
            return 0;
        }
        reopening.serve(writer);
        final boolean interrupted = Thread.currentThread().isInterrupted();
        final boolean read = readBatch();
        final boolean worked = callWriter();
        if (!interrupted && Thread.interrupted()) {
            LOGGER.warn("writer {} left its thread interrupted", name);
        }
        return read || worked ? 1 : 0;
    }

    /** Has the writer open its files anew, before it is given anything else. Any thread. */
    public void requestReopen() {
        reopening.request();
    }

    /** No lock is held while the writer is called. */
    private boolean callWriter() {
        int done = 0;
        int left = 0;
        Throwable failure = null;
        try {
            if (batch != null) {
                beginCall();
                done = writer.write(batch, index);
            }
        } catch (final WriterException e) {
            done = e.done();
            failure = e;
        } catch (final Throwable e) {
            failure = e;
        }
        try {
            if (done > 0) {
                writer.flush();
            }
            if (!isRetryable(failure)) {
                left = writer.unsettled();
                lettersThere.count(writer.deadLetters());
                health.hindered(writer.hindrance());
            }
        } catch (final Throwable e) {
            done = 0;
            failure = e instanceof final WriterException known && known.isWayBack() ? e :
                WriterException.retryable(0, e instanceof WriterException ? e.getMessage() : e.toString(), e);
        }
        endCall();
        return conclude(done, left, failure);
    }

    private synchronized void beginCall() {
        requireOwned();
        callNs = context.nanoClock().nanoTime();
        calling = true;
        status.set(WriterStatus.Field.CALL_SINCE_MS, wallMs());
    }

    private synchronized void endCall() {
        requireOwned();
        if (calling) {
            calling = false;
            status.set(WriterStatus.Field.CALL_SINCE_MS, 0);
        }
    }

    private long wallMs() {
        return TimeUnit.NANOSECONDS.toMillis(context.wallClock().nanoTime());
    }

    private static boolean isRetryable(final Throwable failure) {
        return failure instanceof final WriterException e ? e.retryable() : failure != null;
    }

    /** What follows from a call of the writer, which took some events and may still lose those that are left. */
    private synchronized boolean conclude(final int done, final int left, final Throwable failure) {
        requireOwned();
        try {
            if (failure instanceof final WriterException e && e.isWayBack()) {
                goBack(e);
                return true;
            }
            if (isRetryable(failure)) {
                onFailure(done);
                health.onFailure(failure instanceof WriterException ? failure.getMessage() : failure.toString());
                return true;
            }
            if (done == 0 && failure == null && batch != null && left == 0) {
                throw nonsense(0);
            }
            take(done);
            final int settled = settle(left);
            if (failure != null && batch != null) {
                putAside((WriterException)failure);
            }
            if (settled > 0 || failure != null) {
                health.onSuccess();
            }
            return done > 0 || settled > 0 || failure != null;
        } catch (final IOException | RuntimeException e) {
            health.onFailure(e.toString());
            return true;
        }
    }

    /** Nothing that was unsettled has arrived for certain: it is read again. */
    private void onFailure(final int done) throws IOException {
        if (unsettled.size() == 0) {
            take(done);
            settle(0);
        } else {
            unsettled.clear();
            takenPosition = deliveredPosition;
            takenPlace = deliveredPlace;
            reopenReader();
        }
    }

    /** What a destination has lost is delivered again, as far as it is kept. */
    private void goBack(final WriterException e) throws IOException {
        final long position = Math.max(0, Math.min(e.position(), deliveredPosition));
        LOGGER.warn("writer {} goes back from {} to {} of the dispatch log: {}", name, deliveredPosition, position,
            DeadLetters.printable(e.getMessage()));
        context.counters().increment(ProxyCounter.WAYS_BACK);
        unsettled.clear();
        moveBookmark(position, 0);
        takenPosition = position;
        takenPlace = 0;
        reopenReader();
    }

    private void reopenReader() {
        batch = null;
        reader.close();
        reader = openReader(takenPosition);
    }

    /** Makes sure that there is an event to write, if the log has one. */
    private synchronized boolean readBatch() {
        requireOwned();
        if (batch != null) {
            return false;
        }
        try {
            final EventBatch next = reader.next();
            if (next == null) {
                return false;
            }
            journal.onBatch(next);
            countHidden(next, next.retain(filter));
            final int first = takenPosition == next.position() ? next.indexOf(takenPlace) : 0;
            batch = next;
            index = first;
            if (first == batch.size()) {
                passTo(first);
            }
            return true;
        } catch (final IOException | RuntimeException e) {
            reopenReader();
            health.onFailure(e.toString());
            return false;
        }
    }

    private void countHidden(final EventBatch next, final int hidden) {
        if (hidden > 0 && next.position() >= filteredPosition) {
            context.counters().add(ProxyCounter.FILTERED, hidden);
            status.add(WriterStatus.Field.FILTERED, hidden);
        }
        filteredPosition = Math.max(filteredPosition, next.nextPosition());
    }

    private IllegalStateException nonsense(final int done) {
        return new IllegalStateException("writer " + name + " claims to have delivered " + done + " of " +
            (batch == null ? 0 : batch.size() - index) + " events");
    }

    private void take(final int done) {
        if (done < 0 || done > (batch == null ? 0 : batch.size() - index)) {
            throw nonsense(done);
        }
        for (int i = 0; i < done; i++) {
            goTo(index + 1);
            unsettled.add(takenPosition, takenPlace);
        }
    }

    /** The bookmark moves before what was left. */
    private int settle(final int left) throws IOException {
        final int settled = unsettled.size() - left;
        if (left < 0 || settled < 0) {
            throw new IllegalStateException("writer " + name + " calls " + left + " events unsettled, and took " +
                unsettled.size());
        }
        if (settled > 0) {
            moveBookmark(unsettled.positionAfter(settled - 1), unsettled.placeAfter(settled - 1));
            unsettled.settle(settled);
            context.counters().add(ProxyCounter.DELIVERED, settled);
            status.add(WriterStatus.Field.DELIVERED, settled);
        }
        return settled;
    }

    /** Leaves events behind that the writer is not to get. */
    private void passTo(final int next) throws IOException {
        goTo(next);
        if (unsettled.size() == 0) {
            moveBookmark(takenPosition, takenPlace);
        } else {
            unsettled.extendTo(takenPosition, takenPlace);
        }
    }

    private void goTo(final int next) {
        index = next;
        if (index < batch.size()) {
            takenPosition = batch.position();
            takenPlace = batch.placeOf(index);
        } else {
            takenPosition = batch.nextPosition();
            takenPlace = 0;
            batch = null;
        }
    }

    private void moveBookmark(final long position, final int place) throws IOException {
        bookmark.move(context.logId(), position, place);
        if (context.forceBookmarks()) {
            bookmark.force();
        }
        journal.onMoved(position);
        deliveredPosition = position;
        deliveredPlace = place;
    }

    private void putAside(final WriterException e) throws IOException {
        deadLetters.put(batch.event(index), batch.position(), batch.placeOf(index), e.getMessage());
        context.counters().increment(ProxyCounter.DEAD_LETTERS);
        status.add(WriterStatus.Field.DEAD_LETTERS, 1);
        LOGGER.warn("writer {} will never take event {}: {}", name, batch.event(index).id(),
            DeadLetters.printable(e.getMessage()));
        passTo(index + 1);
    }

    /** The writer that it delivers to; the agent's thread alone may have it deliver. */
    public EventWriter writer() {
        return writer;
    }

    /** The writer's name. Any thread. */
    public String name() {
        return name;
    }

    /** Position of the dispatch log up to which the writer took it; some of that may be unsettled. Any thread. */
    public long takenPosition() {
        return takenPosition;
    }

    /** Position of the dispatch log up to which it is delivered. Any thread. */
    public long deliveredPosition() {
        return deliveredPosition;
    }

    /** What was gone before it was delivered. Any thread. */
    public OvertakenEvents overtaken() {
        return overtaken;
    }

    /**
     * Whether deliveries fail at the moment. Any thread.
     *
     * @return true while it waits to try again, and while the writer has not come back from a call for 30 s.
     */
    public boolean isFailing() {
        return health.isFailing() || (calling && context.nanoClock().nanoTime() - callNs >= LONGEST_CALL_NS);
    }

    /** What the writer is kept from though it delivers; null where it is kept from nothing. Any thread. */
    public String hindrance() {
        return health.hindrance();
    }

    /**
     * Leaves the writer behind, which does not come back from a call: should it do so yet, its bookmark does not move
     * any more and nothing that the proxy shares is touched. Any thread but the agent's.
     */
    public synchronized void abandon() {
        abandoned = true;
    }

    private void requireOwned() {
        if (abandoned) {
            throw new AgentTerminationException("writer " + name + " was left behind");
        }
    }

    @Override
    public void onClose() {
        if (unsettled.size() > 0) {
            finish();
        }
        overtaken.close();
        startingPlace.close();
        CloseHelper.quietCloseAll(reader, bookmark, status);
        try {
            writer.close();
        } catch (final Throwable e) {
            LOGGER.warn("writer {} does not close: {}", name, e.toString());
        }
    }

    private void finish() {
        try {
            conclude(0, writer.finish(), null);
        } catch (final Throwable e) {
            LOGGER.warn("writer {} may get its last {} events again: {}", name, unsettled.size(), e.toString());
        }
    }

    @Override
    public String roleName() {
        return "herald-writer-" + name;
    }
}
