package herald.verify;

import herald.dispatch.DispatchReader;
import herald.engine.DataDirectory;
import herald.io.Disk;
import org.agrona.concurrent.EpochNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks, before a start, whether the dispatch log is damaged where a writer has yet to read, and puts aside what is
 * damaged if the journal still holds what it was made of: recovery makes it again. That is what {@code herald verify
 * --repair} does; the log is checked in whole only where it is damaged.
 *
 * @param damages what a writer would pass over, a line each.
 * @param done    what was put aside, a line each; empty where the journal does not give it again.
 */
public record DispatchRemake(List<String> damages, List<String> done) {
    /**
     * Looks and puts aside.
     *
     * @param disk         that holds the data directory.
     * @param root         of it, which no proxy has open.
     * @param fromPosition of the dispatch log, from which on the writer that is furthest behind reads.
     * @param clock        wall clock, ns since the epoch.
     * @return what was found and done.
     * @throws IOException                where a file can't be read or moved.
     * @throws herald.log.LogException    where a segment can't be read.
     */
    public static DispatchRemake before(
        final Disk disk, final Path root, final long fromPosition, final EpochNanoClock clock) throws IOException {
        final List<Long> damages = new ArrayList<>();
        try (DispatchReader reader = new DispatchReader(disk, DataDirectory.dispatch(root), fromPosition, damage -> {
            if (!damage.unreadable()) {
                damages.add(damage.fromPosition());
            }
        })) {
            long last = fromPosition;
            while (reader.next() != null) {
                last = reader.position();
            }
            final long end = last;
            // What lies behind the last batch is a torn end, which recovery makes again anyway.
            damages.removeIf(damagedFrom -> damagedFrom >= end);
        }
        return damages.isEmpty() ? new DispatchRemake(List.of(), List.of()) :
            putAside(disk, root, fromPosition, damages.get(0), clock);
    }

    private static DispatchRemake putAside(
        final Disk disk,
        final Path root,
        final long fromPosition,
        final long damagedFrom,
        final EpochNanoClock clock) throws IOException {
        final LogCheck log = LogCheck.of(disk, DataDirectory.dispatch(root));
        final LogCheck journalLog = LogCheck.of(disk, DataDirectory.journal(root));
        final JournalCheck journal = JournalCheck.of(journalLog);
        final DispatchCheck check = DispatchCheck.of(disk, log, journalLog, journal,
            fromPosition == 0 ? null : log.missingFrom(fromPosition), batch -> { });
        final RepairDirectory aside = new RepairDirectory(disk, root, clock);
        final List<String> damages = new ArrayList<>();
        for (final Finding finding : check.findings()) {
            if (finding.to() <= damagedFrom || !finding.file().startsWith(log.directory())) {
                continue;
            }
            damages.add(finding.describe(root));
            // Where other batches are not what the journal says, nor would be those that are made again.
            if (check.differing() == 0 && aside.done().isEmpty() && !finding.remedy().loss()) {
                finding.remedy().steps().apply(aside);
            }
        }
        return new DispatchRemake(damages, aside.done());
    }
}
