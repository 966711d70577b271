package herald.tools.agent;

import herald.events.EventType;
import herald.events.ResourceEvents;
import herald.recorder.ObjectReference;
import herald.tools.agent.MountTable.Mount;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Notices file systems that fill up, are full, have no inodes left or are read-only, and when they are so no longer:
 * one event each time. A use counts as fallen only once it is 2 percent points below where it was told. One file system
 * that can't be looked at is named in the log, and the others are watched.
 */
final class DiskWatcher implements HostWatcher {
    static final int HYSTERESIS_PERCENT = 2;
    /** What is left of a full file system may be a little that nobody gets; of a small one less. */
    private static final long FULL_BYTES = 64 * 1024;
    private static final int FULL_FRACTION = 1_000;
    private static final String SUBJECT = "file system ";
    private static final String INODES_SUBJECT = "inodes of file systems";
    private static final Logger LOG = LoggerFactory.getLogger(DiskWatcher.class);

    private final MountTable mountTable;
    private final int thresholdPercent;
    private final SpaceProbe spaceProbe;
    private final InodeProbe inodeProbe;
    private final Complaints complaints;
    private final PendingEvents pending = new PendingEvents();
    private final Map<String, State> states = new HashMap<>();

    private enum Trouble { OVER_THRESHOLD, FULL, NO_INODES, READ_ONLY }

    /** What is known of a file system. */
    private static final class State {
        private final Set<Trouble> troubles = EnumSet.noneOf(Trouble.class);
        private Mount mount;
        private boolean wasPoint;
    }

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

