package herald.log;

import herald.io.ErrorText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What an appender finds when it opens a log: its segments, all of one log, with what the last run may have left
 * unforced or unwritten made good before anything is stored into them.
 */
final class LogOpening {
    /** Each is forced when the one behind it is full, at the latest: no more than these can be torn or have holes. */
    private static final int UNSURE_SEGMENTS = 3;

    private LogOpening() {
    }

    static List<Path> segmentFiles(final SegmentedLog.Config config) throws IOException {
        final List<Path> files = new ArrayList<>(config.disk().list(
            config.directory(), LogDescriptor.SEGMENT_SUFFIX));
        files.removeIf(file -> !LogDescriptor.isSegmentName(file));
        return files;
    }

    /**
     * Refuses what has a name as segments have and can be none: who put it there, or renamed a segment, is to know.
     *
     * @param config of the log.
     * @throws LogException naming the file.
     */
    static void requireNames(final SegmentedLog.Config config) throws IOException {
        for (final Path file : config.disk().list(config.directory(), LogDescriptor.SEGMENT_SUFFIX)) {
            if (LogDescriptor.isImpossibleName(file)) {
                throw new LogException(file + " is no segment of a Herald log, none begins so far: " +
                    LogDescriptor.REPAIR);
            }
        }
    }

    /**
     * Makes the last segments fit to be written to and, if wanted, what they hold durable.
     *
     * @param config of the log.
     * @param files  of its segments, at least one.
     * @param forced whether to force what the last run may have left unforced.
     */
    static void prepare(final SegmentedLog.Config config, final List<Path> files, final boolean forced)
        throws IOException {
        requireOneLog(config, files);
        final List<Path> unsure = files.subList(Math.max(0, files.size() - UNSURE_SEGMENTS), files.size());
        for (final Path file : unsure) {
            Segment.fillHoles(config.disk(), file);
        }
        if (forced) {
            forceAnew(config, unsure);
        }
    }

    private static void requireOneLog(final SegmentedLog.Config config, final List<Path> files) throws IOException {
        final Path last = files.get(files.size() - 1);
        final UUID logId;
        try (Segment segment = Segment.open(config.disk(), last, false)) {
            logId = segment.header().logId();
        }
        for (final Path file : files.subList(0, files.size() - 1)) {
            if (!isOf(logId, config, file)) {
                throw new LogException(file + " is of another log than " + last + ": " + LogDescriptor.REPAIR);
            }
        }
    }

    /** One whose header is damaged may not be needed any more: it is refused where it is read. */
    private static boolean isOf(final UUID logId, final SegmentedLog.Config config, final Path file)
        throws IOException {
        try (Segment segment = Segment.open(config.disk(), file, false)) {
            return segment.header().logId().equals(logId);
        } catch (final LogException e) {
            return true;
        }
    }

    private static void forceAnew(final SegmentedLog.Config config, final List<Path> files) throws IOException {
        for (final Path file : files) {
            try (Segment segment = Segment.open(config.disk(), file, true)) {
                segment.forceAnew();
            } catch (final IOException e) {
                throw new LogException("cannot force " + file + ": " + ErrorText.of(e) + "; what it holds may be " +
                    "gone after a power cut, so nothing is accepted on top of it. Mend the device or move the " +
                    "directory to another one, then start again", e);
            }
        }
    }
}
