package herald.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Compares Herald with its limits and its peers, side by side, and says which rows are at their must.
 */
@Command(
    name = "compare",
    description = "Measure Herald, the limits of what it is built from, and its peers in turns, and print ratios. " +
        "Exits with 1 where a row is below its must.")
public final class CompareCommand implements Callable<Integer> {
    private static final int OK = 0;
    private static final int DIFFERENCE = 1;

    @Spec
    private CommandSpec spec;

    @SuppressWarnings("UnusedVariable")
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Option(names = "--quick", description = "End within 3 minutes: shorter and fewer rounds.")
    private boolean quick;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every figure, the machine and versions there.")
    private Path json;

    @Option(names = "--only", paramLabel = "ROW", arity = "1..*", split = ",",
        description = "Only these rows: names, or their beginnings.")
    private List<String> only = new ArrayList<>();

    @Option(names = "--rounds", paramLabel = "N", description = "Rounds of every row; default: each group's own.")
    private Integer rounds;

    @Option(names = "--floors", paramLabel = "FILE",
        description = "Measure the rows of this JSON file alone, and ask of them what it says instead of the must.")
    private Path floors;

    @Option(names = "--list", description = "Print the names of the rows and exit.")
    private boolean list;

    @Override
    public Integer call() throws Exception {
        if (rounds != null && rounds < 1) {
            throw mistake("--rounds is " + rounds + ": it must be 1 or more");
        }
        final List<Row> rows = floors == null ? selected() : floored();
        if (list) {
            rows.forEach(row -> spec.commandLine().getOut().println(row.name()));
            spec.commandLine().getOut().flush();
            return OK;
        }
        final Comparison comparison = new Comparison(quick, rounds == null ? 0 : rounds, this::progress);
        final List<RowResult> results = comparison.run(rows);
        Report.print(spec.commandLine().getOut(), results);
        if (json != null) {
            Report.write(json, quick, results, comparison.figures());
        }
        return results.stream().anyMatch(result -> result.verdict() == Row.Verdict.BELOW) ? DIFFERENCE : OK;
    }

    private List<Row> selected() {
        final List<Row> all = Table.rows();
        for (final String name : only) {
            if (all.stream().noneMatch(row -> row.name().startsWith(name))) {
                throw mistake("no row begins with " + name + ": --list names them");
            }
        }
        return all.stream()
            .filter(row -> only.isEmpty() || only.stream().anyMatch(row.name()::startsWith)).toList();
    }

    private List<Row> floored() throws IOException {
        final JsonNode file = new ObjectMapper().readTree(floors.toFile());
        final List<Row> rows = new ArrayList<>();
        for (final Row row : Table.rows()) {
            if (file.has(row.name()) && row.goal() != null) {
                final double floor = file.get(row.name()).asDouble();
                rows.add(new Row(row.name(), row.group(), row.contenders(), row.figure(),
                    new Row.Goal(row.goal().better(), row.goal().unit(), floor, row.goal().aim()), row.rawFigure()));
            }
        }
        if (rows.isEmpty() || rows.size() != file.size()) {
            throw mistake(floors + " names " + file.size() + " rows, of which " + rows.size() +
                " exist: --list names them");
        }
        return rows;
    }

    private void progress(final String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }

    private ParameterException mistake(final String text) {
        return new ParameterException(spec.commandLine(), text);
    }
}