        boolean isFull() {
            return usableBytes <= Math.min(FULL_BYTES, totalBytes / FULL_FRACTION);
        }
    }

    /** Measures a file system. */
    @FunctionalInterface
    interface SpaceProbe {
        Space measure(Path mount) throws IOException;
    }

    DiskWatcher(
        final MountTable mountTable,
        final int thresholdPercent,
        final SpaceProbe spaceProbe,
        final InodeProbe inodeProbe) {
        this(mountTable, thresholdPercent, spaceProbe, inodeProbe, LOG::warn);
    }

    DiskWatcher(
        final MountTable mountTable,
        final int thresholdPercent,
        final SpaceProbe spaceProbe,
        final InodeProbe inodeProbe,
        final Consumer<String> log) {
        this.mountTable = mountTable;
        this.thresholdPercent = thresholdPercent;
        this.spaceProbe = spaceProbe;
        this.inodeProbe = inodeProbe;
        this.complaints = new Complaints(log);
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
        final int late = pending.offerTo(sink);
        if (!pending.isEmpty()) {
            return late;
        }
        final List<Mount> mounts = mountTable.mounts();
        forgetGone(mounts);
        final Map<String, Inodes> inodes = countInodes(mounts);
        for (final Mount mount : mounts) {
            look(mount, inodes.get(mount.name()));
        }
        return late + pending.offerTo(sink);
    }

    private void forgetGone(final List<Mount> mounts) {
        final Set<String> names = new HashSet<>();
        mounts.forEach(mount -> names.add(mount.name()));
        states.forEach((name, state) -> {
            if (!names.contains(name)) {
                tellGone(state);
            }
        });
        states.keySet().retainAll(names);
        complaints.retain(subject ->
            subject.equals(INODES_SUBJECT) || names.contains(subject.substring(SUBJECT.length())));
    }

    private void tellGone(final State state) {
        if (!state.troubles.isEmpty()) {
            add(state.mount, ResourceEvents.DISK_RECOVERED, " is no longer mounted", Map.of());
            state.troubles.clear();
        }
    }

    private Map<String, Inodes> countInodes(final List<Mount> mounts) {
        try {
            final Map<String, Inodes> inodes = inodeProbe.poll(mounts);
            if (!inodes.isEmpty()) {
                complaints.clear(INODES_SUBJECT);
            }
            return inodes;
        } catch (final IOException e) {
            complaints.add(INODES_SUBJECT, e.getMessage());
            return Map.of();
        }
    }

    private void look(final Mount mount, final Inodes inodes) {
        final boolean first = !states.containsKey(mount.name());
        final State state = states.computeIfAbsent(mount.name(), unused -> new State());
        state.mount = mount;
        state.wasPoint |= mount.isPoint();
        if (state.wasPoint && !mount.isPoint()) {
            tellGone(state);
            complaints.add(SUBJECT + mount.name(), "nothing is mounted there");
            return;
        }
        lookAtOptions(mount, first);
        if (inodes != null && inodes.total() > 0) {
            lookAtInodes(mount, inodes);
        }
        try {
            final Space space = spaceProbe.measure(mount.path());
            if (space.totalBytes() > 0) {
                lookAtRoom(mount, space);
            }
            complaints.clear(SUBJECT + mount.name());
        } catch (final IOException | RuntimeException e) {
            complaints.add(SUBJECT + mount.name(), e.toString());
        }
    }

    private void lookAtOptions(final Mount mount, final boolean first) {
        if (mount.readOnly()) {
            raise(mount, Trouble.READ_ONLY, ResourceEvents.DISK_READ_ONLY,
                first ? " is read-only" : " turned read-only", first ? Map.of("initial", "true") : Map.of());
        } else {
            clear(mount, Trouble.READ_ONLY, " can be written to again", Map.of());
        }
    }

    private void lookAtInodes(final Mount mount, final Inodes inodes) {
        final Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("totalInodes", Long.toString(inodes.total()));
        if (inodes.areExhausted()) {
            raise(mount, Trouble.NO_INODES, ResourceEvents.DISK_INODES_EXHAUSTED,
                " has none of its " + inodes.total() + " inodes left", attributes);
        } else if (inodes.freePercent() >= HYSTERESIS_PERCENT) {
            attributes.put("freeInodes", Long.toString(inodes.free()));
            clear(mount, Trouble.NO_INODES, " has inodes again", attributes);
        }
    }

    private void lookAtRoom(final Mount mount, final Space space) {
        final double usedPercent = space.usedPercent();
        final String used = Long.toString((long)usedPercent);
        final Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("usedPercent", used);
        attributes.put("thresholdPercent", Integer.toString(thresholdPercent));
        attributes.put("totalBytes", Long.toString(space.totalBytes()));
        attributes.put("usableBytes", Long.toString(space.usableBytes()));
        if (usedPercent >= thresholdPercent) {
            raise(mount, Trouble.OVER_THRESHOLD, ResourceEvents.DISK_THRESHOLD_EXCEEDED,
                " is " + used + "% full, over its threshold of " + thresholdPercent + '%', attributes);
        }
        if (space.isFull()) {
            raise(mount, Trouble.FULL, ResourceEvents.DISK_FULL, " is full", attributes);
        } else if (usedPercent < 100 - HYSTERESIS_PERCENT) {
            clear(mount, Trouble.FULL, " is " + used + "% full, and has room again", attributes);
        }
        if (usedPercent < thresholdPercent - HYSTERESIS_PERCENT) {
            clear(mount, Trouble.OVER_THRESHOLD,
                " is " + used + "% full, under its threshold of " + thresholdPercent + "% again", attributes);
        }
    }

    private void raise(
        final Mount mount,
        final Trouble trouble,
        final EventType type,
        final String verb,
        final Map<String, String> attributes) {
        if (states.get(mount.name()).troubles.add(trouble)) {
            add(mount, type, verb, attributes);
        }
    }

    private void clear(
        final Mount mount, final Trouble trouble, final String verb, final Map<String, String> attributes) {
        if (states.get(mount.name()).troubles.remove(trouble)) {
            add(mount, ResourceEvents.DISK_RECOVERED, verb, attributes);
        }
    }

    private void add(
        final Mount mount, final EventType type, final String verb, final Map<String, String> attributes) {
        pending.add(type, SUBJECT + mount.name() + verb, ObjectReference.of("FileSystem", mount.name()), attributes);
    }

    @Override
    public void close() {
        inodeProbe.close();
    }
}
