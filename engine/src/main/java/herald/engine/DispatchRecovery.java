package herald.engine;

import herald.dedup.DedupEntry;
import herald.dedup.DedupHandler;
import herald.disk.BatchDecoder;
import herald.dispatch.BatchHandler;
import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.io.Disk;
import herald.journal.JournalReader;
import herald.log.LogDamage;
import herald.log.LogReader;
import herald.receiver.RecorderState;
import herald.stage.EventSlot;
import herald.stage.ProxyStart;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Makes the dispatch log, the dedup windows and the open batch what the journal says, at start. Batches of the last
 * dedup interval restore the windows; the journal from the last batch's resume position on then runs through dedup and
 * batching again, the same handlers as in the ring.
 */
final class DispatchRecovery {
    /**
     * The last batch of a dispatch log.
     *
     * @param resumePosition the journal is dispatched up to here; 0 where there is no batch.
     * @param timeNs         journal time of the record that closed it.
     */
    record LastBatch(long resumePosition, long timeNs) {
    }

    /**
     * What a journal says that applies at a position.
     *
     * @param settings        of the proxy.
     * @param windowsPosition of the last start that made dedup forget its windows.
     */
    record InForce(ProxyStart settings, long windowsPosition) {
    }

    private final Disk disk;
    private final Path journalDir;
    private final Path dispatchDir;
    private final LogDamage.Listener journalDamage;
    private final LogDamage.Listener dispatchDamage;
    private final EventSlot slot = new EventSlot();
    private final RecorderState nobody = new RecorderState(new UUID(0, 0), 0);

    DispatchRecovery(
        final Disk disk,
        final Path journalDir,
        final Path dispatchDir,
        final LogDamage.Listener journalDamage,
        final LogDamage.Listener dispatchDamage) {
        this.disk = disk;
        this.journalDir = journalDir;
        this.dispatchDir = dispatchDir;
        this.journalDamage = journalDamage;
        this.dispatchDamage = dispatchDamage;
    }

    LastBatch findLastBatch() {
        final List<Long> bases = LogReader.segmentBases(disk, dispatchDir);
        for (int i = bases.size() - 1; i >= 0; i--) {
            LastBatch last = null;
            try (DispatchReader reader = new DispatchReader(disk, dispatchDir, bases.get(i), damage -> { })) {
                for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                    last = new LastBatch(batch.resumePosition(), batch.toTimeNs());
                }
            }
            if (last != null) {
                return last;
            }
        }
        return new LastBatch(0, 0);
    }

    /**
     * Restores the windows from batches.
     *
     * @param last          batch.
     * @param inForce       there.
     * @param dedup         whose windows they are.
     */
    void restoreWindows(final LastBatch last, final InForce inForce, final DedupHandler dedup) {
        final long horizonNs = last.timeNs() - inForce.settings().dedupIntervalNs();
        final long from = firstSegmentSince(horizonNs);
        final DedupEntry entry = new DedupEntry();
        try (DispatchReader reader = new DispatchReader(disk, dispatchDir, from, dispatchDamage)) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                if (batch.toTimeNs() > horizonNs) {
                    restore(batch, horizonNs, inForce.windowsPosition(), entry, dedup);
                }
            }
        }
    }

    private static void restore(
        final EventBatch batch,
        final long horizonNs,
        final long forgottenAt,
        final DedupEntry entry,
        final DedupHandler dedup) {
        for (int i = 0; i < batch.size(); i++) {
            final BatchDecoder.EventsDecoder event = batch.entry(i);
            final boolean remembered = event.firstSeenNs() > horizonNs && event.position() > forgottenAt;
            if (remembered && !event.flags().overfull()) {
                dedup.restore(batch.wireEvent(), entry.restore(event));
            }
        }
    }

    private long firstSegmentSince(final long timeNs) {
        final List<Long> bases = LogReader.segmentBases(disk, dispatchDir);
        for (int i = bases.size() - 1; i > 0; i--) {
            try (DispatchReader reader = new DispatchReader(disk, dispatchDir, bases.get(i), damage -> { })) {
                final EventBatch first = reader.next();
                if (first != null && first.toTimeNs() <= timeNs) {
                    return bases.get(i);
                }
            }
        }
        return bases.isEmpty() ? 0 : bases.get(0);
    }

    /**
     * What was in force at a position of the journal, or first where nothing was said before it.
     *
     * @param position of a record; 0 for the oldest.
     * @return null where the journal is empty.
     */
    InForce inForceAt(final long position) {
        final List<Long> bases = LogReader.segmentBases(disk, journalDir);
        for (int i = bases.size() - 1; i >= 0; i--) {
            final InForce said = bases.get(i) < position ? lastSaid(bases.get(i), position) : null;
            if (said != null) {
                return said;
            }
        }
        return firstSaid();
    }

    private InForce lastSaid(final long base, final long beforePosition) {
        InForce said = null;
        try (JournalReader reader = new JournalReader(disk, journalDir, base, damage -> { })) {
            while (reader.next() && reader.recordPosition() < beforePosition) {
                said = reader.start() == null ? null : new InForce(reader.start(), reader.windowsPosition());
            }
            return said;
        }
    }

    private InForce firstSaid() {
        try (JournalReader reader = new JournalReader(disk, journalDir, 0, damage -> { })) {
            while (reader.next()) {
                if (reader.start() != null) {
                    return new InForce(reader.start(), reader.windowsPosition());
                }
            }
            return null;
        }
    }

    /**
     * Runs the journal through dedup and batching.
     *
     * @param fromPosition the journal is dispatched up to here.
     * @param dedup        with its windows restored.
     * @param batch        with the settings in force.
     * @return records replayed.
     * @throws IOException where a disk fails.
     */
    long replay(final long fromPosition, final DedupHandler dedup, final BatchHandler batch) throws IOException {
        long replayed = 0;
        try (JournalReader reader = new JournalReader(disk, journalDir, fromPosition, journalDamage)) {
            while (reader.next()) {
                if (fill(reader)) {
                    dedup.onSlot(slot);
                    batch.onSlot(slot);
                    replayed++;
                }
            }
        }
        dedup.onTurnEnd();
        batch.onTurnEnd();
        return replayed;
    }

    private boolean fill(final JournalReader reader) {
        final long journalTimeNs = reader.journalTimeNs();
        final long wallTimeNs = reader.wallTimeNs();
        switch (reader.kind()) {
            case EVENT -> {
                slot.reset(EventSlot.Kind.EVENT, journalTimeNs, wallTimeNs).event(nobody, reader.sequence());
                slot.wireEvent().wrap(reader.wireEvent());
            }
            case VOID -> slot.reset(EventSlot.Kind.VOID, journalTimeNs, wallTimeNs)
                .voided(nobody, reader.fromSequence(), reader.sequence(), reader.cause());
            case TICK -> slot.reset(EventSlot.Kind.TICK, journalTimeNs, wallTimeNs);
            case START -> slot.reset(EventSlot.Kind.START, journalTimeNs, wallTimeNs).start(reader.start())
                .forgetsWindows(reader.windowsPosition() == reader.recordPosition());
            case SHUTDOWN -> slot.reset(EventSlot.Kind.SHUTDOWN, journalTimeNs, wallTimeNs);
            default -> {
                return false;
            }
        }
        slot.journaledAt(reader.recordPosition(), reader.position());
        return true;
    }
}
