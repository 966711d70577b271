package herald.recorder;

import herald.io.FileAccess;
import herald.io.FileIdentity;
import herald.io.FileMutex;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Looks once a second whether the file of a recorder's spool is still the one that others find under its name: who
 * adopts spools looks there, and what is appended to any other is kept for nobody. Where it was moved, deleted or
 * replaced, nothing more is accepted, what is not acknowledged is written into a file that is adopted, and the link
 * goes on with what is mapped. Where other content was written into the file, or it was cut, the mapping is not what
 * was accepted, and the link ends too. Where the proxy says that the file had been put back to an older state before it
 * was opened, what was recorded since is written into a file that is adopted, under sequences of its own.
 */
final class SpoolWatch implements AutoCloseable {
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private enum State { IN_PLACE, TAKEN_AWAY, CHANGED, PUT_BACK }

    private final EventRecorder.Context context;
    private final Spool spool;
    private final SpoolAppender appender;
    private final RecorderLink link;
    private final UnsafeBuffer header;
    private final FileIdentity file;
    private final FileIdentity lock;
    private long nextLookNs;
    private long looks;
    private long lookedAtPosition;
    private volatile boolean lost;
    private boolean closed;
    private FileMutex keptLock;
    private volatile Path kept;
    private volatile long missing;

    SpoolWatch(
        final EventRecorder.Context context, final Spool spool, final SpoolAppender appender,
        final RecorderLink link) {
        this.context = context;
        this.spool = spool;
        this.appender = appender;
        this.link = link;
        this.file = identityOf(spool.file());
        this.lock = identityOf(SpoolFile.lockFile(spool.file()));
        this.header = new UnsafeBuffer(spool.contents(), 0, SpoolDescriptor.HEADER_LENGTH);
        this.looks = header.getLong(SpoolDescriptor.LOOKS_OFFSET);
        this.lookedAtPosition = spool.tailPosition();
        this.nextLookNs = context.nanoClock.nanoTime() + INTERVAL_NS;
    }

    private static FileIdentity identityOf(final Path path) {
        try {
            return FileIdentity.of(path);
        } catch (final IOException e) {
            throw new SpoolException("cannot look at " + path + ": " + FileAccess.reason(e), e);
        }
    }

    /** The conductor's turn. */
    void step() {
        final long nowNs = context.nanoClock.nanoTime();
        if (nowNs - nextLookNs >= 0) {
            nextLookNs = nowNs + INTERVAL_NS;
            look();
        }
    }

    /** Looks now. Any thread. */
    synchronized void look() {
        if (lost || closed) {
            return;
        }
        final State found = state();
        if (found != State.IN_PLACE) {
            lost = true;
            appender.withdraw();
            onLost(found);
        }
    }

    private State state() {
        if (link.supersededAt() != RecorderLink.NOT_SUPERSEDED) {
            return State.PUT_BACK;
        }
        try {
            final long accepted = spool.lastSequence();
            final FileIdentity lockNow = FileIdentity.of(SpoolFile.lockFile(spool.file()));
            final boolean isLockOthers = lockNow != null && !lockNow.equals(lock);
            if (isLockOthers || file == null || !file.equals(FileIdentity.of(spool.file()))) {
                return State.TAKEN_AWAY;
            }
            final boolean isWhole = Files.size(spool.file()) >= spool.contents().capacity();
            return isWhole && spool.isOfItsFile() && isContentOwn(accepted) ? State.IN_PLACE : State.CHANGED;
        } catch (final InternalError e) {
            return State.CHANGED;
        } catch (final IOException e) {
            return State.IN_PLACE;
        }
    }

    /** Neither the header nor the ring is of an earlier time; where all is acknowledged, that would do no harm. */
    private boolean isContentOwn(final long accepted) {
        if (header.getLongVolatile(SpoolDescriptor.USED_SEQUENCE_OFFSET) < accepted ||
            header.getLong(SpoolDescriptor.LOOKS_OFFSET) != looks || !isEventOfLastLookThere()) {
            return false;
        }
        final long tail = spool.tailPosition();
        if (tail != lookedAtPosition) {
            lookedAtPosition = tail;
            header.putLong(SpoolDescriptor.LOOKS_OFFSET, ++looks);
        }
        return true;
    }

