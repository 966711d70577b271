package herald.link;

import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Runs an agent on a thread of its own until it is closed, or until the agent throws an
 * {@link AgentTerminationException}. Unlike Agrona's runner it goes on where the thread is interrupted, where the idle
 * strategy throws, and where the error handler does: in an application any thread can interrupt any other one, and what
 * an event needs to get through must not end by that.
 */
public final class AgentThread {
    private Agent agent;
    private ErrorHandler errorHandler;
    private final Thread thread;
    private IdleStrategy idleStrategy;
    private volatile boolean running = true;

    private AgentThread(
        final Agent agent,
        final IdleStrategy idleStrategy,
        final ErrorHandler errorHandler,
        final ThreadFactory threadFactory) {
        this.agent = agent;
        this.idleStrategy = idleStrategy;
        this.errorHandler = errorHandler;
        this.thread = threadFactory.newThread(this::run);
        if (thread == null) {
            throw new IllegalArgumentException("threadFactory returned null for " + agent.roleName());
        }
        thread.setName(agent.roleName());
    }

    /**
     * Starts a thread, named after the agent's role.
     *
     * @param agent         to run; its {@code onClose} is called on the thread, at the end.
     * @param idleStrategy  told after each turn how much work there was; one that throws is replaced by Herald's own.
     * @param errorHandler  told what agent and idle strategy throw.
     * @param threadFactory that makes the thread.
     * @return the running thread.
     */
    public static AgentThread start(
        final Agent agent,
        final IdleStrategy idleStrategy,
        final ErrorHandler errorHandler,
        final ThreadFactory threadFactory) {
        final AgentThread started = new AgentThread(agent, idleStrategy, errorHandler, threadFactory);
        started.thread.start();
        return started;
    }

    private void run() {
        try {
            agent.onStart();
        } catch (final Throwable e) {
            running = false;
            tell(e);
        }
        while (running) {
            try {
                idle(turn());
            } catch (final Throwable e) {
                // The JVM throws the error of a mapped file that was cut a little after the access.
                tell(e);
            }
            if (running) {
                // Nobody but close() has a reason to interrupt.
                Thread.interrupted();
            }
        }
        try {
            agent.onClose();
        } catch (final Throwable e) {
            tell(e);
        }
        // Whoever keeps the thread that ended, as Disruptor's assertions do, keeps nothing else.
        agent = null;
        idleStrategy = null;
        errorHandler = null;
    }

    private int turn() {
        try {
            return agent.doWork();
        } catch (final AgentTerminationException e) {
            running = false;
            tell(e);
        } catch (final Throwable e) {
            if (running || !(e instanceof InterruptedException)) {
                tell(e);
            }
        }
        return 0;
    }

    private void idle(final int workCount) {
        if (!running) {
            return;
        }
        try {
            idleStrategy.idle(workCount);
        } catch (final Throwable e) {
            if (running) {
                tell(new IllegalStateException("idle strategy " + idleStrategy.getClass().getName() + " of " +
                    agent.roleName() + " failed: " + e + "; Herald's own takes its place", e));
                idleStrategy = new RestingIdleStrategy(RestingIdleStrategy.DEFAULT_MAX_PARK_NS);
            }
        }
    }

    private void tell(final Throwable error) {
        try {
            errorHandler.onError(error);
        } catch (final Throwable e) {
            e.addSuppressed(error);
            System.getLogger(AgentThread.class.getName()).log(System.Logger.Level.WARNING,
                "the error handler of " + thread.getName() + " failed: it must not throw", e);
        }
    }

    /**
     * Whether the caller is the agent.
     *
     * @return true on its thread.
     */
    public boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    /**
     * Lets the agent end after its turn and waits for that; on the agent's own thread, where its turn goes on, without
     * waiting.
     */
    public void close() {
        running = false;
        join(Long.MAX_VALUE);
    }

    /**
     * Lets the agent end after its turn and waits for that; where it takes too long, interrupts it and waits once more.
     *
     * @param patienceMs of each wait.
     * @return whether the thread has ended, or is the caller's own and ends after this turn.
     */
    public boolean close(final long patienceMs) {
        running = false;
        if (join(patienceMs)) {
            return true;
        }
        thread.interrupt();
        return join(patienceMs);
    }

    /** Goes on waiting where the caller is interrupted, who finds that out afterwards. */
    private boolean join(final long patienceMs) {
        if (isCurrent()) {
            return true;
        }
        final long startNs = System.nanoTime();
        boolean interrupted = false;
        long leftMs = patienceMs;
        while (thread.isAlive() && leftMs > 0) {
            try {
                thread.join(leftMs);
            } catch (final InterruptedException e) {
                interrupted = true;
            }
            leftMs = patienceMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
