package herald.writer;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.event.EventFilter;
import herald.io.Disk;
import herald.link.CounterId;
import herald.log.LogDamage;
import herald.log.LogDescriptor;
import herald.stage.ProxyCounter;
import org.agrona.CloseHelper;
import org.agrona.concurrent.Agent;
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
 * tried again with growing waits, for ever, or goes to the dead letters; no other writer notices.
 */
public final class WriterAgent implements Agent {
    /**
     * What the agents of a proxy share.
     *
     * @param disk           that holds the log.
     * @param dispatchDir    of the log's segments.
     * @param logId          of the log.
     * @param endPosition    of the log when the proxy started.
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
        long endPosition,
        Path bookmarkDir,
        Path deadLetterDir,
        boolean forceBookmarks,
        NanoClock nanoClock,
        EpochNanoClock wallClock,
        RandomGenerator random,
        CounterId.Sink counters) {
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);
    private static final long MIN_BACKOFF_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long MAX_BACKOFF_NS = TimeUnit.SECONDS.toNanos(30);

    private final Context context;
    private final EventWriter writer;
    private final EventFilter filter;
    private final Bookmark bookmark;
    private final DeadLetters deadLetters;
    private DispatchReader reader;
    private EventBatch batch;
    private int index;
    private long backoffNs = MIN_BACKOFF_NS;
    private long retryNs;
    private volatile boolean failing;
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
        this.filter = filter;
        this.deadLetters = new DeadLetters(
            context.disk(), context.deadLetterDir().resolve(writer.name() + ".txt"), context.wallClock());
        this.bookmark = Bookmark.open(
            context.disk(), context.bookmarkDir().resolve(writer.name() + Bookmark.SUFFIX), true);
        final long from = startPosition(startsAtOldest);
        this.deliveredPosition = from;
        this.reader = openReader(from);
    }

    private DispatchReader openReader(final long from) {
        return new DispatchReader(context.disk(), context.dispatchDir(), from, this::onLost);
    }

    private long startPosition(final boolean startsAtOldest) throws IOException {
        switch (bookmark.state()) {
            case NEW -> {
                final long from = startsAtOldest ? 0 : context.endPosition();
                bookmark.move(context.logId(), from, 0);
                bookmark.force();
                return from;
            }
            case DAMAGED -> {
                context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
                LOGGER.error("the bookmark of writer {} is damaged: it delivers again from the oldest event kept",
                    writer.name());
                return 0;
            }
            default -> {
                if (bookmark.logId().equals(context.logId())) {
                    // Where nothing was delivered yet, what was released since is lost too: 0 would pass it over.
                    return Math.max(bookmark.position(), LogDescriptor.SEGMENT_HEADER_LENGTH);
                }
                context.counters().increment(ProxyCounter.BOOKMARKS_DAMAGED);
                LOGGER.error("the bookmark of writer {} is of dispatch log {}, this one is {}: it delivers again " +
                    "from the oldest event kept", writer.name(), bookmark.logId(), context.logId());
                bookmark.move(context.logId(), 0, 0);
                return 0;
            }
        }
    }

    private void onLost(final LogDamage damage) {
        context.counters().add(ProxyCounter.WRITER_LOST_BYTES, damage.toPosition() - damage.fromPosition());
        LOGGER.error("writer {} lost {}", writer.name(), damage);
    }

    @Override
    public int doWork() {
        if (failing && context.nanoClock().nanoTime() - retryNs < 0) {
            return 0;
        }
        try {
            if (batch == null && !nextBatch()) {
                return 0;
            }
            if (index < batch.size()) {
                final int done = writer.write(batch, index);
                writer.flush();
                delivered(done);
            } else {
                leaveBatch();
            }
            onSuccess();
            return 1;
        } catch (final WriterException e) {
            onWriterException(e);
        } catch (final IOException | RuntimeException e) {
            if (batch == null) {
                reader.close();
                reader = openReader(deliveredPosition);
            }
            backOff(e.toString());
        }
        return 1;
    }

    private boolean nextBatch() {
        final EventBatch next = reader.next();
        if (next == null) {
            return false;
        }
        final int hidden = next.retain(filter);
        if (hidden > 0) {
            context.counters().add(ProxyCounter.FILTERED, hidden);
        }
        final boolean resumed = bookmark.state() == Bookmark.State.PLACED && bookmark.position() == next.position();
        index = resumed ? next.indexOf(bookmark.index()) : 0;
        batch = next;
        return true;
    }

    private void delivered(final int done) throws IOException {
        if (done < 1 || done > batch.size() - index) {
            throw new IllegalStateException("writer " + writer.name() + " claims to have delivered " + done + " of " +
                (batch.size() - index) + " events");
        }
        index += done;
        context.counters().add(ProxyCounter.DELIVERED, done);
        if (index < batch.size()) {
            moveBookmark(batch.position(), batch.placeOf(index));
        } else {
            leaveBatch();
        }
    }

    private void leaveBatch() throws IOException {
        moveBookmark(batch.nextPosition(), 0);
        batch = null;
    }

    private void moveBookmark(final long position, final int place) throws IOException {
        bookmark.move(context.logId(), position, place);
        if (context.forceBookmarks()) {
            bookmark.force();
        }
        deliveredPosition = position;
    }

    private void onWriterException(final WriterException e) {
        try {
            if (e.done() > 0) {
                writer.flush();
                delivered(e.done());
            }
            if (e.retryable()) {
                backOff(e.getMessage());
            } else if (batch != null) {
                putAside(e);
                onSuccess();
            }
        } catch (final WriterException | IOException | RuntimeException again) {
            backOff(again.toString());
        }
    }

    private void putAside(final WriterException e) throws IOException {
        deadLetters.put(batch.event(index), batch.position(), batch.placeOf(index), e.getMessage());
        context.counters().increment(ProxyCounter.DEAD_LETTERS);
        LOGGER.warn("writer {} will never take event {}: {}", writer.name(), batch.event(index).id(),
            DeadLetters.printable(e.getMessage()));
        index++;
        if (index < batch.size()) {
            moveBookmark(batch.position(), batch.placeOf(index));
        } else {
            leaveBatch();
        }
    }

    private void backOff(final String reason) {
        context.counters().increment(ProxyCounter.DELIVERY_RETRIES);
        if (!failing) {
            LOGGER.warn("writer {} does not get through, it tries again: {}", writer.name(),
                DeadLetters.printable(reason));
        }
        failing = true;
        retryNs = context.nanoClock().nanoTime() + backoffNs / 2 + context.random().nextLong(backoffNs / 2 + 1);
        backoffNs = Math.min(backoffNs * 2, MAX_BACKOFF_NS);
    }

    private void onSuccess() {
        if (failing) {
            LOGGER.info("writer {} gets through again", writer.name());
            failing = false;
            backoffNs = MIN_BACKOFF_NS;
        }
    }

    /**
     * The log is delivered up to here. Any thread.
     *
     * @return a position of the dispatch log.
     */
    public long deliveredPosition() {
        return deliveredPosition;
    }

    /**
     * Whether deliveries fail at the moment. Any thread.
     *
     * @return true while it waits to try again.
     */
    public boolean isFailing() {
        return failing;
    }

    @Override
    public void onClose() {
        CloseHelper.quietCloseAll(reader, writer, bookmark);
    }

    @Override
    public String roleName() {
        return "herald-writer-" + writer.name();
    }
}
