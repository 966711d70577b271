package herald.recorder;

import herald.io.Disk;
import herald.io.FileMutex;
import org.agrona.ErrorHandler;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Deletes the spools of a directory that are done with: for a time nothing has waited in them, and no process has held
 * them. Their recorders begin anew if they come back. What they counted goes on in {@link RetiredCounters}. A spool
 * that is damaged is none of these. One thread's.
 */
public final class SpoolRetirement {
    /** How long they are kept if nothing else is said. */
    public static final long DEFAULT_AGE_NS = TimeUnit.HOURS.toNanos(1);

    private static final long LONGEST_INTERVAL_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int LOOKS_IN_AGE = 4;

    private final Disk disk;
    private final Path directory;
    private final long ageNs;
    private final SpoolRefusals refusals;
    private final Map<Path, Idle> idle = new HashMap<>();
    private long nextNs;

    /**
     * A spool without an owner in which nothing waits.
     *
     * @param recorderId whose it is.
     * @param sequence   of the last event that it held.
     * @param sinceNs    when it was first seen so.
     */
    private record Idle(UUID recorderId, long sequence, long sinceNs) {
    }

    /**
     * Looks from now on.
     *
     * @param disk         that holds the spools.
     * @param directory    of them; it may be missing.
     * @param ageNs        how long they are kept.
     * @param nowNs        of the clock that {@link #step} goes by.
     * @param errorHandler told of each that can't be deleted, once for each reason.
     */
    public SpoolRetirement(
        final Disk disk, final Path directory, final long ageNs, final long nowNs, final ErrorHandler errorHandler) {
        this.disk = disk;
        this.directory = directory;
        this.ageNs = ageNs;
        this.refusals = new SpoolRefusals(errorHandler, () -> { });
        this.nextNs = nowNs;
    }

    /**
     * Looks at the spools, unless it did so a short time ago.
     *
     * @param nowNs of a clock that only goes forward.
     * @return how many were deleted.
     */
    public int step(final long nowNs) {
        if (nowNs - nextNs < 0) {
            return 0;
        }
        nextNs = nowNs + Math.min(ageNs / LOOKS_IN_AGE, LONGEST_INTERVAL_NS);
        final List<Path> files;
        try {
            files = disk.list(directory, SpoolFile.SUFFIX);
        } catch (final IOException e) {
            // Who looks for events in it says so.
            return 0;
        }
        idle.keySet().retainAll(files);
        refusals.retain(files);
        int deleted = 0;
        for (final Path file : files) {
            deleted += isDue(file, nowNs) && retire(file) ? 1 : 0;
        }
        return deleted;
    }

    private boolean isDue(final Path file, final long nowNs) {
        final Idle now = look(file, nowNs);
        final Idle before = now == null ? idle.remove(file) : idle.get(file);
        if (now == null) {
            return false;
        }
        if (before == null || !before.recorderId.equals(now.recorderId) || before.sequence != now.sequence) {
            idle.put(file, now);
            return false;
        }
        return nowNs - before.sinceNs >= ageNs;
    }

    /** Null where it is held, something waits, or it can't be read: who looks for events says so. */
    private static Idle look(final Path file, final long nowNs) {
        try (SpoolBytes bytes = SpoolBytes.open(file, false)) {
            final SpoolScan scan = SpoolScan.glance(bytes);
            return scan.isIdle() && !FileMutex.isHeld(SpoolFile.lockFile(file)) ?
                new Idle(scan.recorderId(), scan.trimmedSequence(), nowNs) : null;
        } catch (final IOException | SpoolException e) {
            return null;
        }
    }

    private boolean retire(final Path file) {
        try {
            return SpoolFile.retire(disk, file);
        } catch (final IOException | SpoolException e) {
            refusals.refuse(file, e);
            return false;
        }
    }
}
