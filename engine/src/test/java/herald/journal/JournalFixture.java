package herald.journal;

import herald.engine.WireEvents;
import herald.io.SystemDisk;
import herald.log.FaultyDisk;
import herald.log.LogDamage;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import herald.stage.EventSlot;
import herald.stage.ProxyStart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What the tests of the journal share: a journal of short segments, slots for it, and what recovery makes of it.
 */
final class JournalFixture {
    static final int SEGMENT_LENGTH = 64 * 1024;
    static final long FORGET_NS = 1_000_000;
    static final ProxyStart START = WireEvents.start(10_000, 1_000, 500, 65_536);

    final FaultyDisk disk = new FaultyDisk();
    final List<LogDamage> damage = new ArrayList<>();
    private final Path directory;

    JournalFixture(final Path directory) {
        this.directory = directory;
    }

    Journal open() {
        final SegmentedLog log = SegmentedLog.open(
            new SegmentedLog.Config(disk, directory, SEGMENT_LENGTH, new UUID(1, 2), () -> 0), 0, damage::add);
        return new Journal(log, recover(), FORGET_NS);
    }

    JournalRecovery recover() {
        return JournalRecovery.read(SystemDisk.INSTANCE, directory, damage::add);
    }

    JournalReader reader() {
        return new JournalReader(SystemDisk.INSTANCE, directory, 0, damage::add);
    }

    static EventSlot start(final long timeNs) {
        return new EventSlot().reset(EventSlot.Kind.START, timeNs, timeNs).start(START);
    }

    static EventSlot tick(final long timeNs) {
        return new EventSlot().reset(EventSlot.Kind.TICK, timeNs, timeNs);
    }

    static EventSlot event(final RecorderState recorder, final long sequence, final long timeNs, final int length) {
        return WireEvents.event().message("x".repeat(length)).recorded(recorder.id(), sequence, timeNs)
            .slot(recorder, timeNs);
    }

    static List<RecorderState> recorders(final int count) {
        final List<RecorderState> recorders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            recorders.add(new RecorderState(new UUID(9, i), 0));
        }
        return recorders;
    }

    /** What is known of each recorder: its journaled sequence and when it was seen. */
    static Map<UUID, List<Long>> known(final List<RecorderState> recorders) {
        final Map<UUID, List<Long>> known = new TreeMap<>();
        for (final RecorderState recorder : recorders) {
            known.put(recorder.id(), List.of(recorder.journaledSequence(), recorder.lastSeenNs()));
        }
        return known;
    }
}
