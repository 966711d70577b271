package herald.tools.torture;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Adds up what the rounds were about.
 */
final class Summary {
    private final Map<FaultKind, Long> faults = new EnumMap<>(FaultKind.class);
    private long rounds;
    private long events;
    private long differences;
    private long remote;
    private long released;
    private long changed;
    private long restarts;
    private long fixed;
    private long managed;
    private long stored;
    private long gone;
    private long syslog;

    void add(final Round.Result result) {
        rounds++;
        events += result.events();
        remote += result.plan().remoteRecorders() > 0 ? 1 : 0;
        released += result.released() > 0 ? 1 : 0;
        changed += result.plan().changesSettings() ? 1 : 0;
        restarts += result.restarts();
        fixed += result.plan().fixesAeronDir() ? 1 : 0;
        managed += result.plan().hasManager() ? 1 : 0;
        stored += result.stored();
        gone += result.gone();
        syslog += result.plan().hasSyslog() ? 1 : 0;
        differences += result.difference() == null ? 0 : 1;
        result.plan().faults().forEach(fault -> faults.merge(fault.kind(), 1L, Long::sum));
    }

    boolean hasDifferences() {
        return differences > 0;
    }

    /** One line about faults, for people. */
    static String faults(final List<Fault> faults) {
        final Map<FaultKind, Long> counts = new EnumMap<>(FaultKind.class);
        faults.forEach(fault -> counts.merge(fault.kind(), 1L, Long::sum));
        return text(counts);
    }

    private static String text(final Map<FaultKind, Long> counts) {
        return counts.entrySet().stream().map(entry -> entry.getKey().label() + ':' + entry.getValue())
            .collect(Collectors.joining(" "));
    }

    /** One line about everything. */
    String line(final double seconds) {
        return String.format(java.util.Locale.ROOT, "rounds=%d events=%d differences=%d time=%.0fs " +
            "remote=%d released=%d changed-settings=%d restarts=%d fixed-aeron-dir=%d managed=%d stored=%d gone=%d " +
            "syslog=%d faults: %s",
            rounds, events, differences, seconds, remote, released, changed, restarts, fixed, managed, stored, gone,
            syslog, text(faults));
    }
}
