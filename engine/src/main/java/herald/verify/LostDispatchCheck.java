package herald.verify;

import java.nio.file.Path;
import java.util.List;

/**
 * Whether the dispatch log is gone, or ends before what was dispatched, as the counters know it; and what of that the
 * next start makes again from the journal.
 */
final class LostDispatchCheck {
    private final Path directory;
    private final boolean gone;
    private final long dispatched;
    private final long resume;
    private final long journalBegin;
    private final long starts;

    /**
     * A check of logs that were read.
     *
     * @param directory of the dispatch log.
     * @param dispatch  what was found there.
     * @param journal   what was found in the journal.
     * @param counted   what the counters said before.
     */
    LostDispatchCheck(
        final Path directory, final DispatchCheck dispatch, final JournalCheck journal, final CountedPlaces counted) {
        this.directory = directory;
        this.gone = dispatch.segments() == 0 && dispatch.findings().isEmpty();
        this.resume = dispatch.lastResume();
        // Without a segment of the journal nothing is made again.
        this.journalBegin = journal.segments() == 0 ? counted.dispatched() : journal.oldestPosition();
        this.dispatched = gone ? Math.max(counted.dispatched(), journalBegin) : counted.dispatched();
        this.starts = counted.dispatchLogsGone();
    }

    private boolean hasEnded() {
        return dispatched > resume;
    }

    private String what() {
        return (gone ? "it holds no segment" : "it ends at position " + resume + " of the journal") +
            ", which was dispatched up to position " + dispatched;
    }

    /** What was dispatched, and is in neither log any more. */
    List<Finding> findings() {
        return !hasEnded() || journalBegin <= resume ? List.of() : List.of(new Finding(directory, resume, journalBegin,
            what() + ": what was dispatched of the journal's positions " + resume + " to " + journalBegin +
                " is in neither log any more", "dispatched, in neither log",
            Remedy.note("these events are lost to writers that had not delivered them; the next start makes the " +
                "others again from the journal's position " + journalBegin + ", writers deliver again, and each is " +
                "told what it lost")));
    }

    /** A word of it where nothing is lost, and where it is over. */
    String remark() {
        final String again = hasEnded() && journalBegin <= resume ? ", " + what() + ": the next start makes it again " +
            "from the journal's position " + resume + ", and writers deliver again" : "";
        return again + (starts == 0 ? "" : ", " + starts + " starts found it gone or too short: writers were told " +
            "what they lost");
    }
}
