package herald.bench;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import java.util.Collection;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every benchmark still runs and finds its own result right. No figure is looked at.
 */
@Timeout(120)
class BenchmarksTest {
    private static ChainedOptionsBuilder tiny() {
        return new OptionsBuilder()
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(20))
            .timeout(TimeValue.seconds(30))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    }

    private static Collection<RunResult> run(final ChainedOptionsBuilder options) throws RunnerException {
        return new Runner(options.build()).run();
    }

    @Test
    @Tag("slow")
    void shouldRunEveryBenchmarkInThisProcess() throws RunnerException {
        final Collection<RunResult> results = run(tiny()
            .include("herald\\.")
            .forks(0)
            .param("repeatPercent", "90")
            .param("keys", "2000")
            .param("turn", "256"));

        assertThat(results).extracting(result -> result.getParams().getBenchmark().replaceFirst(".*\\.(\\w+\\.)", "$1"))
            .contains("RecordBenchmark.live", "RecordBenchmark.sustained", "RecordBenchmark.spooling",
                "RecordBenchmark.full", "CodecBenchmark.encode", "CodecBenchmark.decode",
                "JournalAppendBenchmark.append", "DedupBenchmark.fold", "PipelineBenchmark.dispatch",
                "RecordBenchmark.sustainedByFour", "LogReadBenchmark.read", "BatchAppendBenchmark.collect");
    }

    /** Arguments of its own, so that it does not inherit those of this process. */
    @Test
    @Tag("slow")
    void shouldGiveAForkedProcessTheOptionsThatItNeeds() throws RunnerException {
        final Collection<RunResult> results = run(tiny()
            .include("DedupBenchmark")
            .forks(1)
            .jvmArgs("-Xmx256m")
            .jvmArgsAppend(Benchmarks.jvmOptions().toArray(new String[0]))
            .param("repeatPercent", "90")
            .param("keys", "2000"));

        assertThat(results).hasSize(1);
        assertThat(results.iterator().next().getPrimaryResult().getStatistics().getN()).isPositive();
    }

    @Test
    void shouldKnowTheOptionsOfTheJvmsThatItStarts() {
        assertThat(Benchmarks.jvmOptions())
            .contains("java.base/jdk.internal.misc=ALL-UNNAMED", "java.base/sun.nio.ch=ALL-UNNAMED");
    }
}
