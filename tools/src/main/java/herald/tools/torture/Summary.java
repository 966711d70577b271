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

    void add(final Round.Result result) {
        rounds++;
        events += result.events();
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
        return String.format(java.util.Locale.ROOT, "rounds=%d events=%d differences=%d time=%.0fs faults: %s",
            rounds, events, differences, seconds, text(faults));
    }
}
