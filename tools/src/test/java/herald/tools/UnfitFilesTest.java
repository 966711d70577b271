package herald.tools;

import herald.engine.EventProxy;
import herald.engine.ProxyException;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.log.LogException;
import herald.recorder.EventRecorder;
import herald.tools.policy.EventPolicies;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Pipes, files of gigabytes and names that can't be, under names that Herald gives in a data directory: nothing waits
 * for them or takes the memory for them, and each is told by its name.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UnfitFilesTest {
    private static final long HUGE = 3L << 30;

    @TempDir
    private Path dir;
    private Path dataDir;

    @BeforeEach
    void run() throws IOException {
        dataDir = dir.resolve("data");
        try (EventProxy proxy = launch(); EventRecorder recorder = Recorded.recorder(proxy, "local")) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "m", null)).isPositive();
            Recorded.awaitJournaled(recorder);
        }
        Files.createDirectories(dataDir.resolve("policies"));
        Files.createDirectories(dataDir.resolve("dead-letters"));
        Files.createDirectories(dataDir.resolve("quarantine"));
        assertThat(verify().out()).contains("verify: whole");
    }

    private EventProxy launch() {
        final WriterSpec spec = new WriterSpec("w", "file", dir.resolve("events.ndjson").toString(), Map.of());
        return EventProxy.launch(
            Recorded.proxyContext(dataDir).writer(EventWriters.factory(spec).create(spec)));
    }

    private Cli verify(final String... more) {
        final String[] args = new String[2 + more.length];
        args[0] = "verify";
        args[1] = "--data-dir=" + dataDir;
        System.arraycopy(more, 0, args, 2, more.length);
        return Cli.run(args);
    }

    /** In the place of what is there. */
    private Path put(final String name, final String what) throws IOException {
        final Path file = dataDir.resolve(name);
        Files.deleteIfExists(file);
        switch (what) {
            case "PIPE" -> pipe(file);
            case "DIR" -> Files.createDirectory(file);
            case "HUGE" -> {
                try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                    sparse.setLength(HUGE);
                }
            }
            default -> Files.writeString(file, what);
        }
        return file;
    }

    private static void pipe(final Path file) throws IOException {
        try {
            assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A start that is refused has a reason; one that goes on has none. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "spool/retired-counters.txt | PIPE | no regular file, but a pipe, socket or device: move the file away |",
        "spool/retired-counters.txt | HUGE | longer than 4MiB: move the file away |",
        "format | PIPE | it is no regular file: the proxy does not start | no regular file, but a pipe",
        "format | HUGE | it holds no version: the proxy does not start | is longer than any version: restore it",
        "journal/00000000000000262144.log | PIPE | it is no regular file | no regular file, but a pipe",
        "journal/00000000000000262144.log | DIR | it is no regular file | no regular file, but a directory",
        "journal/00000000000000262144.log | HUGE | bytes, no segment has | longer than any file of Herald's",
        "dispatch/00000000000000262144.log | PIPE | it is no regular file | no regular file, but a pipe",
        "journal/99999999999999999999.log | notes | it is no segment, none begins so far | none begins so far",
        "journal/09223372036854775808.log | PIPE | it is no segment, none begins so far | none begins so far",
        "journal/09223372036854775807.log | notes | it is no segment, none begins so far | none begins so far",
        "dispatch/99999999999999999999.log | notes | it is no segment, none begins so far | none begins so far",
        "quarantine.txt | PIPE | it is no regular file | no regular file, but a pipe",
        "quarantine.txt | HUGE | line 1 is longer than |",
        "quarantine/losses.txt | PIPE | it is no regular file |",
        "quarantine/losses.txt | HUGE | it is longer than 16MiB |",
        "bookmarks/w.status | PIPE | it is no regular file |",
        "bookmarks/w.status | DIR | it is no regular file |",
        "dead-letters/w.txt | PIPE | it is no regular file |",
        "dead-letters/w.txt | HUGE | line 1 is longer than |",
        "counters.dat | PIPE | instead of |",
        "policies/zz.yaml | PIPE | it is no regular file |",
        "policies/zz.yaml | HUGE | is longer than 16MiB |"})
    void shouldTellWhatItIsAndGoOnWithTheRest(
        final String name, final String content, final String what, final String refusal) throws IOException {
        final Path file = put(name, content);

        final Cli verify = verify();
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(verify.out()).containsPattern("damage: " + name + " .*" + what)
            .contains("journal: 1 segments", "dispatch: 1 segments", "verify: 1 damages");
        for (final String command : List.of("stat", "tail")) {
            final Cli call = Cli.run(command, "--data-dir=" + dataDir);
            assertThat(call.exitCode()).as(call.err()).isIn(ExitCode.OK, ExitCode.IO);
            assertThat(call.err()).doesNotContain("internal error");
        }
        if (refusal != null) {
            assertThatThrownBy(this::launch).isInstanceOfAny(ProxyException.class, LogException.class)
                .hasMessageContaining(file.toString()).hasMessageContaining(refusal);
        }

        final Cli repair = verify("--repair");
        assertThat(repair.exitCode()).as(repair.out() + repair.err()).isZero();
        assertThat(repair.out()).contains("repair: moved " + name + " to quarantine/verify-");
        launch().close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "spool/retired-counters.txt | PIPE", "spool/retired-counters.txt | HUGE", "quarantine.txt | HUGE",
        "quarantine/losses.txt | PIPE", "bookmarks/w.status | PIPE", "bookmarks/w.bookmark | PIPE",
        "bookmarks/w.bookmark | HUGE", "counters.dat | PIPE", "counters.dat | HUGE", "policies/zz.yaml | PIPE",
        "policies/zz.yaml | HUGE", "policies/zz.tmp | PIPE", "admin.json | PIPE"})
    void shouldStartWithoutWhatIsNotNeeded(final String name, final String content) throws IOException {
        put(name, content);
        try (EventProxy proxy = launch(); EventRecorder recorder = Recorded.recorder(proxy, "local")) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "m", null)).isPositive();
            Recorded.awaitJournaled(recorder);
            assertThat(new EventPolicies(dataDir, proxy.writers()).failures().keySet())
                .isSubsetOf("zz");
        }
    }

    /** What comes after it is said of a directory without an identity. */
    @Test
    void shouldRefuseToStartWithAPipeForAnIdentity() throws IOException {
        final Path identity = put("identity", "PIPE");
        assertThat(verify().out()).contains(
            "damage: identity 0..0: it is no regular file: the proxy does not start", "verify: 1 damages");
        assertThatThrownBy(this::launch).isInstanceOf(ProxyException.class)
            .hasMessage(identity + " is no regular file, but a pipe, socket or device: move it away");
        assertThat(verify("--repair").out()).contains("repair: moved identity to quarantine/verify-", "--adopt-copy");
    }

    @Test
    void shouldPutABookmarkInThePlaceOfAPipe() throws IOException {
        put("bookmarks/w.bookmark", "PIPE");
        final Cli verify = verify();
        assertThat(verify.out()).contains("damage: bookmarks/w.bookmark 0..0: it is damaged",
            "no regular file, but a pipe");
        assertThat(verify("--repair").exitCode()).isZero();
        launch().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy", "maintenance"})
    void shouldNotWaitForAnAddressOfTheAdminEndpoint(final String command) throws IOException {
        put("admin.json", "PIPE").toFile().setReadable(false, false);
        assertThat(dataDir.resolve("admin.json").toFile().setReadable(true, true)).isTrue();
        final Cli call = Cli.run(command, "policy".equals(command) ? "list" : "off", "--data-dir=" + dataDir);
        assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(call.err()).contains("admin.json is no regular file, but a pipe");
    }

    @Test
    void shouldTellThatTheFormatIsEmpty() throws IOException {
        put("format", "");
        assertThat(verify().out()).contains("note: format 0..0: it is empty; repair would: leave it: the next start");
        launch().close();
        assertThat(dataDir.resolve("format")).hasContent("1");
        assertThat(verify().out()).doesNotContain("note:");
    }
}
