package herald.journal;

import herald.io.Disk;
import herald.log.LogDamage;
import herald.log.LogReader;

import java.nio.file.Path;
import java.util.List;

/**
 * How old the oldest segment of a journal is, in journal time: a wall clock that is set forth while the proxy runs
 * makes nothing older. Owned by one thread.
 */
public final class SegmentAges {
    private static final LogDamage.Listener IGNORED = damage -> { };

    private final Disk disk;
    private final Path directory;
    private long secondBase = -1;
    private long secondBeganNs;

    /**
     * Ages of a journal's segments.
     *
     * @param disk      that holds the journal.
     * @param directory of its segments.
     */
    public SegmentAges(final Disk disk, final Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * The end of the oldest segment, where all of it was written before a time: the next one was begun before it.
     *
     * @param journalTimeNs ns since the epoch.
     * @return a position that can be released up to; 0 where the oldest segment is younger.
     */
    public long endOfOldestBefore(final long journalTimeNs) {
        final List<Long> bases = LogReader.segmentBases(disk, directory);
        if (bases.size() < 2) {
            return 0;
        }
        if (secondBase != bases.get(1)) {
            try (JournalReader reader = new JournalReader(disk, directory, bases.get(1), IGNORED)) {
                if (!reader.next()) {
                    return 0;
                }
                secondBeganNs = reader.journalTimeNs();
            }
            secondBase = bases.get(1);
        }
        return secondBeganNs < journalTimeNs ? secondBase : 0;
    }
}
