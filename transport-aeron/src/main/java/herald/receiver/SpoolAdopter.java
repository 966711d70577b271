package herald.receiver;

import herald.io.Disk;
import herald.link.CounterId;
import herald.recorder.Spool;
import herald.recorder.SpoolFile;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes over spools on this host whose owner is gone: their events go the way of all others, under their recorder's id,
 * and are trimmed once they are durable. Receiver's thread.
 */
final class SpoolAdopter implements AutoCloseable {
    private static final int EVENTS_PER_TURN = 64;

    private final Disk disk;
    private final Path spoolDir;
    private final long scanIntervalNs;
    private final RecorderRegistry registry;
    private final EventValidator validator = new EventValidator();
    private final int maxEventLength;
    private final CounterId.Sink counters;
    private final ErrorHandler errorHandler;
    private final ArrayDeque<Adoption> reading = new ArrayDeque<>();
    private final List<Adoption> awaitingJournal = new ArrayList<>();
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private long nextScanNs;
    private boolean scanned;

    /** One spool on its way. */
    private static final class Adoption {
        private final Spool spool;
        private final RecorderState recorder;
        private final long endSequence;
        private long position;

        Adoption(final Spool spool, final RecorderState recorder) {
            this.spool = spool;
            this.recorder = recorder;
            this.endSequence = Math.max(spool.lastSequence(), spool.lostSequence());
            this.position = spool.headPosition();
        }
    }

    SpoolAdopter(final EventReceiver.Context context, final RecorderRegistry registry) {
        this.disk = context.disk();
        this.spoolDir = context.spoolDir();
        this.scanIntervalNs = context.adoptIntervalNs();
        this.maxEventLength = context.maxEventLength();
        this.counters = context.counters();
        this.errorHandler = context.errorHandler();
        this.registry = registry;
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
            final List<Spool> orphans = SpoolFile.acquireOrphans(disk, spoolDir);
            for (final Spool spool : orphans) {
                reading.add(new Adoption(spool, registry.meet(spool.recorderId(), spool.trimmedSequence() + 1)));
            }
            return orphans.size();
        } catch (final IOException e) {
            errorHandler.onError(new IOException("cannot look for spools in " + spoolDir + ": " + e.getMessage(), e));
            return 0;
        }
    }

    private int read(final Adoption adoption) {
        if (!registry.passTo(adoption.recorder, adoption.spool.trimmedSequence() + 1)) {
            return 0;
        }
        int work = 0;
        while (work < EVENTS_PER_TURN && adoption.position < adoption.spool.tailPosition()) {
            final long sequence = adoption.spool.sequenceAt(adoption.position);
            final long next = adoption.spool.frameAt(adoption.position, frame);
            if (frame.capacity() > 0 && !take(adoption.recorder, sequence)) {
                return work;
            }
            adoption.position = next;
            work++;
        }
        if (adoption.position >= adoption.spool.tailPosition() &&
            registry.passTo(adoption.recorder, adoption.endSequence + 1)) {
            awaitingJournal.add(reading.remove());
        }
        return work;
    }

    private boolean take(final RecorderState recorder, final long sequence) {
        if (RecorderRegistry.place(recorder, sequence) == RecorderRegistry.Outcome.RESENT) {
            counters.increment(ReceiverCounter.RESENT);
            return true;
        }
        final int length = frame.capacity();
        final boolean whole = length >= MessageHeaderDecoder.ENCODED_LENGTH + EventDecoder.BLOCK_LENGTH &&
            length <= maxEventLength && validator.defectOf(frame, 0, length) == null;
        if (!whole) {
            return registry.refuse(recorder, sequence);
        }
        if (!registry.accept(recorder, sequence, frame, 0, length)) {
            return false;
        }
        counters.increment(ReceiverCounter.ADOPTED);
        return true;
    }

    private int releaseDurable() {
        int released = 0;
        for (int i = awaitingJournal.size() - 1; i >= 0; i--) {
            final Adoption adoption = awaitingJournal.get(i);
            if (adoption.recorder.durableSequence() >= adoption.endSequence) {
                awaitingJournal.remove(i);
                adoption.spool.trim(adoption.recorder.durableSequence());
                release(adoption.spool);
                released++;
            }
        }
        return released;
    }

    private void release(final Spool spool) {
        try {
            SpoolFile.releaseDrained(disk, spool);
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
