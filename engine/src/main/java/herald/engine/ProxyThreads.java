package herald.engine;

import herald.io.ErrorText;
import herald.link.AgentThread;
import herald.link.RestingIdleStrategy;
import herald.receiver.EventReceiver;
import herald.writer.WriterAgent;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.CompositeAgent;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Runs a proxy's agents on the threads that its threading mode says.
 *
 * <pre>
 *   DEDICATED   receiver | journal | dedup | batch | housekeeping | a writer each
 *   SHARED      receiver, journal, acks, dedup, batch | housekeeping | a writer each
 *   INVOKER     all of them, stepped by the embedder
 * </pre>
 */
final class ProxyThreads implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(ProxyThreads.class);
    private static final long WRITER_MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long HOUSEKEEPING_MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long AWAIT_PARK_NS = TimeUnit.MICROSECONDS.toNanos(200);
    private static final int WRITER_PATIENCE_MS = 1_000;

    private final EventProxy.Context context;
    private final List<AgentThread> threads = new ArrayList<>();
    private final Map<AgentThread, WriterAgent> writers = new LinkedHashMap<>();
    private final InvokedWriters invokedWriters = new InvokedWriters();
    private final ErrorHandler errorHandler = ProxyThreads::onError;
    private final AgentInvoker invoker;

    ProxyThreads(final EventProxy.Context context, final ProxyParts parts) {
        this.context = context;
        final List<Agent> core = new ArrayList<>();
        core.add(parts.ingressAgent());
        core.addAll(parts.pipeline().stages());
        if (context.threadingMode != ThreadingMode.DEDICATED) {
            core.add(core.indexOf(parts.pipeline().journal()) + 1, new AckAgent(parts.receiver()));
        }
        if (context.threadingMode == ThreadingMode.INVOKER) {
            final List<Agent> all = new ArrayList<>(parts.driverAgents());
            all.addAll(core);
            all.add(parts.housekeeping());
            all.add(invokedWriters);
            invoker = new AgentInvoker(
                errorHandler, null, new GuardedAgent("herald-proxy", new CompositeAgent(all), parts));
            invoker.start();
            parts.writerAgents().forEach(agent -> startWriter(agent, parts));
            return;
        }
        invoker = null;
        if (context.threadingMode == ThreadingMode.SHARED) {
            start("herald-proxy", new CompositeAgent(core), coreIdleStrategy(), parts);
        } else {
            core.forEach(agent -> start(agent.roleName(), agent, coreIdleStrategy(), parts));
        }
        start(parts.housekeeping().roleName(), parts.housekeeping(),
            new RestingIdleStrategy(HOUSEKEEPING_MAX_PARK_NS), parts);
        parts.writerAgents().forEach(agent -> startWriter(agent, parts));
    }

    private IdleStrategy coreIdleStrategy() {
        return context.profile.idleStrategy(context.maxParkNs);
    }

    private void start(
        final String roleName, final Agent agent, final IdleStrategy idleStrategy, final ProxyParts parts) {
        threads.add(AgentThread.start(
            new GuardedAgent(roleName, agent, parts), idleStrategy, errorHandler, context.threadFactory));
    }

    /** A daemon thread, so that a writer that never comes back does not keep the process alive. */
    void startWriter(final WriterAgent agent, final ProxyParts parts) {
        if (context.threadingMode == ThreadingMode.INVOKER) {
            invokedWriters.add(agent);
            return;
        }
        final AgentThread started = AgentThread.start(
            new GuardedAgent(agent.roleName(), agent, parts),
            new RestingIdleStrategy(WRITER_MAX_PARK_NS),
            errorHandler,
            task -> {
                final Thread thread = context.threadFactory.newThread(task);
                thread.setDaemon(true);
                return thread;
            });
        writers.put(started, agent);
    }

    /** When this returns, the writer's thread has ended or was left behind. */
    void stopWriter(final WriterAgent agent) {
        if (context.threadingMode == ThreadingMode.INVOKER) {
            invokedWriters.remove(agent);
            return;
        }
        for (final Map.Entry<AgentThread, WriterAgent> running : writers.entrySet()) {
            if (running.getValue() == agent) {
                closeWriter(running.getKey(), agent);
                writers.remove(running.getKey());
                return;
            }
        }
    }

    private static void onError(final Throwable error) {
        if (error instanceof AgentTerminationException) {
            LOGGER.warn("a thread ends: {}", ErrorText.of(error));
        } else {
            LOGGER.error("unexpected", error);
        }
    }

    AgentInvoker invoker() {
        return invoker;
    }

    /** Waits for what the proxy's threads do, or steps them: false where time is over or the proxy has failed. */
    boolean await(final BooleanSupplier condition, final long timeoutNs, final ProxyParts parts) {
        final long deadlineNs = System.nanoTime() + timeoutNs;
        while (!condition.getAsBoolean() && !parts.hasFailed()) {
            if (System.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            if (invoker == null) {
                LockSupport.parkNanos(AWAIT_PARK_NS);
            } else {
                invoker.invoke();
            }
        }
        return !parts.hasFailed();
    }

    /** Writers first, so that none reads a log that is gone. */
    @Override
    public void close() {
        writers.forEach(ProxyThreads::closeWriter);
        for (int i = threads.size() - 1; i >= 0; i--) {
            threads.get(i).close();
        }
        CloseHelper.quietClose(invoker);
    }

    /** Waits, interrupts, waits once more, and then goes on without it. */
    private static void closeWriter(final AgentThread thread, final WriterAgent agent) {
        if (!thread.close(WRITER_PATIENCE_MS)) {
            agent.abandon();
            LOGGER.error("{} is stuck in its writer: it is left behind, its bookmark stays where it is",
                agent.roleName());
        }
    }

    /** Acknowledges right behind the journal's turn, where both are on one thread, and not after dedup and batch. */
    private record AckAgent(EventReceiver receiver) implements Agent {
        @Override
        public int doWork() {
            return receiver.sendAcks();
        }

        @Override
        public String roleName() {
            return "herald-acks";
        }
    }

    /** The writers of a proxy that is stepped by its embedder, who alone adds and removes them. */
    private static final class InvokedWriters implements Agent {
        private final List<WriterAgent> agents = new ArrayList<>();

        void add(final WriterAgent agent) {
            agent.onStart();
            agents.add(agent);
        }

        void remove(final WriterAgent agent) {
            agents.remove(agent);
            agent.onClose();
        }

        @Override
        public int doWork() {
            int workCount = 0;
            for (final WriterAgent agent : agents) {
                workCount += agent.doWork();
            }
            return workCount;
        }

        @Override
        public void onClose() {
            agents.forEach(WriterAgent::onClose);
        }

        @Override
        public String roleName() {
            return "herald-writers";
        }
    }

    /** Agents under one thread's name. What they do not handle themselves is a defect, and stops the proxy. */
    private record GuardedAgent(String roleName, Agent agent, ProxyParts parts) implements Agent {
        @Override
        public void onStart() {
            try {
                agent.onStart();
            } catch (final Throwable e) {
                fail(e);
            }
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
                fail(e);
                return 0;
            }
        }

        /** Without memory there may be none to say so. */
        private void fail(final Throwable cause) {
            try {
                LOGGER.error("{} failed: the proxy stops, what is journaled is kept", roleName, cause);
            } finally {
                parts.onFailure(cause);
            }
        }

        @Override
        public void onClose() {
            agent.onClose();
        }
    }
}
