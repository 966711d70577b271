package herald.recorder;

import herald.link.Acknowledger;
import herald.wire.AckDecoder;

/**
 * The proxy that welcomed the session of now, and what the backlog remembers of it. Owned by the link.
 */
final class SessionProxy {
    private static final int NOTHING_NOTED = -1;

    private final Backlog backlog;
    private Acknowledger proxy = Acknowledger.NONE;
    private long notedPosition = NOTHING_NOTED;

    SessionProxy(final Backlog backlog) {
        this.backlog = backlog;
    }

    long runId() {
        return proxy.runId();
    }

    /** What a Welcome acknowledges was journaled before the position that it names. */
    void onWelcome(final long durable, final Acknowledger welcoming) {
        proxy = welcoming;
        notedPosition = NOTHING_NOTED;
        note(durable, welcoming.journalPosition() - 1);
    }

    /** What an Ack acknowledges, too; where it names none, it was not journaled before the Welcome's. */
    void onAck(final long durable, final long journalPosition) {
        note(durable, journalPosition == AckDecoder.journalPositionNullValue() ?
            proxy.journalPosition() : journalPosition - 1);
    }

    private void note(final long durable, final long journaled) {
        if (durable <= backlog.trimmedSequence()) {
            return;
        }
        if (notedPosition == NOTHING_NOTED) {
            backlog.acknowledgedBy(
                new Acknowledger(proxy.directoryId(), proxy.generation(), proxy.runId(), journaled));
        } else if (journaled > notedPosition) {
            backlog.acknowledgedAt(journaled);
        }
        notedPosition = journaled;
    }
}
