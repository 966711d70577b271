package herald.verify;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.Disk;
import herald.journal.JournalReader;
import herald.log.LogDamage;
import herald.log.SegmentInspection;
import org.agrona.BitUtil;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads a dispatch log from its oldest batch and compares each with what the model makes of the journal, in whole. Both
 * are read side by side, the dispatch log first: what it holds is in the journal already, also while a proxy runs.
 *
 * <p>Where the beginning of either is gone, and behind damage, the model starts again behind the first batch for which
 * both are kept over a whole dedup interval before it: earlier batches then say which windows were open.
 *
 * <p>A range without a segment is damage, except where no batch is missing in it: a log goes on past what a bookmark
 * has seen of it when its end had to be made again.
 */
final class DispatchCheck implements AutoCloseable {
    private static final long UNKNOWN = Long.MIN_VALUE;
    private static final String NOT_JOURNALED = "dispatched, not journaled";

    private final LogCheck log;
    private final LogCheck journalLog;
    private final Consumer<EventBatch> onBatch;
    private final JournalCursor journal;
    private final List<Finding> findings = new ArrayList<>();
    /** By the base of each segment: journal time of its first batch, and what its last batch resumes at. */
    private final NavigableMap<Long, Long> firstTimes = new TreeMap<>();
    private final NavigableMap<Long, Long> lastResumes = new TreeMap<>();
    /** Ranges without a segment, since the last batch: none of them matters where no batch is missing. */
    private final List<Finding> holes = new ArrayList<>();
    private BatchModel model;
    private ModelBatch held;
    private Finding difference;
    private long journalBegin;
    private boolean fromBeginning;
    private boolean incomplete;
    private long wholeSinceNs = UNKNOWN;
    private long batches;
    private long compared;
    private long comparedFrom;
    private long differing;
    private long behind;
    private long endPosition;
    private long tornLength;

    /**
     * A check of a dispatch log.
     *
     * @param log        its segments.
     * @param journalLog the journal's.
     * @param onBatch    told of each batch.
     */
    private DispatchCheck(final LogCheck log, final LogCheck journalLog, final Consumer<EventBatch> onBatch) {
        this.log = log;
        this.journalLog = journalLog;
        this.onBatch = onBatch;
        this.journal = new JournalCursor(journalLog.view(), journalLog.directory());
        this.incomplete = !log.segments().isEmpty() && log.segments().get(0).basePosition() > 0;
    }

    /**
     * Reads and compares.
     *
     * @param disk         that holds the logs.
     * @param log          segments of the dispatch log.
     * @param journalLog   segments of the journal.
     * @param journalCheck what is known of the journal.
     * @param missing      segments before the oldest one, which somebody took away; null where there are none.
     * @param onBatch      told of each batch.
     * @return what was found.
     * @throws IOException where a log can't be read.
     */
    static DispatchCheck of(
        final Disk disk,
        final LogCheck log,
        final LogCheck journalLog,
        final JournalCheck journalCheck,
        final Finding missing,
        final Consumer<EventBatch> onBatch) throws IOException {
        try (DispatchCheck check = new DispatchCheck(log, journalLog, onBatch)) {
            check.findings.addAll(log.findings());
            check.findings.addAll(missing == null ? List.of() : List.of(missing));
            check.begin();
            check.readAll();
            new DispatchRemedies(disk, log, journalCheck, check.lastResumes, check.fromBeginning)
                .completeAll(check.findings);
            return check;
        }
    }

    private void begin() {
        final JournalReader first = journal.peek();
        if (first == null) {
            return;
        }
        journalBegin = first.recordPosition();
        fromBeginning = first.kind() == JournalReader.RecordKind.START && !journal.isAfterGap() &&
            journalLog.findings().stream().noneMatch(finding -> finding.from() <= journalBegin);
        if (fromBeginning) {
            model = new BatchModel();
        }
    }

