package herald.tools.torture;

import herald.io.SystemDisk;
import herald.log.LogDescriptor;
import herald.log.LogReader;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A log with what retention has released of it, as one directory of links.
 *
 * @param directory of links to segments, from the first one on.
 * @param keptFrom  base of the oldest segment that is kept.
 * @param released  how many segments were released.
 */
record WholeLog(Path directory, long keptFrom, long released) {
    /**
     * Joins a log and its archive.
     *
     * @param live    directory of the log.
     * @param archive directories of logs, as {@link ArchivingDisk} fills them.
     * @return the log from its beginning.
     * @throws IOException where links can't be made.
     */
    static WholeLog of(final Path live, final Path archive) throws IOException {
        final Map<String, Path> segments = new TreeMap<>();
        for (final Path file : segmentsIn(archive.resolve(live.getFileName()))) {
            segments.put(file.getFileName().toString(), file);
        }
        final int archived = segments.size();
        int both = 0;
        for (final Path file : segmentsIn(live)) {
            both += segments.put(file.getFileName().toString(), file) == null ? 0 : 1;
        }
        final Path whole = directory(live, archive);
        Files.createDirectories(whole);
        for (final Map.Entry<String, Path> segment : segments.entrySet()) {
            Files.createSymbolicLink(whole.resolve(segment.getKey()), segment.getValue().toAbsolutePath());
        }
        final List<Long> kept = LogReader.segmentBases(SystemDisk.INSTANCE, live);
        return new WholeLog(whole, kept.isEmpty() ? 0 : kept.get(0), archived - both);
    }

    /**
     * Where a log is joined.
     *
     * @param live    directory of the log.
     * @param archive directories of logs.
     * @return the directory of links, once there is one.
     */
    static Path directory(final Path live, final Path archive) {
        return archive.resolve("whole-" + live.getFileName());
    }

    private static List<Path> segmentsIn(final Path directory) throws IOException {
        return SystemDisk.INSTANCE.list(directory, LogDescriptor.SEGMENT_SUFFIX);
    }
}
