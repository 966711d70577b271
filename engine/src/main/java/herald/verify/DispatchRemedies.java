package herald.verify;

import herald.io.Disk;
import herald.log.LogDescriptor;
import herald.log.LogReader;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * Chooses what mends a dispatch log: where the journal still holds what a segment and all after it were made of, they
 * are moved away and the next start makes them again; otherwise they stay as they are.
 */
final class DispatchRemedies {
    private final LogCheck log;
    private final JournalCheck journal;
    private final NavigableMap<Long, Long> lastResumes;
    private final boolean journalBegins;
    private final List<Long> bases;

    /**
     * A choice for one log.
     *
     * @param disk          that holds it.
     * @param log           its segments.
     * @param journal       that it was made from.
     * @param lastResumes   by segment: up to where the journal is dispatched at its end.
     * @param journalBegins whether the journal is kept from its first record on.
     */
    DispatchRemedies(
        final Disk disk,
        final LogCheck log,
        final JournalCheck journal,
        final NavigableMap<Long, Long> lastResumes,
        final boolean journalBegins) {
        this.log = log;
        this.journal = journal;
        this.lastResumes = lastResumes;
        this.journalBegins = journalBegins;
        this.bases = LogReader.segmentBases(disk, log.directory());
    }

    /** Gives each finding of the log a remedy that has none, or one that loses records. */
    void completeAll(final List<Finding> findings) {
        // What is dispatched and not journaled could not be made again.
        final boolean ahead = findings.stream().anyMatch(finding -> !finding.file().startsWith(log.directory()));
        findings.replaceAll(finding -> {
            final boolean open = finding.remedy() == null || finding.remedy().loss();
            return open && finding.file().startsWith(log.directory()) ?
                finding.with(remedyOf(finding, ahead)) : finding;
        });
    }

    private Remedy remedyOf(final Finding finding, final boolean ahead) {
        long from = bases.isEmpty() ? 0 : bases.get(0);
        for (final long base : bases) {
            from = base <= finding.from() ? base : from;
        }
        final Map.Entry<Long, Long> before = lastResumes.lowerEntry(from);
        if (!ahead && isHeld(before)) {
            return again(from, before == null ? 0 : before.getValue());
        }
        return finding.remedy() != null ? finding.remedy() :
            Remedy.note("writers that have not read it lose it, the journal does not hold all of it any more");
    }

    private boolean isHeld(final Map.Entry<Long, Long> before) {
        final long resume = before == null ? 0 : before.getValue();
        final boolean kept = before == null ? journalBegins : resume >= journal.oldestPosition();
        return kept && journal.findings().stream().noneMatch(finding -> finding.to() > resume);
    }

    private Remedy again(final long from, final long resume) {
        final List<Path> files = new ArrayList<>();
        for (final long base : bases) {
            if (base >= from) {
                files.add(LogDescriptor.segmentFile(log.directory(), base));
            }
        }
        final boolean all = files.size() == bases.size();
        return Remedy.move("the segments from position " + from + " on to quarantine; the next start makes them again" +
            " from the journal's position " + resume + ", and writers deliver again " +
            (all ? "all of it" : "what they had delivered from there on"), false, files);
    }
}
