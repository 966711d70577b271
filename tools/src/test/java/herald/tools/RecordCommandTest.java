package herald.tools;

import herald.io.SystemDisk;
import herald.recorder.OrphanSpool;
import herald.recorder.SpoolFile;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code herald record} says and keeps where no proxy is.
 */
@Timeout(120)
class RecordCommandTest {
    private static final String GOOD_LINE = "{\"type\":\"network.LinkUp\",\"message\":\"eth0 is up\"}\n";

    @TempDir
    private Path tempDir;
    private Path spoolDir;

    @BeforeEach
    void setUp() {
        spoolDir = tempDir.resolve("spool");
    }

    @Test
    void shouldKeepEventInSpoolWhereNoProxyIs() throws IOException {
        final Cli call = record("--type=network.LinkDown", "--severity=critical", "--ref=Link/eth0",
            "--attr=mtu=1500", "--attr=note=a=b", "--tenant=acme", "--namespace=prod", "Grüße");

        assertThat(call.exitCode()).isEqualTo(ExitCode.SPOOLED);
        assertThat(call.out()).isEmpty();
        assertThat(call.err().lines()).singleElement().asString()
            .contains(spoolDir.resolve("cmd.spool").toString(), "the proxy will deliver it");
        assertThat(spooled()).containsExactly(
            "cmd acme/prod network.LinkDown CRITICAL acme/prod/Link/eth0 {mtu=1500}{note=a=b} Grüße");
    }

