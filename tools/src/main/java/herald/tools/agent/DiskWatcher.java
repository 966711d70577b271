package herald.tools.agent;

import herald.events.ResourceEvents;
import herald.recorder.ObjectReference;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Notices file systems that fill up: one event each time that the threshold is passed. It counts as passed again only
 * after the use fell 2 percent points below it.
 */
final class DiskWatcher implements HostWatcher {
    static final int HYSTERESIS_PERCENT = 2;

    private final MountTable mountTable;
    private final int thresholdPercent;
    private final SpaceProbe probe;
    private final Set<Path> exceeded = new HashSet<>();

    /**
     * Room of a file system.
     *
     * @param totalBytes  of it.
     * @param usableBytes of those, still to be had by a user.
     */
    record Space(long totalBytes, long usableBytes) {
        double usedPercent() {
            return 100.0 * (totalBytes - usableBytes) / totalBytes;
        }
    }

    /** Measures a file system. */
    @FunctionalInterface
    interface SpaceProbe {
        Space measure(Path mount) throws IOException;
    }

    DiskWatcher(final MountTable mountTable, final int thresholdPercent, final SpaceProbe probe) {
        this.mountTable = mountTable;
        this.thresholdPercent = thresholdPercent;
        this.probe = probe;
    }

    static Space fileStoreSpace(final Path mount) throws IOException {
        final FileStore store = Files.getFileStore(mount);
        return new Space(store.getTotalSpace(), store.getUsableSpace());
    }

    @Override
    public String name() {
        return "file systems";
    }

    @Override
    public int poll(final EventSink sink) throws IOException {
        final List<Path> mounts = mountTable.mounts();
        exceeded.retainAll(mounts);
        IOException failure = null;
        int work = 0;
        for (final Path mount : mounts) {
            try {
                work += look(mount, probe.measure(mount), sink);
            } catch (final IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return work;
    }

    private int look(final Path mount, final Space space, final EventSink sink) {
        if (space.totalBytes() <= 0) {
            return 0;
        }
        final double usedPercent = space.usedPercent();
        if (usedPercent < thresholdPercent - HYSTERESIS_PERCENT) {
            exceeded.remove(mount);
        }
        if (usedPercent < thresholdPercent || exceeded.contains(mount)) {
            return 0;
        }
        final String used = Long.toString((long)usedPercent);
        final long result = sink.record(
            ResourceEvents.DISK_THRESHOLD_EXCEEDED,
            null,
            "file system " + mount + " is " + used + "% full, over its threshold of " + thresholdPercent + '%',
            ObjectReference.of("FileSystem", mount.toString()),
            Map.of(
                "usedPercent", used,
                "thresholdPercent", Integer.toString(thresholdPercent),
                "totalBytes", Long.toString(space.totalBytes()),
                "usableBytes", Long.toString(space.usableBytes())));
        if (result <= 0) {
            return 0;
        }
        exceeded.add(mount);
        return 1;
    }
}
