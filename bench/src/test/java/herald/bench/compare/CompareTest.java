package herald.bench.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.bench.BenchCommand;
import herald.engine.PipelineRun;
import herald.engine.PipelineShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rows, verdicts and files of the comparison. No figure is judged.
 */
@Timeout(120)
class CompareTest {
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(50);

    @TempDir
    private Path dir;

    private static Row row(final Row.Better better, final double must, final String raw) {
        return new Row("row", Row.Group.LATENCY, List.of("a", "b"), round -> round.get("a") / round.get("b"),
            new Row.Goal(better, "x", must, must), raw);
    }

    private static RowResult result(final Row row, final double... pairs) {
        final List<Map<String, Double>> rounds = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            rounds.add(Map.of("a", pairs[i], "b", pairs[i + 1]));
        }
        return RowResult.of(row, rounds);
    }

    @Test
    void shouldTakeTheMedianOfRatiosOfTheSameRound() {
        final RowResult result = result(row(Row.Better.HIGHER, 2, null), 1, 1, 40, 10, 3, 1);

        assertThat(result.median()).isEqualTo(3);
        assertThat(result.min()).isEqualTo(1);
        assertThat(result.max()).isEqualTo(4);
        assertThat(result.verdict()).isEqualTo(Row.Verdict.OK);
    }

    @Test
    void shouldSayBelowOnTheWrongSideOfTheMust() {
        assertThat(result(row(Row.Better.HIGHER, 5, null), 4, 1).verdict()).isEqualTo(Row.Verdict.BELOW);
        assertThat(result(row(Row.Better.LOWER, 5, null), 6, 1).verdict()).isEqualTo(Row.Verdict.BELOW);
        assertThat(result(row(Row.Better.LOWER, 5, null), 5, 1).verdict()).isEqualTo(Row.Verdict.OK);
    }

    @Test
    void shouldSayNoisyWhereTheRawSideSpreadsOverTwice() {
        final Row row = row(Row.Better.LOWER, 1, "b");

        assertThat(result(row, 50, 10, 50, 21).verdict()).isEqualTo(Row.Verdict.NOISY);
        assertThat(result(row, 50, 10, 50, 20).verdict()).isEqualTo(Row.Verdict.BELOW);
    }

    @Test
    void shouldHaveARowForEachFigureAndAContenderForEachSide() {
        final List<Row> rows = Table.rows();

        assertThat(rows.stream().filter(row -> row.goal() != null)).hasSize(17);
        assertThat(rows).extracting(Row::name).doesNotHaveDuplicates();
        assertThat(rows).allSatisfy(row -> assertThat(row.contenders()).allSatisfy(
            name -> assertThat(Contenders.factory(name)).as(name).isNotNull()));
    }

    @Test
    void shouldRunEveryEventThroughThePipelineAndReplayTheJournal() throws IOException {
        final PipelineShape shape = new PipelineShape(50, 1_000, true, 10, 1_000_000_000L, 2_000_000, true);
        try (PipelineRun run = new PipelineRun(shape)) {
            final PipelineRun.Result measured = run.measure(SHORT_NS);
            final PipelineRun.Result replayed = run.replay();

            assertThat(measured.events()).isPositive();
            assertThat(replayed.events()).isEqualTo(measured.events() + 1_000);
        }
    }

    @Test
    void shouldWriteRowsMachineAndFiguresToAFile() throws Exception {
        final Path file = dir.resolve("out.json");
        final Path floors = Files.writeString(dir.resolve("floors.json"), "{\"pipeline-repeats:aeron\": 0}");

        final int exitCode = execute(new StringWriter(),
            "compare", "--quick", "--rounds", "1", "--floors", floors.toString(), "--json", file.toString());

        final JsonNode root = new ObjectMapper().readTree(file.toFile());
        assertThat(exitCode).isZero();
        assertThat(root.get("rows")).hasSize(1);
        assertThat(root.get("rows").get(0).get("ratio").asDouble()).isPositive();
        assertThat(root.get("machine").get("cores").asInt()).isPositive();
        assertThat(root.get("versions").get("aeron").asText()).matches("[0-9.]+");
        assertThat(root.get("figures").get("in_process").get(0).get("aeron-ipc").asDouble()).isPositive();
    }

    @Test
    void shouldExitWithOneWhereARowIsBelow() throws Exception {
        final Path floors = Files.writeString(dir.resolve("floors.json"), "{\"pipeline-repeats:aeron\": 1000}");
        final StringWriter out = new StringWriter();

        assertThat(execute(out, "compare", "--quick", "--rounds", "1", "--floors", floors.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("below");
    }

    @Test
    void shouldRefuseARowThatDoesNotExist() {
        assertThat(execute(new StringWriter(), "compare", "--only", "nonsense")).isEqualTo(64);
        assertThat(execute(new StringWriter(), "compare", "--rounds", "0")).isEqualTo(64);
        assertThat(execute(new StringWriter())).isEqualTo(64);
    }

    private static int execute(final StringWriter out, final String... args) {
        final CommandLine line = BenchCommand.commandLine();
        line.setOut(new PrintWriter(out)).setErr(new PrintWriter(new StringWriter()));
        return line.execute(args);
    }
}
