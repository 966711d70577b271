package herald.verify;

import herald.engine.DataDirectory;
import herald.io.Disk;
import herald.io.FileMutex;
import herald.link.HeraldDirectory;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Checks a data directory: journal, dispatch log against the journal, bookmarks, spools, and what is beside them. Takes
 * no lock and changes nothing, beside a running proxy too; {@link #repair} does, and refuses there.
 *
 * <p>What others move on is read first and what it must be found in after it: bookmarks and spools, then the dispatch
 * log, side by side with the journal.
 */
public final class Verification {
    /** A segment whose header or name is right again may show damage within it. */
    private static final int REPAIR_PASSES = 5;

    /** Before what is said of the spools of recorders that send to a proxy on another host. */
    private static final String REMOTE = "remote ";

    private final List<String> lines = new ArrayList<>();
    private final List<Finding> damages = new ArrayList<>();
    private final List<Finding> known = new ArrayList<>();
    private final List<Finding> notes = new ArrayList<>();

    private Verification() {
    }

    /**
     * Checks a data directory.
     *
     * @param disk that holds it.
     * @param root of it.
     * @return what was found.
     * @throws IOException             where it is no data directory, a part of it is missing, or a file can't be read
     *                                 or is of a newer Herald.
     * @throws herald.log.LogException where a segment is of a newer Herald.
     */
    public static Verification of(final Disk disk, final Path root) throws IOException {
        return of(disk, root, policy -> null);
    }

    /**
     * Checks a data directory, the policies in it too.
     *
     * @param disk     that holds it.
     * @param root     of it.
     * @param policies looks into those.
     * @return what was found.
     * @throws IOException             as {@link #of(Disk, Path)}.
     * @throws herald.log.LogException as there.
     */
    public static Verification of(final Disk disk, final Path root, final FileCheck policies) throws IOException {
        DataDirectory.require(disk, root);
        final Verification verification = new Verification();
        verification.check(disk, root, policies);
        return verification;
    }

    private void check(final Disk disk, final Path root, final FileCheck policies) throws IOException {
        final DirectoryCheck directory = DirectoryCheck.of(disk, root, policies);
        DataDirectory.requireLogs(disk, root);
        final CountedPlaces counted = CountedPlaces.read(disk, root);
        final LogCheck dispatchLog = LogCheck.of(disk, DataDirectory.dispatch(root));
        final BookmarkCheck bookmarks =
            BookmarkCheck.of(disk, DataDirectory.bookmarks(root), dispatchLog.logId());
        final SpoolCheck spools = SpoolCheck.of(disk, HeraldDirectory.spoolDir(root));
        final List<SpoolCheck> remoteSpools = remoteSpools(disk, root);
        final LogCheck journalLog = LogCheck.of(disk, DataDirectory.journal(root));
        final JournalCheck journal = JournalCheck.of(journalLog);
        final Finding missing = dispatchLog.missingFrom(
            Math.max(bookmarks.neededFrom(), counted.released(dispatchLog.oldestBase())));
        final DispatchCheck dispatch =
            DispatchCheck.of(disk, dispatchLog, journalLog, journal, missing, bookmarks::onBatch);

        final long oldest = dispatchLog.segments().isEmpty() ? 0 : dispatchLog.segments().get(0).basePosition();
        final List<String> bookmarkLines = bookmarks.conclude(dispatch, oldest);
        final List<String> spoolLines = spools.conclude(journal);
        for (final SpoolCheck remote : remoteSpools) {
            remote.conclude(journal).forEach(line -> spoolLines.add(REMOTE + line));
        }
        final KnownLosses losses = KnownLosses.read(root);
        final int journalDamages = sort(journal.findings(), losses) +
            sort(emptied(journal, dispatch, root), losses);
        final LostDispatchCheck lost = new LostDispatchCheck(dispatchLog.directory(), dispatch, journal, counted);
        final int dispatchDamages = sort(dispatch.findings(), losses) + sort(lost.findings(), losses);
        sort(bookmarks.findings(), losses);
        sort(spools.findings(), losses);
        for (final SpoolCheck remote : remoteSpools) {
            sort(remote.findings(), losses);
        }
        sort(directory.findings(), losses);
        sort(IdentityCheck.of(disk, root, journal.directoryId()), losses);
        notes.addAll(directory.notes());

        lines.add("journal: " + journal.segments() + " segments, " + journal.records() + " records, " +
            state(journalDamages) + torn(journal.tornLength(), journal.endPosition()) +
            (journal.lostEvents() == 0 ? "" : ", at least " + journal.lostEvents() + " events lost"));
        lines.add("dispatch: " + dispatch.segments() + " segments, " + dispatch.batches() + " batches, " +
            state(dispatchDamages) + torn(dispatch.tornLength(), dispatch.endPosition()) + compared(dispatch) +
            lost.remark());
        lines.addAll(bookmarkLines);
        lines.addAll(spoolLines);
        lines.addAll(directory.lines());
    }

    private static List<SpoolCheck> remoteSpools(final Disk disk, final Path root) throws IOException {
        final List<SpoolCheck> checks = new ArrayList<>();
        for (final Path directory : HeraldDirectory.remoteSpoolDirs(disk, root)) {
            checks.add(SpoolCheck.of(disk, directory));
        }
        return checks;
    }

    /** A proxy makes the first segment before anything else: a log without one was emptied. */
    private static List<Finding> emptied(
        final JournalCheck journal, final DispatchCheck dispatch, final Path root) throws IOException {
        if (journal.segments() > 0 || !journal.findings().isEmpty()) {
            return List.of();
        }
        if (dispatch.segments() == 0) {
            throw new IOException("there is nothing to verify in " + root + ": neither log has a segment; put them " +
                "back where they were moved away, or start the proxy, which begins empty ones");
        }
        return List.of(new Finding(DataDirectory.journal(root), 0, dispatch.lastResume(),
            "it holds no segment: what was journaled is gone", Remedy.note("these events are in the dispatch log " +
                "alone, as far as it is kept; the next start begins an empty journal behind them")));
    }

    private int sort(final List<Finding> findings, final KnownLosses losses) throws IOException {
        int count = 0;
        for (final Finding finding : findings) {
            if (losses.contains(finding)) {
                known.add(finding);
            } else {
                damages.add(finding);
                count++;
            }
        }
        return count;
    }

    private static String state(final int damages) {
        return damages == 0 ? "whole" : damages + " damages";
    }

    private static String torn(final long length, final long position) {
        return length == 0 ? "" :
            ", " + length + " bytes of an unfinished record at position " + position + " that the next start pads";
    }

    private static String compared(final DispatchCheck dispatch) {
        final String behind = dispatch.behind() == 0 ? "" :
            ", " + dispatch.behind() + " behind the journal: the next start makes them";
        if (dispatch.compared() == 0) {
            return (dispatch.batches() == 0 ? "" : ", none of them comparable with the journal that is kept") + behind;
        }
        final String result = dispatch.differing() == 0 ?
            ", equals the journal's from position " : ", differs from the journal's, compared from position ";
        return result + dispatch.comparedFrom() + " (" + dispatch.compared() + " batches)" + behind;
    }

    /** What was checked, a line each. */
    public List<String> lines() {
        return lines;
    }

    /** What is not whole. */
    public List<Finding> damages() {
        return damages;
    }

    /** What an earlier repair took note of as lost for good. */
    public List<Finding> known() {
        return known;
    }

    /** What is no damage, and yet should not be there. */
    public List<Finding> notes() {
        return notes;
    }

    /** Whether nothing is damaged that was not known. */
    public boolean isWhole() {
        return damages.isEmpty();
    }

    /**
     * Checks a data directory and does what the remedies say. Nothing is deleted: what is taken out or changed is in
     * {@code quarantine/verify-<time>} afterwards, what stays lost in {@code quarantine/losses.txt}.
     *
     * @param disk  that holds it.
     * @param root  of it.
     * @param clock wall clock, ns since the epoch.
     * @return what was done, a line each; null where a proxy runs in the directory: nothing was done.
     * @throws IOException where a file can't be moved or written.
     */
    public static List<String> repair(final Disk disk, final Path root, final EpochNanoClock clock)
        throws IOException {
        return repair(disk, root, clock, policy -> null);
    }

    /**
     * The same, for the policies too.
     *
     * @param disk     that holds it.
     * @param root     of it.
     * @param clock    wall clock, ns since the epoch.
     * @param policies looks into those.
     * @return what was done, a line each; null where a proxy runs in the directory: nothing was done.
     * @throws IOException where a file can't be moved or written.
     */
    public static List<String> repair(
        final Disk disk, final Path root, final EpochNanoClock clock, final FileCheck policies) throws IOException {
        DataDirectory.require(disk, root);
        DataDirectory.requireLogs(disk, root);
        try (FileMutex lock = FileMutex.tryAcquire(DataDirectory.lock(root))) {
            if (lock == null) {
                return null;
            }
            final RepairDirectory aside = new RepairDirectory(disk, root, clock);
            Verification found = of(disk, root, policies);
            for (int pass = 0; pass < REPAIR_PASSES && found.restore(aside); pass++) {
                found = of(disk, root, policies);
            }
            found.noteLosses(aside, root, Instant.ofEpochSecond(0, clock.nanoTime()));
            return aside.done();
        }
    }

    /** Does what comes first: brings back what can be, or puts out of the way what nothing can be brought back from. */
    private boolean restore(final RepairDirectory aside) throws IOException {
        final List<Finding> all = new ArrayList<>(damages);
        all.addAll(notes);
        final Remedy.Stage stage = all.stream().map(finding -> finding.remedy().stage())
            .min(Comparator.naturalOrder()).orElse(Remedy.Stage.NOTE);
        if (stage == Remedy.Stage.NOTE) {
            return false;
        }
        final int before = aside.done().size();
        for (final Finding finding : all) {
            if (finding.remedy().stage() == stage) {
                finding.remedy().steps().apply(aside);
            }
        }
        return aside.done().size() > before;
    }

    private void noteLosses(final RepairDirectory aside, final Path root, final Instant time) throws IOException {
        final List<Finding> losses = new ArrayList<>();
        for (final Finding finding : damages) {
            if (finding.remedy().stage() == Remedy.Stage.NOTE) {
                finding.remedy().steps().apply(aside);
                losses.add(finding);
            }
        }
        if (!losses.isEmpty()) {
            KnownLosses.read(root).add(aside.disk(), time, losses);
            aside.did("took note of " + losses.size() + " losses in quarantine/losses.txt");
        }
    }
}