    /** The first one that was accepted after the last look, unless it is acknowledged by now. */
    private boolean isEventOfLastLookThere() {
        if (spool.tailPosition() == lookedAtPosition) {
            return true;
        }
        final long sequence = spool.sequenceAt(lookedAtPosition);
        final boolean isThere = sequence > spool.trimmedSequence() && sequence <= spool.lastSequence();
        return isThere || spool.headPosition() > lookedAtPosition;
    }

    private void onLost(final State found) {
        final long from = Math.max(link.supersededAt(), spool.trimmedSequence());
        final long pending = spool.lastSequence() - from;
        String what = "";
        if (found == State.CHANGED || found == State.PUT_BACK) {
            link.close();
        }
        if (found == State.CHANGED) {
            missing = pending;
        } else if (pending > 0) {
            what = found == State.PUT_BACK ? keepRenumbered(from) : keep();
            missing = kept == null ? pending : 0;
        }
        context.errors.onError(new SpoolException("spool " + spool.file() + " of recorder " + spool.recorderId() +
            switch (found) {
                case CHANGED -> " was written over or cut while in use";
                case PUT_BACK -> " was put back to an older state before it was opened";
                default -> " was moved, deleted or replaced while in use";
            } + ": recorder " + context.component + " accepts nothing more, launch it again" +
            (pending == 0 ? "" : "; " + pending + " events that the proxy has not acknowledged " +
                (kept == null ? "are kept in no file" : "are kept in " + kept) + what)));
    }

    /** In the spool itself these events do not wait any more: nobody sends them under the sequences that they had. */
    private String keepRenumbered(final long after) {
        try {
            kept = RenumberedSpool.write(context, spool, after);
            for (final int slot : new int[] {
                SpoolDescriptor.TRIM_SLOT_A_OFFSET, SpoolDescriptor.TRIM_SLOT_B_OFFSET}) {
                SpoolDescriptor.putTrimSlot(header, slot, spool.tailPosition(), spool.lastSequence());
            }
            return "";
        } catch (final IOException | InternalError e) {
            return " (" + (e instanceof IOException failure ? FileAccess.reason(failure) : e.getMessage()) + ")";
        }
    }

    /** Says what went wrong; nothing where the events are kept. */
    private String keep() {
        final Path aside = SpoolFile.asideOf(spool.file());
        final Path unnamed = aside.resolveSibling(aside.getFileName() + ".tmp");
        try {
            context.disk.createDirectories(aside.getParent());
            final FileAccess access = FileAccess.in(aside.getParent());
            keptLock = FileMutex.tryAcquire(SpoolFile.lockFile(aside), access);
            copyTo(unnamed, access);
            context.disk.rename(unnamed, aside);
            kept = aside;
            return "";
        } catch (final IOException | InternalError e) {
            CloseHelper.quietClose(keptLock);
            keptLock = null;
            return " (" + (e instanceof IOException failure ? FileAccess.reason(failure) : e.getMessage()) + ")";
        }
    }

    /** What is trimmed meanwhile is one slot of two; the other one is whole. */
    private void copyTo(final Path unnamed, final FileAccess access) throws IOException {
        final MappedByteBuffer from = spool.contents();
        final MappedByteBuffer to = context.disk.create(unnamed, from.capacity());
        try {
            new UnsafeBuffer(to).putBytes(0, new UnsafeBuffer(from), 0, from.capacity());
            context.disk.force(to, 0, to.capacity());
        } finally {
            context.disk.unmap(to);
        }
        if (access.isShared()) {
            access.file(unnamed);
        }
    }

    /** Where what is not acknowledged is. Any thread. */
    Path file() {
        final Path aside = kept;
        return aside == null ? spool.file() : aside;
    }

    /** Whether nothing is accepted any more. Any thread. */
    boolean isLost() {
        return lost;
    }

    /** Whether what is not acknowledged is in {@link #file()}, as far as is known. Any thread. */
    boolean isKept() {
        return missing == 0 || kept != null;
    }

    /** Before the spool is closed: what was taken away since the last look is still mapped. */
    @Override
    public void close() {
        look();
        synchronized (this) {
            closed = true;
            if (keptLock == null) {
                return;
            }
            try {
                if (spool.isEmpty()) {
                    context.disk.delete(kept);
                    context.disk.delete(keptLock.file());
                }
            } catch (final IOException e) {
                context.errors.onError(e);
            } finally {
                keptLock.close();
            }
        }
    }
}
