package herald.bench.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Shows a comparison: as a table to read and as JSON for scripts.
 */
final class Report {
    private static final String FORM = "%-32s %12s %12s %12s %9s %9s  %-4s %s%n";

    private Report() {
    }

    static void print(final PrintWriter out, final List<RowResult> results) {
        out.printf(Locale.ROOT, FORM, "row", "median", "min", "max", "must", "aim", "unit", "verdict");
        for (final RowResult result : results) {
            final Row.Goal goal = result.row().goal();
            out.printf(Locale.ROOT, FORM, result.row().name(), number(result.median()), number(result.min()),
                number(result.max()), goal == null ? "" : sign(goal) + number(goal.must()),
                goal == null ? "" : sign(goal) + number(goal.aim()), goal == null ? "x" : goal.unit(),
                goal == null ? "" : word(result.verdict()));
        }
        out.flush();
    }

    private static String sign(final Row.Goal goal) {
        return goal.better() == Row.Better.HIGHER ? ">=" : "<=";
    }

    private static String word(final Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    /** Three digits that count. */
    static String number(final double value) {
        return value >= 100 ? String.format(Locale.ROOT, "%.0f", value) : String.format(Locale.ROOT, "%.3g", value);
    }

    static void write(
        final Path file, final boolean quick, final List<RowResult> results,
        final Map<Row.Group, List<Map<String, Double>>> figures) throws IOException {
        final Map<String, Object> root = new LinkedHashMap<>();
        root.put("quick", quick);
        root.put("machine", MachineFacts.collect());
        root.put("versions", MachineFacts.versions());
        root.put("rows", results.stream().filter(result -> result.row().goal() != null).map(Report::json).toList());
        root.put("peers", results.stream().filter(result -> result.row().goal() == null).map(Report::json).toList());
        final Map<String, Object> groups = new LinkedHashMap<>();
        figures.forEach((group, rounds) -> groups.put(word(group), rounds.stream().map(TreeMap::new).toList()));
        root.put("figures", groups);
        new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), root);
    }

    private static Map<String, Object> json(final RowResult result) {
        final Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", result.row().name());
        row.put("ratio", result.median());
        row.put("min", result.min());
        row.put("max", result.max());
        final Row.Goal goal = result.row().goal();
        if (goal != null) {
            row.put("must", goal.must());
            row.put("aim", goal.aim());
            row.put("better", word(goal.better()));
            row.put("unit", goal.unit());
            row.put("verdict", word(result.verdict()));
        }
        return row;
    }
}
