package herald.journal;

import herald.link.CounterId;
import herald.receiver.DurableFeed;
import herald.receiver.RecorderState;
import herald.stage.Durability;
import herald.stage.EventSlot;
import herald.stage.ProxyCounter;
import herald.stage.StageHandler;
import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.util.ArrayList;

/**
 * First stage: appends every slot to the journal and says which recorders can be acknowledged once the turn's records
 * are durable. One force for a whole turn: group commit.
 */
public final class JournalHandler implements StageHandler {
    private final Journal journal;
    private final Durability durability;
    private final long forceIntervalNs;
    private final NanoClock nanoClock;
    private final DurableFeed durable;
    private final CounterId.Sink counters;
    private final ArrayList<RecorderState> touched = new ArrayList<>();
    private long nextForceNs;

    /**
     * A handler on an open journal.
     *
     * @param journal         to append to.
     * @param durability      when its records count as durable.
     * @param forceIntervalNs of {@link Durability#INTERVAL}.
     * @param nanoClock       of that interval.
     * @param durable         told which recorders to acknowledge.
     * @param counters        told what happens.
     */
    public JournalHandler(
        final Journal journal,
        final Durability durability,
        final long forceIntervalNs,
        final NanoClock nanoClock,
        final DurableFeed durable,
        final CounterId.Sink counters) {
        this.journal = journal;
        this.durability = durability;
        this.forceIntervalNs = forceIntervalNs;
        this.nanoClock = nanoClock;
        this.durable = durable;
        this.counters = counters;
        this.nextForceNs = nanoClock.nanoTime() + forceIntervalNs;
    }

    /**
     * Where the journal ends. Any thread; a moment old.
     *
     * @return a position in bytes.
     */
    public long position() {
        return journal.log().position();
    }

    @Override
    public void onSlot(final EventSlot slot) {
        journal.append(slot);
        if (slot.kind() == EventSlot.Kind.EVENT) {
            counters.increment(ProxyCounter.JOURNALED);
        }
        final RecorderState recorder = slot.recorder();
        if (recorder != null && !recorder.touch(true)) {
            touched.add(recorder);
        }
    }

    @Override
    public void onTurnEnd() throws IOException {
        switch (durability) {
            case PROCESS -> {
                acknowledge();
                journal.settle();
            }
            case DISK -> {
                journal.force();
                acknowledge();
            }
            case INTERVAL -> onIdle();
        }
    }

    @Override
    public int onIdle() throws IOException {
        if (durability != Durability.INTERVAL || touched.isEmpty() || nanoClock.nanoTime() - nextForceNs < 0) {
            return 0;
        }
        journal.force();
        acknowledge();
        nextForceNs = nanoClock.nanoTime() + forceIntervalNs;
        return 1;
    }

    private void acknowledge() {
        for (int i = 0; i < touched.size(); i++) {
            final RecorderState recorder = touched.get(i);
            recorder.touch(false);
            durable.publish(recorder);
        }
        touched.clear();
    }
}
