package herald.bench.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Measures rows: in each group, round after round, every contender once, beginning with another one each time, so that
 * what the machine does meanwhile meets all of them.
 */
final class Comparison {
    private static final long WARMUP_NS = TimeUnit.SECONDS.toNanos(2);

    private final boolean quick;
    private final int rounds;
    private final Consumer<String> progress;
    private final Map<Row.Group, List<Map<String, Double>>> figures = new LinkedHashMap<>();

    /**
     * A comparison.
     *
     * @param quick    whether all of it has to end within minutes.
     * @param rounds   of each group; 0 for its own number.
     * @param progress told what goes on.
     */
    Comparison(final boolean quick, final int rounds, final Consumer<String> progress) {
        this.quick = quick;
        this.rounds = rounds;
        this.progress = progress;
    }

    List<RowResult> run(final List<Row> rows) throws Exception {
        for (final Row.Group group : Row.Group.values()) {
            final Set<String> names = new LinkedHashSet<>();
            rows.stream().filter(row -> row.group() == group).forEach(row -> names.addAll(row.contenders()));
            if (!names.isEmpty()) {
                figures.put(group, measure(group, new ArrayList<>(names)));
            }
        }
        final List<RowResult> results = new ArrayList<>();
        for (final Row row : rows) {
            results.add(RowResult.of(row, figures.get(row.group())));
        }
        return results;
    }

    private List<Map<String, Double>> measure(final Row.Group group, final List<String> names) throws Exception {
        final long durationNs = TimeUnit.MILLISECONDS.toNanos(group.durationMs(quick));
        final int count = rounds > 0 ? rounds : group.rounds(quick);
        final Map<String, Contender> contenders = new LinkedHashMap<>();
        final List<Map<String, Double>> measured = new ArrayList<>();
        try (Workspace workspace = new Workspace()) {
            try {
                for (final String name : names) {
                    progress.accept(name + ": opening");
                    final Contender contender = Contenders.factory(name).open(workspace);
                    contenders.put(name, contender);
                    if (!contender.warmsUp()) {
                        contender.measure(Math.min(durationNs, WARMUP_NS));
                    }
                }
                for (int round = 0; round < count; round++) {
                    final Map<String, Double> figuresOfRound = new HashMap<>();
                    for (int i = 0; i < names.size(); i++) {
                        final String name = names.get((i + round) % names.size());
                        progress.accept("round " + (round + 1) + " of " + count + ": " + name);
                        figuresOfRound.putAll(contenders.get(name).measure(durationNs));
                    }
                    measured.add(figuresOfRound);
                }
            } finally {
                closeAll(contenders.values());
            }
        }
        return measured;
    }

    /** Closing checks what was measured: the first that finds something wrong is heard, once all are closed. */
    private static void closeAll(final Iterable<Contender> contenders) {
        RuntimeException wrong = null;
        for (final Contender contender : contenders) {
            try {
                contender.close();
            } catch (final RuntimeException e) {
                wrong = wrong == null ? e : wrong;
            }
        }
        if (wrong != null) {
            throw wrong;
        }
    }

    /**
     * Everything that was measured.
     *
     * @return figures of each round.
     */
    Map<Row.Group, List<Map<String, Double>>> figures() {
        return figures;
    }
}
