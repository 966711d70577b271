package herald.tools.agent;

import herald.events.SystemEvents;
import herald.recorder.ObjectReference;
import herald.tools.agent.ProcessTable.Running;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Notices processes that start and stop. Several of one name are one service: it starts with the first and stops with
 * the last. One that was replaced between two looks has stopped and started, also where it has the same number. One
 * that may not be seen is not taken for one that does not run: that is logged, once.
 */
final class ProcessWatcher implements HostWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessWatcher.class);

    private final List<Service> services;
    private final List<String> names;
    private final ProcessTable table;
    private final Consumer<String> log;
    private final PendingEvents pending = new PendingEvents();
    private boolean started;
    private boolean othersHidden;

    /** A name and the processes that have it. */
    private static final class Service {
        private final String name;
        private final ObjectReference reference;
        private SortedSet<Running> running = Collections.emptySortedSet();

        private Service(final String name) {
            this.name = name;
            this.reference = ObjectReference.of("Process", name);
        }
    }

    ProcessWatcher(final List<String> names, final ProcessTable table) {
        this(names, table, LOG::warn);
    }

    ProcessWatcher(final List<String> names, final ProcessTable table, final Consumer<String> log) {
        this.table = table;
        this.log = log;
        this.names = names.stream().distinct().toList();
        this.services = this.names.stream().map(Service::new).toList();
    }

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public int poll(final EventSink sink) throws IOException {
        final int late = pending.offerTo(sink);
        if (services.isEmpty() || !pending.isEmpty()) {
            return late;
        }
        final ProcessTable.Snapshot seen = table.read(names);
        if (seen.othersHidden() != othersHidden) {
            log.accept(seen.othersHidden() ?
                "processes of other users can't be seen here (see hidepid in proc(5)): nobody can tell whether those " +
                "among " + String.join(", ", names) + " run; run the agent as root, or in the group that may see them" :
                "processes of other users can be seen again");
        }
        for (final Service service : services) {
            look(service, seen.byName().get(service.name), seen);
        }
        othersHidden = seen.othersHidden();
        started = true;
        return late + pending.offerTo(sink);
    }

    private void look(final Service service, final SortedSet<Running> now, final ProcessTable.Snapshot seen) {
        if (!started && now.isEmpty() && !seen.othersHidden()) {
            final String longer = seen.cutNames().get(service.name);
            log.accept("process " + service.name + " does not run" +
                (longer == null ? "" : ", but " + longer + " does, whose name the kernel cuts"));
        }
        final SortedSet<Running> still = service.running.stream()
            .filter(process -> now.contains(process) || seen.mayRun(process))
            .collect(Collectors.toCollection(TreeSet::new));
        if (still.isEmpty()) {
            if (!service.running.isEmpty()) {
                pending.add(SystemEvents.SERVICE_STOPPED, "process " + service.name + " stopped", service.reference,
                    Map.of("pid", pid(service.running)));
            }
            if (!now.isEmpty()) {
                start(service, now);
            }
        }
        still.addAll(now);
        service.running = still;
    }

    /** One that comes to be seen may have run before. */
    private void start(final Service service, final SortedSet<Running> now) {
        final boolean ranBefore = !started || (othersHidden && now.first().ofOthers());
        pending.add(SystemEvents.SERVICE_STARTED, "process " + service.name + (ranBefore ? " runs" : " started"),
            service.reference,
            ranBefore ? Map.of("pid", pid(now), "initial", "true") : Map.of("pid", pid(now)));
    }

    private static String pid(final SortedSet<Running> processes) {
        return Long.toString(processes.first().pid());
    }
}
