package herald.tools;

import herald.engine.EventProxy;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code herald record} says where a proxy acknowledges.
 */
@Timeout(120)
class RecordThroughProxyTest {
    @TempDir
    private Path tempDir;
    private Path aeronDir;
    private FakeProxy proxy;

    @BeforeEach
    void setUp() {
        aeronDir = tempDir.resolve("aeron");
        proxy = new FakeProxy(aeronDir);
    }

    @AfterEach
    void tearDown() {
        proxy.close();
    }

    @Test
    void shouldSayNothingOnceProxyHasAcknowledged() {
        final Cli call = Cli.run(args("--type=network.LinkUp", "m"));

        assertThat(call).isEqualTo(new Cli(ExitCode.OK, "", ""));
    }

    @Test
    void shouldRecordMoreThanSpoolHolds() {
        final int events = 120_000;
        final String lines = IntStream.range(0, events)
            .mapToObj(i -> "{\"type\":\"network.LinkUp\",\"message\":\"link " + i + " of a long stream came up\"}\n")
            .collect(Collectors.joining());

        final Cli call = Cli.runWith(lines, args("--stdin"));

        assertThat(call.err().trim())
            .isEqualTo("recorded=" + events + " acknowledged=" + events + " rejected=0 spooled=0");
        assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void shouldTellBadLinesFromUndelivered() {
        final Cli call = Cli.runWith("x\n{\"type\":\"network.LinkUp\",\"message\":\"m\"}\n", args("--stdin"));

        assertThat(call.err()).endsWith("recorded=1 acknowledged=1 rejected=1 spooled=0\n");
        assertThat(call.exitCode()).isEqualTo(ExitCode.DATA);
    }

    @Test
    void shouldRecordWhatIsAsLongAsTheProxyTakes() {
        final Path dataDir = tempDir.resolve("data");
        final String text = "x".repeat(60_000);
        try (EventProxy real = EventProxy.launch(Recorded.proxyContext(dataDir).maxEventLength(64 * 1024)
            .journalSegmentLength(1024 * 1024).dispatchSegmentLength(2 * 1024 * 1024).batchLengthLimit(512 * 1024))) {
            final Cli call = Cli.run("record", "--data-dir=" + dataDir, "--component=cmd", "--timeout=20s",
                "--max-length=64KiB", "--type=network.LinkUp", text);
            assertThat(call).isEqualTo(new Cli(ExitCode.OK, "", ""));
            assertThat(Cli.runWith("{\"type\":\"network.LinkUp\",\"message\":\"" + text + "\"}\n", "record",
                "--data-dir=" + dataDir, "--component=cmd", "--timeout=20s", "--max-length=64KiB", "--stdin")
                .exitCode()).isEqualTo(ExitCode.OK);
            assertThat(real.counters().get(ReceiverCounter.REFUSED)).isZero();
            assertThat(real.counters().get(ProxyCounter.JOURNALED)).isEqualTo(2);
        }
    }

    private String[] args(final String... more) {
        final String[] args = {"record", "--component=cmd", "--spool-dir=" + tempDir.resolve("spool"),
            "--aeron-dir=" + aeronDir, "--timeout=20s"};
        return Stream.of(args, more).flatMap(Arrays::stream).toArray(String[]::new);
    }
}
