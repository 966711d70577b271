package herald.engine;

import herald.receiver.EventReceiver;
import herald.stage.ProxyStart;
import org.agrona.concurrent.Agent;

/**
 * The ring's one producer: the start record before the first event, the receiver, ticks, and the shutdown record behind
 * the last event.
 */
final class IngressAgent implements Agent {
    private final EventReceiver receiver;
    private final EventPipeline pipeline;
    private final ProxyStart start;
    private boolean started;
    private volatile boolean shutdownRequested;
    private volatile boolean shutDown;

    IngressAgent(final EventReceiver receiver, final EventPipeline pipeline, final ProxyStart start) {
        this.start = start;
        this.receiver = receiver;
        this.pipeline = pipeline;
    }

    void requestShutdown() {
        receiver.stopAccepting();
        shutdownRequested = true;
    }

    boolean isShutDown() {
        return shutDown;
    }

    @Override
    public int doWork() {
        pipeline.beginTurn();
        if (!started) {
            started = pipeline.onStart(start);
            return 1;
        }
        final boolean last = shutdownRequested;
        int work = receiver.doWork();
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

    @Override
    public void onClose() {
        receiver.onClose();
    }

    @Override
    public String roleName() {
        return receiver.roleName();
    }
}
