package herald.engine;

import herald.receiver.EventReceiver;
import herald.stage.DispatchMark;
import herald.stage.ProxyCounter;
import herald.stage.ProxyStart;
import org.agrona.concurrent.Agent;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/**
 * The ring's one producer: the start record before the first event and wherever settings change or a mark is asked for,
 * the receiver, ticks, and the shutdown record behind the last event.
 */
final class IngressAgent implements Agent {
    private final EventReceiver receiver;
    private final EventPipeline pipeline;
    private final CountersFile counters;
    private final BooleanSupplier writersPlaced;
    private final Queue<DispatchMark> marks = new ConcurrentLinkedQueue<>();
    private boolean taking;
    private long publishedPlace;
    private volatile ProxyStart published;
    private volatile ProxyStart requested;
    private volatile boolean shutdownRequested;
    private volatile boolean shutDown;

    /**
     * An agent that publishes a start record first.
     *
     * @param receiver      to take events from.
     * @param pipeline      to publish them to.
     * @param start         what applies.
     * @param writersPlaced whether all writers have places that outlive a crash: nothing is taken before.
     * @param counters      told what happens.
     */
    IngressAgent(
        final EventReceiver receiver, final EventPipeline pipeline, final ProxyStart start,
        final BooleanSupplier writersPlaced, final CountersFile counters) {
        this.requested = start;
        this.writersPlaced = writersPlaced;
        this.counters = counters;
        this.receiver = receiver;
        this.pipeline = pipeline;
    }

    void requestShutdown() {
        receiver.stopAccepting();
        shutdownRequested = true;
    }

    /** Has other settings journaled. Any thread. */
    void requestSettings(final ProxyStart settings) {
        requested = settings;
    }

    /** Has a mark set before whatever is taken after this call, by a start record of its own. Any thread. */
    void request(final DispatchMark mark) {
        marks.add(mark);
    }

    /** What was last asked for. Any thread. */
    ProxyStart requestedSettings() {
        return requested;
    }

    /** Whether what was last asked for is journaled, as durable as an event that is acknowledged. Any thread. */
    boolean isSettled() {
        return requested.equals(published) && pipeline.isJournaled(publishedPlace);
    }

    boolean isShutDown() {
        return shutDown;
    }

    @Override
    public int doWork() {
        pipeline.beginTurn();
        if ((!requested.equals(published) || !marks.isEmpty()) && !shutDown) {
            return publishSettings();
        }
        final boolean last = shutdownRequested;
        int work = shutDown ? 0 : pipeline.anchorClock(published);
        taking = taking || writersPlaced.getAsBoolean();
        if (taking || shutDown) {
            work += receiver.doWork();
        }
        if (shutDown) {
            return work;
        }
        work += pipeline.tick();
        if (last && pipeline.onShutdown()) {
            shutDown = true;
            work++;
        }
        return work;
    }

    private int publishSettings() {
        final ProxyStart settings = requested;
        if (pipeline.onStart(settings, marks.peek())) {
            marks.poll();
            publishedPlace = pipeline.lastPlace();
            published = settings;
            counters.set(ProxyCounter.MAINTENANCE, settings.maintenance() ? 1 : 0);
        }
        return 1;
    }

    @Override
    public void onClose() {
        receiver.onClose();
    }

    @Override
    public String roleName() {
        return receiver.roleName();
    }
}
