package herald.log;

import herald.io.Disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether the segments of a log that is open for appending are still the files of their names. An appender goes on in a
 * file that was deleted, renamed or replaced without noticing: what it appends there nobody finds again. Any thread.
 */
final class SegmentWatch {
    private final Disk disk;
    private final Path directory;
    private final Map<Long, Watched> segments = new TreeMap<>();

    /**
     * Watches the segments that are there.
     *
     * @param disk      that holds the log.
     * @param directory of its segments.
     * @param files     of its segments.
     * @throws IOException where one can't be looked at.
     */
    SegmentWatch(final Disk disk, final Path directory, final List<Path> files) throws IOException {
        this.disk = disk;
        this.directory = directory;
        for (final Path file : files) {
            add(LogDescriptor.basePosition(file), disk.fileKey(file));
        }
    }

    synchronized void add(final long base, final Object key) {
        if (key != null) {
            segments.put(base, new Watched(LogDescriptor.segmentFile(directory, base), key));
        }
    }

    synchronized void remove(final long base) {
        segments.remove(base);
    }

    /**
     * Whether a segment is not the file of its name any more.
     *
     * @param base of the segment.
     * @return null where it is; else what became of it.
     * @throws IOException where that can't be found out.
     */
    synchronized String defectOf(final long base) throws IOException {
        final Watched segment = segments.get(base);
        return segment == null ? null : defectOf(segment);
    }

    private String defectOf(final Watched segment) throws IOException {
        final Object found = disk.fileKey(segment.file);
        if (segment.key.equals(found)) {
            return null;
        }
        return segment.file + (found != null ? " was replaced by another file" : disk.fileKey(directory) == null ?
            " is gone with its directory, which was deleted or renamed" : " was deleted or renamed");
    }

    /**
     * Full segments that are gone and were not released. Each is told once.
     *
     * @param before base of the segment that is appended to.
     * @return what became of them.
     * @throws IOException where that can't be found out.
     */
    synchronized List<String> lostBefore(final long before) throws IOException {
        final List<String> lost = new ArrayList<>();
        final Iterator<Map.Entry<Long, Watched>> all = segments.entrySet().iterator();
        while (all.hasNext()) {
            final Map.Entry<Long, Watched> next = all.next();
            final String defect = next.getKey() < before ? defectOf(next.getValue()) : null;
            if (defect != null) {
                lost.add(defect);
                all.remove();
            }
        }
        return lost;
    }

    private record Watched(Path file, Object key) {
    }
}
