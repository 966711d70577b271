package herald.verify;

import herald.disk.RecorderTableDecoder;
import herald.journal.JournalReader;
import herald.link.DirectoryIdentity;
import herald.log.LogDamage;
import herald.log.SegmentInspection;
import herald.receiver.VoidCause;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Reads a journal from its oldest record: every record whole, each recorder's sequences one after the other, journal
 * time never going back. What a damaged range explains is not reported again.
 */
final class JournalCheck {
    /** Where a recorder's records end, so far. */
    private static final class Place {
        private long sequence;
        private long position;
    }

    private final LogCheck log;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<UUID, Place> recorders = new HashMap<>();
    private long records;
    private long lastTimeNs = Long.MIN_VALUE;
    private long damagedUpTo = -1;
    private long endPosition;
    private long tornLength;
    private long lostEvents;
    private UUID directoryId = DirectoryIdentity.NO_ID;

    private JournalCheck(final LogCheck log) {
        this.log = log;
    }

    /**
     * Reads a journal.
     *
     * @param log its segments.
     * @return what it says.
     * @throws IOException where it can't be read.
     */
    static JournalCheck of(final LogCheck log) throws IOException {
        final JournalCheck check = new JournalCheck(log);
        check.findings.addAll(log.findings());
        try (JournalReader reader = new JournalReader(log.view(), log.directory(), 0, check::onDamage)) {
            while (reader.next()) {
                check.onRecord(reader);
            }
            check.endPosition = reader.position();
            check.directoryId = reader.directoryId();
            final long torn = SegmentInspection.tornLength(log.view(), log.directory(), check.endPosition);
            // What a proxy that runs has written meanwhile is no torn record.
            check.tornLength = torn > 0 && reader.next() ? 0 : torn;
        }
        return check;
    }

    private void onDamage(final LogDamage damage) {
        damagedUpTo = damage.toPosition();
        final Finding finding = log.judge(damage);
        if (finding != null) {
            findings.add(finding.with(Remedy.note(damage.unreadable() ?
                "nobody can read it; it stays where it is, and all else with it" :
                "its events are lost; the others stay")));
        }
    }

    private void onRecord(final JournalReader reader) {
        records++;
        if (reader.kind() == JournalReader.RecordKind.UNKNOWN) {
            return;
        }
        if (reader.kind() == JournalReader.RecordKind.START && reader.windowsPosition() == reader.recordPosition()) {
            // A start may go back to a clock that was set right: it forgets the windows then.
            lastTimeNs = Math.min(lastTimeNs, reader.journalTimeNs());
        }
        if (reader.journalTimeNs() < lastTimeNs) {
            add(reader, "journal time goes back by " + (lastTimeNs - reader.journalTimeNs()) + " ns");
        }
        lastTimeNs = Math.max(lastTimeNs, reader.journalTimeNs());
        switch (reader.kind()) {
            case EVENT -> onSequences(reader, reader.sequence(), reader.sequence());
            case VOID -> onVoid(reader);
            case RECORDERS -> onTable(reader);
            default -> {
                // Says nothing of recorders.
            }
        }
    }

    private void onVoid(final JournalReader reader) {
        onSequences(reader, reader.fromSequence(), reader.sequence());
        if (reader.cause() == VoidCause.ACKNOWLEDGED_AND_GONE) {
            findings.add(at(reader, "events " + reader.fromSequence() + " to " + reader.sequence() + " of recorder " +
                reader.recorderId() + " were acknowledged before and are gone: the data directory was put back to " +
                "an older state, or a power cut took what was not forced",
                Remedy.note("these events are lost here")));
        }
    }

    private void onSequences(final JournalReader reader, final long from, final long to) {
        final UUID id = reader.recorderId();
        final Place place = recorders.get(id);
        if (to < from) {
            add(reader, "recorder " + id + ": sequences from " + from + " to " + to + " go back");
        } else if (place != null && from <= place.sequence) {
            add(reader, "recorder " + id + ": sequence " + from + " again after " + place.sequence);
        } else if (place != null && from > place.sequence + 1) {
            onGap(reader, id, place, from - 1);
        }
        reached(id, Math.max(to, place == null ? 0 : place.sequence), reader.recordPosition());
    }

    /** The table says what was accepted before its segment: all of it must have been there. */
    private void onTable(final JournalReader reader) {
        final RecorderTableDecoder.RecordersDecoder table = reader.recorders();
        while (table.hasNext()) {
            table.next();
            final UUID id = new UUID(table.recorderIdHigh(), table.recorderIdLow());
            final Place place = recorders.get(id);
            if (place != null && table.acceptedSequence() > place.sequence) {
                onGap(reader, id, place, table.acceptedSequence());
            } else if (place != null && table.acceptedSequence() < place.sequence && damagedUpTo < place.position) {
                add(reader, "recorder " + id + ": the table knows sequence " + table.acceptedSequence() + ", " +
                    place.sequence + " is journaled");
            }
            reached(id, Math.max(table.acceptedSequence(), place == null ? 0 : place.sequence),
                reader.recordPosition());
        }
    }

    private void onGap(final JournalReader reader, final UUID id, final Place place, final long to) {
        if (damagedUpTo > place.position) {
            lostEvents += to - place.sequence;
        } else {
            add(reader, "recorder " + id + ": sequences " + (place.sequence + 1) + " to " + to + " are missing");
        }
    }

    private void reached(final UUID id, final long sequence, final long position) {
        final Place place = recorders.computeIfAbsent(id, unknown -> new Place());
        place.sequence = sequence;
        place.position = position;
    }

    private void add(final JournalReader reader, final String what) {
        findings.add(at(reader, what, Remedy.note("the journal is so; nothing is changed")));
    }

    private Finding at(final JournalReader reader, final String what, final Remedy remedy) {
        final SegmentInspection segment = log.segmentAt(reader.recordPosition());
        final Path file = segment == null ? log.directory() : segment.file();
        return new Finding(file, reader.recordPosition(), reader.position(), what, remedy);
    }

    List<Finding> findings() {
        return findings;
    }

    long records() {
        return records;
    }

    int segments() {
        return log.segments().size();
    }

    /** Of the data directory, as its last start says; {@link DirectoryIdentity#NO_ID} where none does. */
    UUID directoryId() {
        return directoryId;
    }

    /** Behind the last record. */
    long endPosition() {
        return endPosition;
    }

    /** Where the oldest segment begins. */
    long oldestPosition() {
        return log.segments().isEmpty() ? 0 : log.segments().get(0).basePosition();
    }

    /** What lies behind the last record and is no record. */
    long tornLength() {
        return tornLength;
    }

    /** Events of damaged ranges, as far as other records tell. */
    long lostEvents() {
        return lostEvents;
    }

    /** The last sequence of a recorder that is journaled or void; -1 where the journal does not know the recorder. */
    long sequenceOf(final UUID recorderId) {
        final Place place = recorders.get(recorderId);
        return place == null ? -1 : place.sequence;
    }
}
