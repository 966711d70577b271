package herald.verify;

import herald.io.Disk;
import herald.log.LogDescriptor;
import herald.log.SegmentInspection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Whole segments of a log under wrong names: swapped ones get the names that their headers say, and one that is there a
 * second time goes to quarantine. All of them are put right at once.
 */
final class MisplacedSegments {
    /** What a segment is called between its two names. A repair that was interrupted goes on from it. */
    static final String PLACING = LogDescriptor.SEGMENT_SUFFIX + ".placing";

    private final Disk disk;
    private final Path directory;
    /** By where they begin; the first one where there are several. */
    private final Map<Long, SegmentInspection> places = new TreeMap<>();
    private final List<SegmentInspection> all;
    private final UUID logId;
    private boolean done;

    private MisplacedSegments(
        final Disk disk, final Path directory, final List<SegmentInspection> all, final UUID logId) {
        this.disk = disk;
        this.directory = directory;
        this.all = all;
        this.logId = logId;
    }

    static MisplacedSegments of(
        final Disk disk, final Path directory, final List<SegmentInspection> all, final UUID logId) {
        final MisplacedSegments misplaced = new MisplacedSegments(disk, directory, all, logId);
        for (final SegmentInspection segment : all) {
            if (misplaced.isMisplaced(segment)) {
                misplaced.places.putIfAbsent(segment.headerBase(), segment);
            }
        }
        return misplaced;
    }

    private boolean isMisplaced(final SegmentInspection segment) {
        return segment.isMisplaced() && segment.logId() != null && segment.logId().equals(logId);
    }

    Remedy remedy() {
        return Remedy.restore("give it the name that its header says, or move it to quarantine where the log has " +
            "that segment already", this::putRight);
    }

    private void putRight(final RepairDirectory aside) throws IOException {
        if (done) {
            return;
        }
        done = true;
        for (final SegmentInspection segment : all) {
            if (isMisplaced(segment) && (!segment.equals(places.get(segment.headerBase())) || isTaken(segment))) {
                aside.move(segment.file());
                places.remove(segment.headerBase(), segment);
            }
        }
        for (final Map.Entry<Long, SegmentInspection> place : places.entrySet()) {
            disk.rename(place.getValue().file(), placing(place.getKey()));
        }
        for (final Map.Entry<Long, SegmentInspection> place : places.entrySet()) {
            final Path file = LogDescriptor.segmentFile(directory, place.getKey());
            if (Files.exists(file)) {
                aside.move(file);
            }
            disk.rename(placing(place.getKey()), file);
            aside.did("gave " + place.getValue().file().getFileName() + " the name that its header says, " +
                file.getFileName());
        }
    }

    /** Whether the segment that has the name is the right one, or one whose header can be written anew. */
    private boolean isTaken(final SegmentInspection segment) throws IOException {
        for (final SegmentInspection other : all) {
            if (other.basePosition() == segment.headerBase()) {
                return !isMisplaced(other) && (other.defect() == null || other.holdsRecordOf(disk, logId));
            }
        }
        return false;
    }

    private Path placing(final long base) {
        final String name = LogDescriptor.segmentFile(directory, base).getFileName().toString();
        return directory.resolve(name.replace(LogDescriptor.SEGMENT_SUFFIX, PLACING));
    }

    /**
     * What a repair that was interrupted left between two names.
     *
     * @param file with such a name.
     * @return gives it the name that it was to have.
     */
    static Remedy goOn(final Path file) {
        return Remedy.restore("go on with the repair that was interrupted: give it its name", aside -> {
            final Path target = file.resolveSibling(
                file.getFileName().toString().replace(PLACING, LogDescriptor.SEGMENT_SUFFIX));
            if (Files.exists(target)) {
                aside.move(target);
            }
            if (Files.exists(file)) {
                aside.disk().rename(file, target);
                aside.did("gave " + file.getFileName() + " the name " + target.getFileName());
            }
        });
    }
}
