package herald.engine;

import herald.receiver.EventReceiver;
import org.agrona.concurrent.Agent;

/**
 * The ring's one producer: the receiver, then ticks, and at the end the shutdown record behind the last event.
 */
final class IngressAgent implements Agent {
    private final EventReceiver receiver;
    private final EventPipeline pipeline;
    private volatile boolean shutdownRequested;
    private volatile boolean shutDown;

    IngressAgent(final EventReceiver receiver, final EventPipeline pipeline) {
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
