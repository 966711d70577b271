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
     * @param nowNs         journal time now: a segment that was begun after it was written with a wrong clock, and is
     *                      as old as the next one at least that was not.
     * @return a position that can be released up to; 0 where the oldest segment is younger.
     */
    public long endOfOldestBefore(final long journalTimeNs, final long nowNs) {
        final List<Long> bases = LogReader.segmentBases(disk, directory);
        if (bases.size() < 2) {
            return 0;
        }
        if (secondBase != bases.get(1) || secondBeganNs > nowNs) {
            secondBeganNs = beganNs(bases, nowNs);
            secondBase = bases.get(1);
        }
        return secondBeganNs < journalTimeNs ? secondBase : 0;
    }

    private long beganNs(final List<Long> bases, final long nowNs) {
        for (final long base : bases.subList(1, bases.size())) {
            try (JournalReader reader = new JournalReader(disk, directory, base, IGNORED)) {
                if (reader.next() && reader.journalTimeNs() <= nowNs) {
                    return reader.journalTimeNs();
                }
            }
        }
        return Long.MAX_VALUE;
    }
}
