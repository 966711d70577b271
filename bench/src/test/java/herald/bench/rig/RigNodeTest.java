package herald.bench.rig;

import herald.link.Profile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rig through real processes: what it counts, and that it leaves nothing behind. No figure is looked at.
 */
@Timeout(180)
class RigNodeTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @TempDir
    private Path dir;

    private static List<Path> list(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private RigSettings settings() {
        return new RigSettings().dataParent(dir).maxRate(400_000);
    }

    @Test
    void shouldTimeEveryEventOnItsWayAndLeaveNothing() throws Exception {
        final long pid;
        try (RigNode node = RigNode.start(settings())) {
            pid = node.proxyPid();
            final LatencyResult result = node.latency(1_000, Duration.ZERO, SECOND);

            assertThat(result.call().getTotalCount()).isEqualTo(1_000);
            assertThat(result.callFromDue().getTotalCount()).isEqualTo(1_000);
            assertThat(result.acknowledged().getTotalCount()).isEqualTo(1_000);
            assertThat(result.dispatched().getTotalCount()).isBetween(600L, 1_000L);
            assertThat(result.written().getTotalCount()).isEqualTo(result.dispatched().getTotalCount());
            assertThat(node.throughput(Duration.ZERO, SECOND).acknowledged()).isPositive();
        }

        assertThat(list(dir)).isEmpty();
        assertThat(ProcessHandle.of(pid)).isEmpty();
    }

    @Test
    @Tag("slow")
    void shouldTimeEveryEventOfManyRecordersInSeveralProcesses() throws Exception {
        try (RigNode node = RigNode.start(settings().recorders(20, 2).repeatPercent(0))) {
            final LatencyResult result = node.latency(1_000, SECOND, SECOND);

            assertThat(result.acknowledged().getTotalCount()).isEqualTo(1_000);
            assertThat(result.dispatched().getTotalCount()).isEqualTo(1_000);
            assertThat(result.written().getTotalCount()).isEqualTo(1_000);
        }
    }

    @Test
    @Tag("slow")
    void shouldMeasureRemoteRecordersAndAFile() throws Exception {
        final RigSettings settings = settings().link(RigSettings.Link.UDP).repeatPercent(0)
            .destination(RigSettings.Destination.FILE).profile(Profile.LOW_LATENCY);
        try (RigNode node = RigNode.start(settings)) {
            assertThat(node.latency(500, Duration.ZERO, SECOND).written().getTotalCount()).isEqualTo(500);
        }
    }

    @Test
    void shouldMeasureRawIpcOnTheSameSchedule() throws Exception {
        try (RawIpc raw = RawIpc.start()) {
            assertThat(raw.call(1_000, Duration.ZERO, SECOND).call().getTotalCount()).isEqualTo(1_000);
            assertThat(raw.roundTrip(1_000, Duration.ZERO, SECOND).acknowledged().getTotalCount()).isEqualTo(1_000);
        }
    }

    @Test
    @Tag("slow")
    void shouldWriteHistogramsAndDrawings() throws IOException {
        final Path out = dir.resolve("out");
        final StringWriter text = new StringWriter();
        final CommandLine line = RigCommand.commandLine().setOut(new PrintWriter(text));

        final int code = line.execute("--rate", "1000", "--rate", "saturated", "--seconds", "1", "--warmup", "0",
            "--dedup-keys", "400000", "--out", out.toString(), "--data-dir", dir.toString());

        assertThat(code).isZero();
        assertThat(text.toString()).contains("1,000 events/s due", "events/s acknowledged");
        assertThat(list(out)).extracting(file -> file.getFileName().toString().replaceAll(".*90pc-", "")).contains(
            "1000.svg", "throughput.svg", "1000-call.hgrm", "1000-acknowledged.hgrm", "1000-dispatched.hgrm",
            "1000-written.hgrm");
        assertThat(list(dir)).containsExactly(out);
    }

    @Test
    void shouldNameWhatIsWrongWithTheCall() {
        final StringWriter text = new StringWriter();
        final CommandLine line = RigCommand.commandLine().setErr(new PrintWriter(text));

        assertThat(line.execute("--recorders", "10", "--processes", "3")).isEqualTo(64);
        assertThat(line.execute("--rate", "fast")).isEqualTo(64);

        assertThat(text.toString()).contains("10 recorders in 3 processes", "--rate is \"fast\"");
    }

    @Test
    void shouldFindWhenAnEventWasDueFromItsSequence() {
        final Schedule schedule = new Schedule(1_000, 1_000_000_000, 10, 100);
        final Schedule.Share share = new Schedule.Share(schedule, 51, 3, 4);

        assertThat(share.numberOf(50)).isNegative();
        assertThat(share.numberOf(51)).isEqualTo(3);
        assertThat(share.numberOf(53)).isEqualTo(11);
        assertThat(schedule.dueNs(11)).isEqualTo(1_011);
        assertThat(schedule.isMeasured(9)).isFalse();
        assertThat(schedule.isMeasured(10)).isTrue();
        assertThat(schedule.isMeasured(100)).isFalse();
    }
}
