package herald.receiver;

import herald.link.Acknowledger;
import herald.link.DirectoryIdentity;
import herald.link.DirectoryIdentity.Start;

import java.util.List;
import java.util.UUID;

/**
 * What a data directory was, held against what recorders were told by it: tells a directory that was put back to an
 * older state. Any thread.
 *
 * <pre>
 *   start 5, run r5 ─────────► start 6, run r6, of now
 *     journal ended at S5        at S6
 *
 *   acknowledged in start 5 by r5, journal not yet at S6:     there, or forgotten
 *   acknowledged in start 5 by r5, journal at S6 or farther:  gone
 *   acknowledged in start 5 by another run, or in start 7:    gone
 * </pre>
 */
final class DirectoryPast {
    private final DirectoryIdentity identity;

    DirectoryPast(final DirectoryIdentity identity) {
        this.identity = identity;
    }

    DirectoryIdentity identity() {
        return identity;
    }

    /** Whether a recorder wants the proxy of another directory. */
    boolean isOther(final UUID wanted) {
        return !wanted.equals(DirectoryIdentity.NO_ID) && !wanted.equals(identity.id());
    }

    /** Whether it was this directory that acknowledged, under whichever id, or one that gave none. */
    boolean isOurs(final Acknowledger by) {
        return !by.isKnown() || identity.descendsFrom(by.directoryId());
    }

    /**
     * Whether what was acknowledged to a recorder that the journal does not know was journaled behind the state that
     * this directory was put back to. Otherwise the recorder was forgotten, or is another directory's.
     */
    boolean isGone(final Acknowledged acknowledged) {
        final Acknowledger by = acknowledged.by();
        if (acknowledged.sequence() == 0 || !by.isKnown() || !isOurs(by)) {
            return false;
        }
        final List<Start> starts = identity.starts();
        long newest = 0;
        for (int i = 0; i < starts.size(); i++) {
            final Start start = starts.get(i);
            if (start.directoryId().equals(by.directoryId())) {
                newest = Math.max(newest, start.generation());
                if (start.generation() == by.generation()) {
                    final boolean another = start.runId() != by.runId();
                    return another || (i > 0 && by.journalPosition() >= starts.get(i - 1).journalPosition());
                }
            }
        }
        return by.generation() > newest;
    }
}
