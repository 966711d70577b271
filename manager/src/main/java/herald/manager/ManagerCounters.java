package herald.manager;

import herald.link.CounterId;
import herald.receiver.ReceiverCounter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a manager counts. Written by the receiver's thread, read by any.
 */
final class ManagerCounters implements CounterId.Sink {
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong replaced = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();
    private final AtomicLong setBack = new AtomicLong();
    private final AtomicLong implausible = new AtomicLong();
    private final AtomicLong deadLetters = new AtomicLong();
    private final AtomicLong released = new AtomicLong();
    private final AtomicLong damaged = new AtomicLong();
    private final AtomicLong commits = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong forged = new AtomicLong();
    private final AtomicLong driversLost = new AtomicLong();
    private final AtomicLong withoutRoom = new AtomicLong();
    private final AtomicLong sharedNames = new AtomicLong();
    private final AtomicLong nodes = new AtomicLong();
    private final AtomicLong sessions = new AtomicLong();

    void count(final EventIndex.Outcome outcome) {
        switch (outcome) {
            case STORED -> stored.incrementAndGet();
            case REPLACED -> replaced.incrementAndGet();
            case SET_BACK -> setBack.incrementAndGet();
            case PASSED -> passed.incrementAndGet();
        }
    }

    void implausible() {
        implausible.incrementAndGet();
    }

    void deadLetter() {
        deadLetters.incrementAndGet();
    }

    void released(final long events) {
        released.addAndGet(events);
    }

    /** Any thread. */
    void damaged() {
        damaged.incrementAndGet();
    }

    /** How many answers were held back. Any thread. */
    long damages() {
        return damaged.get();
    }

    void committed() {
        commits.incrementAndGet();
    }

    void refused() {
        refused.incrementAndGet();
    }

    /** What happens to sealed messages: those that nobody made who has the key are told apart. */
    @Override
    public void add(final CounterId counter, final long amount) {
        if (counter == ReceiverCounter.REMOTE_FORGED || counter == ReceiverCounter.REMOTE_REPLAYED) {
            forged.addAndGet(amount);
        } else if (counter == ReceiverCounter.DRIVER_LOST) {
            driversLost.addAndGet(amount);
        } else if (counter == ReceiverCounter.STREAMS_WITHOUT_ROOM ||
            counter == ReceiverCounter.REPLIES_WITHOUT_ROOM) {
            withoutRoom.addAndGet(amount);
        } else if (counter != ReceiverCounter.REMOTE_SESSIONS) {
            refused.addAndGet(amount);
        }
    }

    void sharedName() {
        sharedNames.incrementAndGet();
    }

    void nodes(final int count) {
        nodes.set(count);
    }

    void sessions(final int count) {
        sessions.set(count);
    }

    /** All of them, since the manager started. */
    Map<String, Long> values() {
        final Map<String, Long> values = new LinkedHashMap<>();
        values.put("stored", stored.get());
        values.put("replaced", replaced.get());
        values.put("passed", passed.get());
        values.put("commits", commits.get());
        values.put("refused", refused.get());
        values.put("forged", forged.get());
        values.put("nodes", nodes.get());
        values.put("sessions", sessions.get());
        values.put("set-back", setBack.get());
        values.put("implausible", implausible.get());
        values.put("dead-letters", deadLetters.get());
        values.put("released", released.get());
        values.put("damaged", damaged.get());
        values.put("drivers-lost", driversLost.get());
        values.put("without-room", withoutRoom.get());
        values.put("shared-names", sharedNames.get());
        return values;
    }
}
