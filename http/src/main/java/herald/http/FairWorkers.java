package herald.http;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;

/**
 * Threads that work on requests, a peer's after another's in turn. One peer has all threads but one at most, so that
 * its long requests do not keep others waiting. What waits has a bound too, so that connections are left for what is
 * answered at once.
 */
final class FairWorkers implements AutoCloseable {
    private final Thread[] threads;
    private final int ofOnePeer;
    private final int maxWaiting;
    private final Map<InetAddress, Queue<Runnable>> waiting = new LinkedHashMap<>();
    private final Map<InetAddress, Integer> busy = new HashMap<>();
    private boolean closed;

    /** A piece of work, and whose it is. */
    private record Job(InetAddress peer, Runnable task) {
    }

    /**
     * Starts the threads.
     *
     * @param name       of each.
     * @param count      of them, 2 at least.
     * @param maxWaiting pieces of work of one peer that wait for a thread.
     */
    FairWorkers(final String name, final int count, final int maxWaiting) {
        this.maxWaiting = maxWaiting;
        ofOnePeer = Math.max(1, count - 1);
        threads = new Thread[count];
        for (int i = 0; i < count; i++) {
            threads[i] = new Thread(this::work, name);
            threads[i].setDaemon(true);
        }
        for (final Thread thread : threads) {
            thread.start();
        }
    }

    /**
     * Has something done.
     *
     * @param peer that asked for it.
     * @param task to run; it handles its own errors.
     * @return false where too much of that peer waits already.
     */
    synchronized boolean submit(final InetAddress peer, final Runnable task) {
        final Queue<Runnable> tasks = waiting.computeIfAbsent(peer, any -> new ArrayDeque<>());
        if (tasks.size() >= maxWaiting) {
            return false;
        }
        tasks.add(task);
        notifyAll();
        return true;
    }

    private void work() {
        try {
            while (true) {
                final Job job = next();
                if (job == null) {
                    return;
                }
                try {
                    job.task().run();
                } finally {
                    done(job.peer());
                }
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Job next() throws InterruptedException {
        while (!closed) {
            final Iterator<Map.Entry<InetAddress, Queue<Runnable>>> entries = waiting.entrySet().iterator();
            while (entries.hasNext()) {
                final Map.Entry<InetAddress, Queue<Runnable>> entry = entries.next();
                final InetAddress peer = entry.getKey();
                if (busy.getOrDefault(peer, 0) < ofOnePeer) {
                    final Queue<Runnable> tasks = entry.getValue();
                    final Runnable task = tasks.remove();
                    entries.remove();
                    if (!tasks.isEmpty()) {
                        waiting.put(peer, tasks);
                    }
                    busy.merge(peer, 1, Integer::sum);
                    return new Job(peer, task);
                }
            }
            wait();
        }
        return null;
    }

    private synchronized void done(final InetAddress peer) {
        busy.computeIfPresent(peer, (any, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            waiting.clear();
            notifyAll();
        }
        for (final Thread thread : threads) {
            thread.interrupt();
        }
    }
}