    private void readAll() throws IOException {
        try (DispatchReader reader = new DispatchReader(log.view(), log.directory(), 0, this::onDamage)) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                onBatch(batch);
            }
            endPosition = reader.position();
            final long torn = SegmentInspection.tornLength(log.view(), log.directory(), endPosition);
            // What a proxy that runs has written meanwhile is no torn record.
            tornLength = torn > 0 && reader.next() != null ? 0 : torn;
        }
        while (model != null && nextOfModel() != null) {
            behind++;
        }
        if (difference != null) {
            findings.add(new Finding(difference.file(), difference.from(), difference.to(),
                differing + " of " + compared + " batches are not what the journal says, the first: " +
                    difference.what(), "batches are not what the journal says", null));
        }
    }

    private void onDamage(final LogDamage damage) {
        incomplete = true;
        wholeSinceNs = Long.MAX_VALUE;
        final Finding finding = log.judge(damage);
        if (finding != null) {
            (finding.file().equals(log.directory()) ? holes : findings).add(finding);
        }
    }

    private void onBatch(final EventBatch batch) {
        batches++;
        onBatch.accept(batch);
        if (wholeSinceNs == Long.MAX_VALUE || (wholeSinceNs == UNKNOWN && incomplete)) {
            wholeSinceNs = batch.toTimeNs();
        }
        final SegmentInspection segment = log.segmentAt(batch.position());
        final long base = segment == null ? 0 : segment.basePosition();
        firstTimes.putIfAbsent(base, batch.toTimeNs());
        lastResumes.put(base, batch.resumePosition());
        if (batch.resumePosition() > journalBegin) {
            if (model == null) {
                goOnBehind(batch);
            } else {
                compare(batch);
            }
        }
        findings.addAll(holes);
        holes.clear();
        incomplete = false;
    }

    private void compare(final EventBatch batch) {
        ModelBatch expected = nextOfModel();
        boolean missing = false;
        while (expected != null && expected.resumePosition() < batch.resumePosition()) {
            missing = true;
            expected = nextOfModel();
        }
        if (model == null) {
            goOnBehind(batch);
            return;
        }
        if (expected == null) {
            onAhead(batch);
            return;
        }
        if (journal.isSkipped(batch.resumePosition())) {
            onLostEnd(batch);
            return;
        }
        if (!missing) {
            holes.clear();
        }
        if (compared++ == 0) {
            comparedFrom = batch.position();
        }
        if (expected.resumePosition() > batch.resumePosition()) {
            held = expected;
            differ(batch, "the journal closes no batch at position " + batch.resumePosition());
        } else if (missing && !incomplete) {
            differ(batch, "batches before it are missing");
        } else {
            final String words = expected.differenceTo(DispatchedBatches.modelOf(batch));
            if (words != null) {
                differ(batch, words);
            }
        }
    }

    private void differ(final EventBatch batch, final String words) {
        differing++;
        final SegmentInspection segment = log.segmentAt(batch.position());
        difference = difference == null ?
            new Finding(segment == null ? log.directory() : segment.file(), batch.position(), batch.nextPosition(),
                words, null) :
            new Finding(difference.file(), difference.from(), batch.nextPosition(), difference.what(), null);
    }

    /** The next batch that follows from the journal; null at its end, and where something is missing in it. */
    private ModelBatch nextOfModel() {
        if (held != null) {
            final ModelBatch next = held;
            held = null;
            return next;
        }
        for (JournalReader reader = journal.peek(); reader != null; reader = journal.peek()) {
            if (journal.isAfterGap()) {
                dropModel();
                return null;
            }
            final ModelBatch closed = model.onRecord(reader);
            journal.consume();
            if (closed != null) {
                return closed;
            }
        }
        return null;
    }

    private void goOnBehind(final EventBatch batch) {
        if (!journal.advanceTo(batch.resumePosition())) {
            if (journal.isSkipped(batch.resumePosition())) {
                onLostEnd(batch);
            }
            return;
        }
        if (journal.peek() == null && journal.position() < batch.resumePosition()) {
            onAhead(batch);
            return;
        }
        final long horizonNs = batch.toTimeNs() - journal.settings().dedupIntervalNs();
        if (journal.wholeSinceNs() <= horizonNs && wholeSinceNs <= horizonNs) {
            model = new BatchModel(journal.settings(), windowsAt(batch.position(), horizonNs));
        }
    }

    private BatchModel.Windows windowsAt(final long position, final long horizonNs) {
        final BatchModel.Windows windows = new BatchModel.Windows(
            horizonNs, journal.forgottenAt(), journal.settings().rules());
        boolean read = false;
        long from = 0;
        for (final var segment : firstTimes.entrySet()) {
            from = segment.getValue() <= horizonNs ? segment.getKey() : from;
        }
        try (DispatchReader reader = new DispatchReader(log.view(), log.directory(), from, damage -> { })) {
            EventBatch batch = reader.next();
            while (batch != null && batch.position() <= position) {
                if (batch.toTimeNs() > horizonNs) {
                    windows.onBatch(batch);
                }
                batch = reader.next();
            }
            read = true;
            return windows;
        } finally {
            if (!read) {
                windows.close();
            }
        }
    }

    /** The journal lost its end once, and a start went on behind it: the padding is where these records were. */
    private void onLostEnd(final EventBatch batch) {
        final long from = journal.skippedFrom(batch.resumePosition());
        findings.removeIf(finding -> finding.file().equals(journalLog.directory()) && finding.from() == from);
        findings.add(new Finding(journalLog.directory(), from, journal.skippedTo(batch.resumePosition()),
            "no records are where the batch at " + batch.position() + " of the dispatch log was made from",
            NOT_JOURNALED,
            Remedy.note("these events are in the dispatch log alone")));
        dropModel();
        held = null;
        journal.beginAgain();
    }

    private void dropModel() {
        if (model != null) {
            model.close();
            model = null;
        }
    }

    /** The journal is written first: what is dispatched but not journaled was journaled once. */
    private void onAhead(final EventBatch batch) {
        final long end = journal.position();
        findings.removeIf(finding -> finding.file().equals(journalLog.directory()));
        final int length = journalLog.segments().isEmpty() ?
            LogCheck.PAGE : (int)journalLog.segments().get(journalLog.segments().size() - 1).length();
        findings.add(new Finding(journalLog.directory(), end, BitUtil.align(batch.resumePosition(), length),
            "the journal ends before position " + batch.resumePosition() + ", up to which it is dispatched",
            NOT_JOURNALED,
            Remedy.note("these events are in the dispatch log alone; the next start goes on behind the range")));
    }

    List<Finding> findings() {
        return findings;
    }

    int segments() {
        return log.segments().size();
    }

    long batches() {
        return batches;
    }

    /** Batches that were compared with the model. */
    long compared() {
        return compared;
    }

    /** Batches that differ from the model. */
    long differing() {
        return differing;
    }

    /** Position of the first batch that was compared. */
    long comparedFrom() {
        return comparedFrom;
    }

    /** Up to where the journal is dispatched; 0 where there is no batch. */
    long lastResume() {
        return lastResumes.isEmpty() ? 0 : lastResumes.lastEntry().getValue();
    }

    /** Batches that follow from the journal and are not in the log yet. */
    long behind() {
        return behind;
    }

    /** Behind the last batch. */
    long endPosition() {
        return endPosition;
    }

    /** What lies behind the last batch and is no record. */
    long tornLength() {
        return tornLength;
    }

    @Override
    public void close() {
        dropModel();
        journal.close();
    }
}
