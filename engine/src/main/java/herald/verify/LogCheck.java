package herald.verify;

import herald.io.Disk;
import herald.log.LogDamage;
import herald.log.LogDescriptor;
import herald.log.LogReader;
import herald.log.SegmentInspection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the segments of a log: each whole, under a header that is right, of the same log. Readers of its records
 * then use {@link #view()}, on which segments that can't be read do not show.
 */
final class LogCheck {
    /** Lengths of segments are multiples of this. */
    static final int PAGE = 4096;

    private final Disk disk;
    private final Path directory;
    private final List<SegmentInspection> segments = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();
    private final Set<Path> hidden = new HashSet<>();
    private UUID logId;
    private MisplacedSegments misplaced;
    private long oldestBase;

    private LogCheck(final Disk disk, final Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * Looks at a log.
     *
     * @param disk      that holds it.
     * @param directory of its segments; it may be missing.
     * @return what it shows.
     * @throws IOException               where a file can't be read.
     * @throws herald.log.LogException   where a segment's format is newer than this Herald.
     */
    static LogCheck of(final Disk disk, final Path directory) throws IOException {
        final LogCheck check = new LogCheck(disk, directory);
        final List<SegmentInspection> found = check.inspect();
        check.logId = logIdOf(found);
        check.oldestBase = found.isEmpty() ? 0 : found.get(0).basePosition();
        check.misplaced = MisplacedSegments.of(disk, directory, found, check.logId);
        for (final SegmentInspection segment : found) {
            check.judge(segment, found);
        }
        return check;
    }

    private List<SegmentInspection> inspect() throws IOException {
        final List<SegmentInspection> found = new ArrayList<>();
        for (final long base : LogReader.segmentBases(disk, directory)) {
            try {
                found.add(SegmentInspection.of(disk, fileOf(base)));
            } catch (final NoSuchFileException e) {
                // A proxy that runs has released it meanwhile.
            }
        }
        return found;
    }

    /** The id of most segments, and among equals that of the younger ones: what the proxy goes on with. */
    private static UUID logIdOf(final List<SegmentInspection> found) {
        final Map<UUID, Integer> votes = new HashMap<>();
        UUID winner = null;
        for (final SegmentInspection segment : found) {
            if (segment.logId() != null) {
                final int count = votes.merge(segment.logId(), 1, Integer::sum);
                winner = winner == null || count >= votes.get(winner) ? segment.logId() : winner;
            }
        }
        return winner;
    }

    private void judge(final SegmentInspection segment, final List<SegmentInspection> all) throws IOException {
        final boolean foreign = segment.logId() != null && !segment.logId().equals(logId);
        final String defect = segment.defect() != null ? segment.defect() :
            foreign ? "it is of log " + segment.logId() + ", the others are of " + logId : null;
        if (defect == null) {
            segments.add(segment);
            return;
        }
        hidden.add(segment.file());
        final long to = segment.basePosition() + segment.length();
        findings.add(new Finding(segment.file(), segment.basePosition(), to, defect, remedyOf(segment, foreign, all)));
    }

    private Remedy remedyOf(
        final SegmentInspection segment, final boolean foreign, final List<SegmentInspection> all) throws IOException {
        final int length = restoredLength(segment, all);
        if (segment.isMisplaced() && !foreign) {
            return misplaced.remedy();
        }
        if (logId != null && length > 0 && segment.holdsRecordOf(disk, logId)) {
            return restore(segment, length);
        }
        if (segment.length() <= LogDescriptor.MAX_SEGMENT_LENGTH && segment.isUnused(disk)) {
            return Remedy.move("it to quarantine; it holds no record", false, List.of(segment.file()));
        }
        return Remedy.move("it to quarantine" + (foreign ? "" : "; records that it holds are lost to Herald"), true,
            List.of(segment.file()));
    }

    private Remedy restore(final SegmentInspection segment, final int length) {
        return Remedy.restore("write its header anew over the records that it holds, and keep a copy in quarantine",
            aside -> {
                final long modifiedNs = Files.getLastModifiedTime(segment.file()).to(TimeUnit.NANOSECONDS);
                aside.copy(segment.file());
                segment.restore(disk, logId, length, segment.createdNs() == 0 ? modifiedNs : segment.createdNs());
                aside.did("wrote the header of " + segment.file().getFileName() + " anew");
            });
    }

    /** The file's own length where that is one, or that of another segment which it is too short for. */
    private static int restoredLength(final SegmentInspection segment, final List<SegmentInspection> all) {
        final boolean possible = segment.length() % PAGE == 0 &&
            segment.length() >= LogDescriptor.MIN_SEGMENT_LENGTH &&
            segment.length() <= LogDescriptor.MAX_SEGMENT_LENGTH;
        long next = Long.MAX_VALUE;
        long usual = possible ? segment.length() : 0;
        for (final SegmentInspection other : all) {
            if (other.basePosition() > segment.basePosition()) {
                next = Math.min(next, other.basePosition());
            }
            if (other.defect() == null) {
                usual = Math.max(usual, other.length());
            }
        }
        final long room = next - segment.basePosition();
        return (int)Math.min(usual == 0 ? room : Math.min(room, usual), room == Long.MAX_VALUE ? usual : room);
    }

    private Path fileOf(final long base) {
        return LogDescriptor.segmentFile(directory, base);
    }

    /** The log without the segments that can't be read. */
    Disk view() {
        return new LogView(disk, hidden);
    }

    Path directory() {
        return directory;
    }

    /** Those that can be read. */
    List<SegmentInspection> segments() {
        return segments;
    }

    List<Finding> findings() {
        return findings;
    }

    /** Null where no segment says one. */
    UUID logId() {
        return logId;
    }

    /** Where the oldest segment begins, be it whole or not; 0 where there is none. */
    long oldestBase() {
        return oldestBase;
    }

    /**
     * What was taken away before the oldest segment.
     *
     * @param neededFrom position from which on it is needed.
     * @return null where nothing of it was; without a remedy.
     */
    Finding missingFrom(final long neededFrom) {
        return neededFrom >= oldestBase ? null :
            new Finding(directory, neededFrom, oldestBase, "segments are missing", null);
    }

    /** The segment that holds a position, or the last one before it; null where there is none. */
    SegmentInspection segmentAt(final long position) {
        SegmentInspection holder = null;
        for (final SegmentInspection segment : segments) {
            holder = segment.basePosition() <= position ? segment : holder;
        }
        return holder;
    }

    /**
     * Judges what a reader of the view came across.
     *
     * @param damage   as it was told.
     * @return null where it is the place of a segment that is a finding already, or of segments that retention released
     *     while they were read.
     */
    Finding judge(final LogDamage damage) {
        final List<Long> bases = LogReader.segmentBases(disk, directory);
        final boolean released = bases.isEmpty() || damage.toPosition() <= bases.get(0);
        if (released || findings.stream().anyMatch(finding ->
            finding.from() <= damage.fromPosition() && damage.toPosition() <= finding.to())) {
            return null;
        }
        final SegmentInspection segment = segmentAt(damage.fromPosition());
        final boolean within = segment != null &&
            damage.fromPosition() < segment.basePosition() + segment.length();
        return new Finding(within ? segment.file() : directory, damage.fromPosition(), damage.toPosition(),
            within ? damage.reason() : "segments are missing", null);
    }
}