    @Test
    void shouldWantProxyAndKeyTogether() {
        assertThat(record("--type=network.LinkDown", "--proxy=10.0.0.1:4810", "m").err())
            .contains("--proxy HOST:PORT and --key-file FILE go together: --key-file is missing");
        assertThat(record("--type=network.LinkDown", "--key-file=k", "m").err()).contains("--proxy is missing");
        assertThat(record("--type=network.LinkDown", "--key-file=/no/key", "--proxy=10.0.0.1:4810", "m"))
            .satisfies(call -> assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE))
            .satisfies(call -> assertThat(call.err()).contains("there is no key file /no/key"));
    }

    @Test
    void shouldFollowDataDirectory() {
        final Cli call = Cli.run("record", "--component=cmd", "--data-dir=" + tempDir, "--timeout=0s",
            "--type=network.LinkDown", "m");

        assertThat(call.exitCode()).isEqualTo(ExitCode.SPOOLED);
        assertThat(spoolDir.resolve("cmd.spool")).exists();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--type=network.LinkDwn m | did you mean network.LinkDown?",
        "--type=network.LinkDown --severity=bad m | none of DEBUG, INFO, WARN, CRITICAL",
        "--type=network.LinkDown --ref=eth0 m | KIND/NAME",
        "--type=network.LinkDown --attr=mtu m | --attr",
        "--type=network.LinkDown --attr==1 m | --attr needs a name",
        "--type=network.LinkDown --timeout=5 m | \"5\" is no duration",
        "--type=network.LinkDown | MESSAGE",
        "m | --type",
        "--type=network.LinkDown m n | 'n'",
        "--type=network.LinkDown --component=a/b m | component is a/b",
        "--type=network.LinkDown --stdin | --stdin takes",
        "--type=network.LinkDown --tpye=x m | --tpye"})
    void shouldSayWhatIsWrongWithCall(final String args, final String reason) {
        final List<String> all = new ArrayList<>(List.of("record", "--spool-dir=" + spoolDir,
            "--aeron-dir=" + tempDir, "--timeout=0s"));
        if (!args.contains("--component")) {
            all.add("--component=cmd");
        }
        all.removeIf(arg -> args.contains("--timeout") && arg.startsWith("--timeout"));
        all.addAll(Arrays.asList(args.split(" ")));

        final Cli call = Cli.run(all.toArray(new String[0]));

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains(reason, "Try 'herald record --help'").doesNotContain("\tat ");
        assertThat(spoolDir).doesNotExist();
    }

    @Test
    void shouldNameLimitAndSizeOfEventThatIsTooLong() {
        final Cli call = record("--type=network.LinkDown", "ä".repeat(3_000));

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("message 6000 bytes", "4096 bytes", "give --max-length");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "255B | --max-length is 255B: it must be from 256B to 64KiB",
        "65537B | --max-length is 65537B: it must be from 256B to 64KiB",
        "4096 | \"4096\" is no size: write a number and a unit",
        "9000000TiB | \"9000000TiB\" is more than 9223372036854775807 bytes"})
    void shouldSayWhichLengthsThereAre(final String length, final String reason) {
        final Cli call = record("--max-length=" + length, "--type=network.LinkDown", "m");

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains(reason);
    }

    @Test
    void shouldSayWhichDirectoryCannotBeUsed() throws IOException {
        final Path file = Files.createFile(tempDir.resolve("file"));

        final Cli spool = Cli.run("record", "--component=cmd", "--spool-dir=" + file, "--aeron-dir=" + tempDir,
            "--type=network.LinkDown", "m");
        assertThat(spool.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(spool.err()).contains(file.toString()).doesNotContain("\tat ");

        final Cli data = Cli.run("record", "--component=cmd", "--data-dir=" + file, "--type=network.LinkDown", "m");
        assertThat(data.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(data.err()).contains(file.toString(), "--data-dir").doesNotContain("\tat ");
    }

    @Test
    void shouldReportBadLinesAndGoOn() throws IOException {
        final String longLine = GOOD_LINE.replace("eth0", "x".repeat(5_000));
        final Cli call = Cli.runWith(
            GOOD_LINE + "{bad\n\n" + GOOD_LINE + longLine + GOOD_LINE.trim(), args("--stdin"));

        assertThat(call.err().lines()).satisfiesExactly(
            line -> assertThat(line).contains("line 2: invalid JSON"),
            line -> assertThat(line).contains("line 5: ", "4096"),
            line -> assertThat(line).contains("cmd.spool"),
            line -> assertThat(line).isEqualTo("recorded=3 acknowledged=0 rejected=2 spooled=3"));
        assertThat(call.exitCode()).isEqualTo(ExitCode.SPOOLED);
        assertThat(spooled()).hasSize(3);
    }

    @Test
    void shouldSayThatAllLinesAreBad() {
        final Cli call = Cli.runWith("x\n", args("--stdin"));

        assertThat(call.exitCode()).isEqualTo(ExitCode.DATA);
        assertThat(call.err()).contains("recorded=0 acknowledged=0 rejected=1 spooled=0");
    }

    @Test
    void shouldTakeNothingFromEmptyInput() {
        final Cli call = Cli.runWith("", args("--stdin"));

        assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(call.err().trim()).isEqualTo("recorded=0 acknowledged=0 rejected=0 spooled=0");
    }

    private Cli record(final String... more) {
        return Cli.run(args(more));
    }

    private String[] args(final String... more) {
        final List<String> args = new ArrayList<>(List.of("record", "--component=cmd", "--spool-dir=" + spoolDir,
            "--aeron-dir=" + tempDir.resolve("aeron"), "--timeout=0s"));
        args.addAll(Arrays.asList(more));
        return args.toArray(new String[0]);
    }

    private List<String> spooled() throws IOException {
        final List<String> events = new ArrayList<>();
        final List<OrphanSpool> spools = SpoolFile.acquireOrphans(SystemDisk.INSTANCE, spoolDir, error -> {
            throw new AssertionError(error);
        });
        for (final OrphanSpool spool : spools) {
            try (spool) {
                final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
                for (int i = 0; i < spool.events(); i++) {
                    spool.event(i, frame);
                    events.add(describe(frame));
                }
            }
        }
        return events;
    }

    private static String describe(final UnsafeBuffer frame) {
        final EventDecoder event = new EventDecoder().wrapAndApplyHeader(frame, 0, new MessageHeaderDecoder());
        final StringBuilder attributes = new StringBuilder();
        for (final EventDecoder.AttributesDecoder pair : event.attributes()) {
            attributes.append('{').append(pair.key()).append('=').append(pair.value()).append('}');
        }
        final String component = event.component();
        event.skipNode();
        final String meta = event.metaTenant() + '/' + event.metaNamespace();
        final String type = event.typeName();
        event.skipCategory();
        final String reference = event.refTenant() + '/' + event.refNamespace() + '/' + event.refKind() + '/' +
            event.refName();
        event.skipRefUri();
        return String.join(" ", component, meta, type, event.severity().name(), reference, attributes.toString(),
            event.message());
    }
}
