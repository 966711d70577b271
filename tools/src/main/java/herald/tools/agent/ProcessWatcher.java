package herald.tools.agent;

import herald.events.EventType;
import herald.events.SystemEvents;
import herald.recorder.ObjectReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Notices processes that start and stop. Several of one name are one service: it starts with the first and stops with
 * the last. One that was replaced between two looks has stopped and started.
 */
final class ProcessWatcher implements HostWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessWatcher.class);

    private final List<Service> services = new ArrayList<>();
    private final ProcessTable table;
    private boolean started;

    /** A name and the processes that have it. */
    private static final class Service {
        private final String name;
        private final ObjectReference reference;
        private SortedSet<Long> pids = Collections.emptySortedSet();

        private Service(final String name) {
            this.name = name;
            this.reference = ObjectReference.of("Process", name);
        }
    }

    ProcessWatcher(final List<String> names, final ProcessTable table) {
        this.table = table;
        names.stream().distinct().map(Service::new).forEach(services::add);
    }

    @Override
    public String name() {
        return "processes";
    }

    @Override
    public int poll(final EventSink sink) throws IOException {
        if (services.isEmpty()) {
            return 0;
        }
        final Map<String, SortedSet<Long>> running = table.running(services.stream()
            .map(service -> ProcessTable.keptName(service.name)).collect(Collectors.toSet())::contains);
        int work = 0;
        for (final Service service : services) {
            work += look(service,
                running.getOrDefault(ProcessTable.keptName(service.name), Collections.emptySortedSet()), sink);
        }
        started = true;
        return work;
    }

    private int look(final Service service, final SortedSet<Long> pids, final EventSink sink) {
        if (!started && pids.isEmpty()) {
            LOG.info("process {} does not run", service.name);
        }
        int work = 0;
        if (!service.pids.isEmpty() && Collections.disjoint(service.pids, pids)) {
            if (!record(SystemEvents.SERVICE_STOPPED, service, service.pids.first(), sink)) {
                return work;
            }
            service.pids = Collections.emptySortedSet();
            work++;
        }
        if (service.pids.isEmpty() && !pids.isEmpty()) {
            if (!record(SystemEvents.SERVICE_STARTED, service, pids.first(), sink)) {
                return work;
            }
            work++;
        }
        service.pids = new TreeSet<>(pids);
        return work;
    }

    private boolean record(final EventType type, final Service service, final long pid, final EventSink sink) {
        final boolean initial = !started;
        final String verb = type == SystemEvents.SERVICE_STOPPED ? " stopped" : initial ? " runs" : " started";
        final String pidText = Long.toString(pid);
        return sink.record(type, null, "process " + service.name + verb, service.reference,
            initial ? Map.of("pid", pidText, "initial", "true") : Map.of("pid", pidText)) > 0;
    }
}
