package herald.tools.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Does to a node what its plan says, each fault at its time, and undoes it at its end.
 */
final class FaultInjector {
    private final Node node;
    private final DirectoryCopy copy;
    private final LockDeletion locks;
    private final StrangerFlood flood;

    /** A fault's beginning or end. */
    private record Step(long atMs, Fault fault, boolean begins) {
    }

    FaultInjector(final Node node) {
        this.node = node;
        this.copy = new DirectoryCopy(node);
        this.locks = new LockDeletion(node);
        this.flood = new StrangerFlood(node, node.aeronDir());
    }

    /**
     * Goes through the plan.
     *
     * @throws Difference where something ended that no fault has ended.
     */
    void run() throws IOException, InterruptedException, Difference {
        try {
            goThrough();
        } finally {
            flood.close();
        }
    }

    private void goThrough() throws IOException, InterruptedException, Difference {
        final List<Step> steps = new ArrayList<>();
        for (final Fault fault : node.plan().faults()) {
            steps.add(new Step(fault.atMs(), fault, true));
            steps.add(new Step(fault.atMs() + fault.durationMs(), fault, false));
        }
        steps.sort(Comparator.comparingLong(Step::atMs));
        final long startNs = System.nanoTime();
        for (final Step step : steps) {
            awaitTime(startNs + TimeUnit.MILLISECONDS.toNanos(step.atMs()));
            node.tend();
            if (step.begins()) {
                begin(step.fault());
            } else {
                end(step.fault());
            }
        }
    }

    private static void awaitTime(final long timeNs) throws InterruptedException {
        for (long leftNs = timeNs - System.nanoTime(); leftNs > 0; leftNs = timeNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private void begin(final Fault fault) throws IOException, InterruptedException, Difference {
        final int target = fault.target();
        switch (fault.kind()) {
            case PROXY_KILL, PROXY_RESTART -> node.proxy().kill();
            case PROXY_TERM -> node.proxy().terminate();
            case PROXY_PAUSE -> node.proxy().pause();
            case RECORDER_KILL -> node.recorder(target).kill();
            case RECORDER_TERM -> node.recorder(target).terminate();
            case RECORDER_PAUSE -> node.recorder(target).pause();
            case COLLECTOR_STALL -> node.collectors().get(target).stall();
            case COLLECTOR_RESET -> node.collectors().get(target).reset();
            case COLLECTOR_REFUSE -> node.collectors().get(target).refuse();
            case DRIVER_KILL -> node.driver(target).kill();
            case DRIVER_PAUSE -> node.driver(target).pause();
            case DISK_FULL -> node.disk().fill();
            case DIRECTORY_COPY -> copy.run();
            case DIRECTORY_ROLLBACK -> node.rollback().begin();
            case LOCK_DELETE -> locks.run(target);
            case MANAGER_KILL -> node.manager().process().kill();
            case MANAGER_PAUSE -> node.manager().process().pause();
            case STRANGER -> flood.begin();
            case SYSLOG_VANISH -> node.syslog().vanish();
            case SYSLOG_REFUSE -> node.syslog().refuse();
            case SYSLOG_HALF_CLOSE -> node.syslog().halfClose(target, fault.durationMs());
        }
    }

    private void end(final Fault fault) throws IOException, InterruptedException, Difference {
        final int target = fault.target();
        switch (fault.kind()) {
            case PROXY_KILL, PROXY_RESTART -> node.startProxy();
            case PROXY_TERM -> {
                node.awaitEnd(node.proxy());
                node.startProxy();
            }
            case PROXY_PAUSE -> node.proxy().resume();
            case RECORDER_KILL -> node.startRecorder(target);
            case RECORDER_TERM -> {
                node.awaitEnd(node.recorder(target));
                node.startRecorder(target);
            }
            case RECORDER_PAUSE -> node.recorder(target).resume();
            case COLLECTOR_STALL, COLLECTOR_REFUSE -> node.collectors().get(target).heal();
            case DRIVER_KILL -> node.startDriver(target);
            case DRIVER_PAUSE -> node.driver(target).resume();
            case DISK_FULL -> node.disk().free();
            case DIRECTORY_ROLLBACK -> node.rollback().end(target);
            case MANAGER_KILL -> node.startManager();
            case MANAGER_PAUSE -> node.manager().process().resume();
            case STRANGER -> flood.end();
            case SYSLOG_VANISH, SYSLOG_REFUSE, SYSLOG_HALF_CLOSE -> node.syslog().heal();
            case COLLECTOR_RESET, DIRECTORY_COPY, LOCK_DELETE -> {
                // Over as soon as it is done.
            }
        }
    }
}
