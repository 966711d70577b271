package herald.engine;

import herald.link.RestingIdleStrategy;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentRunner;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.CompositeAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a proxy's agents on the threads that its threading mode says.
 *
 * <pre>
 *   DEDICATED   receiver | journal | dedup | batch | housekeeping | a writer each
 *   SHARED      receiver, journal, dedup, batch    | housekeeping | a writer each
 *   INVOKER     all of them, stepped by the embedder
 * </pre>
 */
final class ProxyThreads implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProxyThreads.class);
    private static final long WRITER_MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long HOUSEKEEPING_MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final EventProxy.Context context;
    private final List<AgentRunner> runners = new ArrayList<>();
    private final ErrorHandler errorHandler = error -> LOGGER.error("unexpected", error);
    private final AgentInvoker invoker;

    ProxyThreads(final EventProxy.Context context, final ProxyParts parts) {
        this.context = context;
        final List<Agent> core = new ArrayList<>();
        core.add(parts.ingressAgent());
        core.addAll(parts.pipeline().stages());
        if (context.threadingMode == ThreadingMode.INVOKER) {
            final List<Agent> all = new ArrayList<>(parts.driverAgents());
            all.addAll(core);
            all.add(parts.housekeeping());
            all.addAll(parts.writerAgents());
            invoker = new AgentInvoker(errorHandler, null, new CompositeAgent(all));
            invoker.start();
            return;
        }
        invoker = null;
        if (context.threadingMode == ThreadingMode.SHARED) {
            start("herald-proxy", new CompositeAgent(core), context.maxParkNs, parts);
        } else {
            core.forEach(agent -> start(agent.roleName(), agent, context.maxParkNs, parts));
        }
        start(parts.housekeeping().roleName(), parts.housekeeping(), HOUSEKEEPING_MAX_PARK_NS, parts);
        parts.writerAgents().forEach(agent -> start(agent.roleName(), agent, WRITER_MAX_PARK_NS, parts));
    }

    private void start(final String roleName, final Agent agent, final long maxParkNs, final ProxyParts parts) {
        final AgentRunner runner = new AgentRunner(
            new RestingIdleStrategy(maxParkNs), errorHandler, null, new GuardedAgent(roleName, agent, parts));
        runners.add(runner);
        AgentRunner.startOnThread(runner, context.threadFactory);
    }

    AgentInvoker invoker() {
        return invoker;
    }

    /** Writers first, so that none reads a log that is gone. */
    @Override
    public void close() {
        for (int i = runners.size() - 1; i >= 0; i--) {
            CloseHelper.quietClose(runners.get(i));
        }
        CloseHelper.quietClose(invoker);
    }

    /** Agents under one thread's name. What they do not handle themselves is a defect, and stops the proxy. */
    private record GuardedAgent(String roleName, Agent agent, ProxyParts parts) implements Agent {
        @Override
        public void onStart() {
            agent.onStart();
        }

        @Override
        public int doWork() throws Exception {
            if (parts.hasFailed()) {
                return 0;
            }
            try {
                return agent.doWork();
            } catch (final AgentTerminationException e) {
                throw e;
            } catch (final Throwable e) {
                LOGGER.error("{} failed: the proxy stops, what is journaled is kept", roleName, e);
                parts.onFailure(e);
                return 0;
            }
        }

        @Override
        public void onClose() {
            agent.onClose();
        }
    }
}
