package herald.engine;

import herald.io.Disk;
import herald.log.LogDescriptor;
import herald.log.LogReader;
import herald.stage.ProxyCounter;
import herald.writer.WriterAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * What a start finds gone of the dispatch log that retention did not release: all of it, its end, or segments at its
 * beginning. Says what of it the journal gives again, and tells each writer what it had not delivered. One thread at a
 * time: writers come while the proxy runs, too.
 */
final class LostDispatch {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);

    private final Disk disk;
    private final Path dispatchDir;
    private final CountersFile counters;
    private final boolean gone;
    private final long released;
    private final Set<String> told = new HashSet<>();
    private boolean ended;
    private boolean remade;
    /** Positions of the journal: up to where it was dispatched, is dispatched, and from where on it is kept. */
    private long dispatchedPosition;
    private long resumePosition;
    private long journalBegin;
    /** Where recovery appends what it makes again. */
    private long endPosition;
    private long oldest;
    private long oldestNs;

    /**
     * Looks before the logs are opened.
     *
     * @param disk     that holds them.
     * @param dataDir  of the proxy.
     * @param counters that say how far it was.
     */
    LostDispatch(final Disk disk, final Path dataDir, final CountersFile counters) {
        this.disk = disk;
        this.dispatchDir = DataDirectory.dispatch(dataDir);
        this.counters = counters;
        final List<Long> bases = LogReader.segmentBases(disk, dispatchDir);
        this.gone = bases.isEmpty();
        this.oldest = gone ? 0 : bases.get(0);
        // Counters that began again, or of an earlier Herald, do not say what was released.
        this.released = counters.releasedPosition(oldest);
    }

    /** Up to here nothing is missing that was not told before: a position of the dispatch log. */
    long released() {
        return released;
    }

    /** What is missing was put aside by this start, which makes it again. */
    void onRemade() {
        remade = true;
    }

    /**
     * The dispatch log is open, the journal is not.
     *
     * @param dataDir of the proxy.
     * @param resume  up to where the journal is dispatched.
     * @param end     of the dispatch log.
     */
    void onOpened(final Path dataDir, final long resume, final long end) {
        final List<Long> journal = LogReader.segmentBases(disk, DataDirectory.journal(dataDir));
        resumePosition = resume;
        endPosition = end;
        dispatchedPosition = counters.get(ProxyCounter.DISPATCHED_POSITION);
        journalBegin = journal.isEmpty() ? dispatchedPosition : journal.get(0);
        dispatchedPosition = gone ? Math.max(dispatchedPosition, journalBegin) : dispatchedPosition;
        ended = !remade && dispatchedPosition > resume;
    }

    /** Recovery has made again what the journal holds: says what that is, and what it is not. */
    void onRecovered() {
        final List<Long> bases = LogReader.segmentBases(disk, dispatchDir);
        final boolean began = !gone && !remade && released < oldest;
        oldest = bases.get(0);
        // Not 0, which says that nobody took note of it.
        counters.set(ProxyCounter.DISPATCH_RELEASED_POSITION,
            Math.max(oldest, LogDescriptor.SEGMENT_HEADER_LENGTH));
        if (began) {
            oldestNs = DispatchedEvents.of(disk, dispatchDir, oldest, Long.MAX_VALUE).fromNs();
            LOGGER.error("{}: segments are gone that were not released, of positions {} to {}: a writer that had " +
                "not delivered them is told what it lost; stop and put them back if you have them", dispatchDir,
                released, oldest);
        }
        if (ended) {
            counters.increment(ProxyCounter.DISPATCH_LOGS_GONE);
            final DispatchedEvents again = DispatchedEvents.of(disk, dispatchDir, endPosition, Long.MAX_VALUE);
            oldestNs = again.fromNs();
            final long begin = Math.max(journalBegin, resumePosition);
            LOGGER.error("{}: the dispatch log {}, and the journal had been dispatched up to position {}: {} " +
                "events{} are made again from the journal, from its position {} on; {}; stop and put the segments " +
                "back if you have them", dispatchDir,
                gone ? "is gone" : "ends at position " + resumePosition + " of the journal", dispatchedPosition,
                again.events(), span(again), begin, lost());
        }
    }

    private static String span(final DispatchedEvents events) {
        return events.events() == 0 ? "" : " of " + time(events.fromNs()) + " to " + time(events.toNs());
    }

    private static Instant time(final long timeNs) {
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(timeNs));
    }

    private boolean isLost() {
        return ended && journalBegin > resumePosition;
    }

    private String lost() {
        return !isLost() ? "nothing is lost, and writers get again what they had delivered of it" :
            "what was made from its positions " + resumePosition + " to " + journalBegin +
                (oldestNs == 0 ? "" : ", before " + time(oldestNs)) + ", is lost to each writer that had not " +
                "delivered it, and each of them is told";
    }

    /**
     * Tells a writer that came to its place what it lost. Not twice in a run.
     *
     * @param agent of it.
     * @param past  how far it was before; null where it is new.
     * @param logId of the dispatch log.
     */
    void tell(final WriterAgent agent, final WriterPast past, final UUID logId) {
        if (past == null || !told.add(agent.name())) {
            return;
        }
        if (isLost() && !hasDelivered(past)) {
            tell(agent, past, "the dispatch log " + (gone ? "was gone" : "had lost its end") + ", and the journal is " +
                "kept from position " + journalBegin + " on");
        } else if (logId.equals(past.logId()) && !remade && released < oldest &&
            Math.max(past.position(), LogDescriptor.SEGMENT_HEADER_LENGTH) < oldest) {
            tell(agent, past, "the segments of the dispatch log before position " + oldest + " were taken away");
        }
    }

    /** A place that is not in the journal any more is one of a journal before. */
    private boolean hasDelivered(final WriterPast past) {
        return past.journalPosition() >= journalBegin && past.journalPosition() <= dispatchedPosition;
    }

    private void tell(final WriterAgent agent, final WriterPast past, final String why) {
        final long ahead =
            DispatchedEvents.of(disk, dispatchDir, agent.deliveredPosition(), Long.MAX_VALUE).events();
        final long events = Math.max(1, counters.get(ProxyCounter.DISPATCHED) - past.done() - ahead);
        agent.overtaken().addLost(
            oldest, events, TimeUnit.MILLISECONDS.toNanos(past.journalTimeMs()), oldestNs, why);
    }
}
