package herald.receiver;

import herald.io.Disk;
import herald.link.Acknowledger;
import herald.link.CounterId;
import herald.link.DirectoryIdentity;
import herald.recorder.OrphanSpool;
import herald.recorder.SpoolException;
import herald.recorder.SpoolFile;
import herald.recorder.SpoolInspection;
import herald.recorder.SpoolRefusals;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes over spools on this host whose owner is gone: their events go the way of all others, under their recorder's id,
 * and are trimmed once they are durable. What is known to be lost between or behind them becomes void, and so does what
 * was acknowledged before the data directory was put back to an older state. Receiver's thread.
 */
final class SpoolAdopter implements AutoCloseable {
    private static final int EVENTS_PER_TURN = 64;
    /** No recorder loses as many events between two journaled ones: a file that says so is none of its own. */
    private static final long MAX_LEAP = 1L << 28;

    private final Disk disk;
    private final Path spoolDir;
    private final long scanIntervalNs;
    private final RecorderRegistry registry;
    private final EventAcceptance acceptance;
    private final EventIngress ingress;
    private final CounterId.Sink counters;
    private final ErrorHandler errorHandler;
    private final ArrayDeque<Adoption> reading = new ArrayDeque<>();
    private final List<Adoption> awaitingJournal = new ArrayList<>();
    private final SpoolRefusals refusals;
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private long nextScanNs;
    private boolean scanned;

    /** One spool on its way. */
    private static final class Adoption {
        private final OrphanSpool spool;
        private final RecorderState recorder;
        private int next;
        private boolean lossTold;

        Adoption(final OrphanSpool spool, final RecorderState recorder) {
            this.spool = spool;
            this.recorder = recorder;
            recorder.beginAdoption();
        }
    }

    SpoolAdopter(
        final EventReceiver.Context context, final RecorderRegistry registry, final EventAcceptance acceptance) {
        this.disk = context.disk();
        this.spoolDir = context.spoolDir();
        this.scanIntervalNs = context.adoptIntervalNs();
        this.acceptance = acceptance;
        this.ingress = context.ingress();
        this.counters = context.counters();
        this.errorHandler = context.errorHandler();
        this.registry = registry;
        this.refusals = new SpoolRefusals(errorHandler, () -> counters.increment(ReceiverCounter.SPOOLS_REFUSED));
    }

    int doWork(final long nowNs) {
        int work = 0;
        if (!scanned || nowNs - nextScanNs >= 0) {
            scanned = true;
            nextScanNs = nowNs + scanIntervalNs;
            work += scan();
        }
        if (!reading.isEmpty()) {
            work += read(reading.peek());
        }
        return work + (awaitingJournal.isEmpty() ? 0 : releaseDurable());
    }

    private int scan() {
        try {
            final List<OrphanSpool> orphans = SpoolFile.acquireOrphans(disk, spoolDir, registry::lacks, refusals);
            orphans.forEach(this::begin);
            return orphans.size();
        } catch (final IOException e) {
            refusals.onUnreadable(spoolDir, e);
            return 0;
        }
    }

    private void begin(final OrphanSpool spool) {
        count(spool);
        final RecorderState recorder = registry.meet(
            spool.recorderId(), spool.firstSequence(), acknowledged(spool));
        final long leap = spool.lastSequence() - recorder.acceptedSequence() - spool.events();
        if (leap < MAX_LEAP) {
            reading.add(new Adoption(spool, recorder));
            return;
        }
        counters.increment(ReceiverCounter.SPOOLS_REFUSED);
        try {
            errorHandler.onError(new SpoolException("spool " + spool.file() + " says that recorder " +
                spool.recorderId() + " is at sequence " + spool.lastSequence() + ", the journal has it at " +
                recorder.acceptedSequence() + ": it is kept as " + spool.putAway() + ", nothing of it is taken"));
        } catch (final IOException e) {
            errorHandler.onError(e);
        }
    }

    private void count(final OrphanSpool spool) {
        if (!spool.damages().isEmpty()) {
            counters.increment(ReceiverCounter.SPOOLS_DAMAGED);
            counters.add(ReceiverCounter.SPOOL_BYTES_DAMAGED,
                spool.damages().stream().mapToLong(SpoolInspection.Damage::length).sum());
        }
    }

    private static Acknowledged acknowledged(final OrphanSpool spool) {
        return new Acknowledged(spool.firstSequence() - 1, spool.acknowledger());
    }

    private int read(final Adoption adoption) {
        final OrphanSpool spool = adoption.spool;
        if (!registry.passAcknowledged(adoption.recorder, acknowledged(spool)) ||
            !registry.passTo(adoption.recorder, spool.firstSequence())) {
            return 0;
        }
        int work = 0;
        while (work < EVENTS_PER_TURN && adoption.next < spool.events()) {
            final boolean there = spool.event(adoption.next, frame);
            if (there && !take(adoption.recorder, spool.sequence(adoption.next))) {
                return work;
            }
            adoption.next++;
            work++;
            if (!there) {
                onLost(adoption);
            }
        }
        if (adoption.next >= spool.events() && registry.passTo(adoption.recorder, spool.lastSequence() + 1)) {
            spool.rest();
            awaitingJournal.add(reading.remove());
        }
        return work;
    }

    private void onLost(final Adoption adoption) {
        final OrphanSpool spool = adoption.spool;
        if (!adoption.lossTold) {
            adoption.lossTold = true;
            counters.increment(ReceiverCounter.SPOOLS_DAMAGED);
            errorHandler.onError(new SpoolException("spool " + spool.file() + " of recorder " + spool.recorderId() +
                " was changed while it was read (" + spool.damages().get(spool.damages().size() - 1) +
                "): what is whole is taken, the others are lost"));
        }
    }

    /** Events that are missing before this one are lost. */
    private boolean take(final RecorderState recorder, final long sequence) {
        if (!registry.passTo(recorder, sequence)) {
            return false;
        }
        final RecorderRegistry.Outcome outcome = acceptance.take(recorder, sequence, frame, 0, frame.capacity());
        if (outcome == RecorderRegistry.Outcome.ACCEPTED) {
            counters.increment(ReceiverCounter.ADOPTED);
        }
        return outcome != RecorderRegistry.Outcome.FULL;
    }

    private int releaseDurable() {
        int released = 0;
        for (int i = awaitingJournal.size() - 1; i >= 0; i--) {
            final Adoption adoption = awaitingJournal.get(i);
            if (adoption.recorder.durableSequence() >= adoption.spool.lastSequence()) {
                awaitingJournal.remove(i);
                adoption.recorder.endAdoption();
                release(adoption.spool);
                released++;
            }
        }
        return released;
    }

    /** Its recorder, or another process on its spool, may be asked later what was acknowledged to it. */
    private void release(final OrphanSpool spool) {
        final DirectoryIdentity identity = registry.past().identity();
        spool.acknowledgedBy(new Acknowledger(identity.id(), identity.generation(), identity.starts().get(0).runId(),
            ingress.journaledPosition() - 1));
        try {
            final String kept = spool.releaseDrained();
            if (kept != null) {
                errorHandler.onError(new SpoolException("spool " + spool.file() + " is drained and kept as " + kept));
            }
        } catch (final IOException e) {
            errorHandler.onError(e);
        }
    }

    @Override
    public void close() {
        reading.forEach(adoption -> adoption.spool.close());
        awaitingJournal.forEach(adoption -> adoption.spool.close());
        reading.clear();
        awaitingJournal.clear();
    }
}
