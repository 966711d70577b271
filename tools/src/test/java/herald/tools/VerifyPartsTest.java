package herald.tools;

import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.recorder.EventRecorder;
import herald.tools.policy.EventPolicies;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What {@code herald verify} says of the small parts of a data directory, and does about them.
 */
@Timeout(120)
class VerifyPartsTest {
    private static final String POLICY = """
        kind: EventPolicy
        meta: {name: all}
        spec:
          targets:
            - {destination: 127.0.0.1, transport: UDP/9}
        """;
    private static final String DEAD_LETTER = "2026-11-30T10:00:00Z event=0f0e0d0c-0b0a-0908-0706-050403020100 " +
        "type=cluster.LeaderLost batch=64 place=0 reason=\"too long\" message=\"m\"\n";
    private static final String REFUSED = "2026-11-30T10:00:00Z length=3 reason=\"no event\" bytes=010203\n";

    @TempDir
    private Path dir;
    private Path dataDir;

    @BeforeEach
    void run() throws IOException {
        dataDir = dir.resolve("data");
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir));
            EventRecorder recorder = Recorded.recorder(proxy, "local")) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, "m", null)).isPositive();
            Recorded.awaitJournaled(recorder);
        }
        Files.createDirectories(dataDir.resolve("policies"));
        Files.createDirectories(dataDir.resolve("dead-letters"));
        Files.writeString(dataDir.resolve("policies/all.yaml"), POLICY);
        Files.writeString(dataDir.resolve("dead-letters/audit.txt"), DEAD_LETTER);
        Files.writeString(dataDir.resolve("quarantine.txt"), REFUSED);
    }

    private Cli verify(final String... more) {
        final String[] args = new String[2 + more.length];
        args[0] = "verify";
        args[1] = "--data-dir=" + dataDir;
        System.arraycopy(more, 0, args, 2, more.length);
        return Cli.run(args);
    }

    @Test
    void shouldCallAllOfItWhole() {
        final Cli verify = verify();
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("policies: 1, whole", "dead letters audit: 1 lines",
            "quarantine.txt: " + REFUSED.length() + " bytes about refused frames", "verify: whole")
            .doesNotContain("note:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "noise\n", "herald-retired-counters 1\nlast nobody\n"})
    void shouldTellWhereItCanNotBeReadWhatDeletedSpoolsCounted(final String content) throws IOException {
        final Path file = Files.writeString(dataDir.resolve("spool/retired-counters.txt"), content);
        final Cli stat = Cli.run("stat", "--data-dir=" + dataDir);
        assertThat(stat.exitCode()).as(stat.err()).isZero();
        if (content.isEmpty()) {
            assertThat(verify().exitCode()).isZero();
            return;
        }
        assertThat(stat.out()).contains("1  events journaled",
            "recorders whose spools are deleted: line ", " of " + file);
        assertThat(verify().exitCode()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(verify().out()).contains("retired-counters.txt", "is not as Herald writes it");
        assertThat(verify("--repair").exitCode()).isZero();
        assertThat(verify().out()).contains("verify: whole");
        assertThat(file).doesNotExist();
    }

    /** A proxy refuses such a spool for as long as its lock is none. */
    @ParameterizedTest
    @ValueSource(strings = {"DIR", "LINK"})
    void shouldSayWhatKeepsEverybodyFromASpool(final String what) throws IOException {
        final Path spool;
        try (Stream<Path> files = Files.list(dataDir.resolve("spool"))) {
            spool = files.filter(file -> file.toString().endsWith(".spool")).findFirst().orElseThrow();
        }
        final String lockName = spool.getFileName().toString().replace(".spool", ".lock");
        final Path lock = spool.resolveSibling(lockName);
        Files.deleteIfExists(lock);
        if ("DIR".equals(what)) {
            Files.createDirectory(lock);
        } else {
            Files.createSymbolicLink(lock, dir.resolve("elsewhere"));
        }

        for (final Cli verify : List.of(verify(), verify("--repair"))) {
            assertThat(verify.exitCode()).as(verify.out() + verify.err()).isEqualTo(ExitCode.DIFFERENCE);
            assertThat(verify.out()).contains("not adopted: its lock " + lockName + ": it is no regular file")
                .doesNotContain("verify: whole");
        }
        Files.delete(lock);
        assertThat(verify().exitCode()).isZero();
    }

    /** What no start accepts is not whole, whatever a repair does. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "gone | has no identity file, and its journal is directory ",
        "empty | has a damaged identity file",
        "noise | has a damaged identity file",
        "copy | is a copy of directory "})
    void shouldSayWhyNoProxyStarts(final String what, final String why) throws IOException {
        final Path identity = dataDir.resolve("identity");
        final byte[] bytes = Files.readAllBytes(identity);
        switch (what) {
            case "gone" -> Files.delete(identity);
            case "empty" -> Files.write(identity, new byte[0]);
            case "noise" -> Files.write(identity, "noise".repeat(2_000).getBytes(StandardCharsets.US_ASCII));
            default -> {
                Files.move(identity, dir.resolve("original"));
                Files.write(identity, bytes);
            }
        }
        assertThatThrownBy(() -> EventProxy.launch(Recorded.proxyContext(dataDir)))
            .hasMessageContaining(why).hasMessageContaining("--adopt-copy");
        for (final Cli verify : List.of(verify(), verify("--repair"), verify())) {
            assertThat(verify.exitCode()).as(verify.out() + verify.err()).isEqualTo(ExitCode.DIFFERENCE);
            assertThat(verify.out()).contains("damage: identity 0..", why, "the proxy does not start", "--adopt-copy")
                .doesNotContain("verify: whole");
        }
        EventProxy.launch(Recorded.proxyContext(dataDir).adoptCopy(true)).close();
        assertThat(verify().exitCode()).isZero();
    }

    /** Content is written as it is, but {@code DIR} makes a directory and {@code BYTE} writes what is no UTF-8. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "policies/all.yaml | kind: EventPolicy | it is no policy, and not in force",
        "policies/all.yaml | BYTE | byte 1 is not UTF-8",
        "policies/other.yaml | DIR | it is no regular file",
        ".lock.owner | DIR | it is no regular file: nobody can hold it, or say in it who does",
        "format | one | it holds no version: the proxy does not start",
        "format | DIR | it is no regular file: the proxy does not start",
        "quarantine.txt | BYTE | it is no text in UTF-8",
        "quarantine.txt | DIR | it is no regular file",
        "dead-letters/audit.txt | BYTE | it is no text in UTF-8",
        "dead-letters/other.txt | DIR | it is no regular file"})
    void shouldSayWhatIsWrongAndPutItOutOfTheWay(final String name, final String content, final String what)
        throws IOException {
        write(dataDir.resolve(name), content);

        final Cli verify = verify();
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(verify.out()).contains("damage: " + name + " ", what, "repair would: move it to quarantine",
            "verify: 1 damages");

        final Cli repair = verify("--repair");
        assertThat(repair.exitCode()).as(repair.out() + repair.err()).isZero();
        assertThat(repair.out()).contains("repair: moved " + name + " to quarantine/verify-");
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir))) {
            assertThat(proxy.hasFailed()).isFalse();
        }
    }

    @Test
    void shouldSayWhereTheLockIsNoFile() throws IOException {
        write(dataDir.resolve("lock"), "DIR");
        final Cli verify = verify();
        assertThat(verify.exitCode()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(verify.out()).contains("damage: lock 0..0: it is no regular file: nobody can hold it",
            "repair would: be refused: remove it by hand");
        final Cli repair = verify("--repair");
        assertThat(repair.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(repair.err()).contains("lock file", "is a directory", "remove it").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lock | somebody's notes | it holds 16 bytes that no owner wrote, and does not say who has it",
        ".lock.owner | somebody's notes | it holds 16 bytes that no owner wrote, and does not say who has it",
        "quarantine.txt | notes | line 1 is none that a proxy writes, or not in whole: \"notes\"",
        "dead-letters/audit.txt | notes | line 1 is none that a proxy writes",
        "dead-letters/notes.md | notes | it does not belong here",
        "policies/notes.md | notes | it does not belong here"})
    void shouldTakeNoteOfWhatNobodyReads(final String name, final String content, final String what)
        throws IOException {
        write(dataDir.resolve(name), content);

        final Cli verify = verify();
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("note: " + name + " ", what, "verify: whole");
    }

    private static void write(final Path file, final String content) throws IOException {
        switch (content) {
            case "DIR" -> {
                Files.deleteIfExists(file);
                Files.createDirectory(file);
            }
            case "BYTE" -> Files.write(file, new byte[] {(byte)0xFF, '\n'});
            default -> Files.writeString(file, content);
        }
    }

    @Test
    void shouldSayThatTheFormatIsMissing() throws IOException {
        Files.delete(dataDir.resolve("format"));
        assertThat(verify().out()).contains("format: missing, the next start writes 1", "verify: whole");
    }

    @Test
    void shouldKeepTheBookmarksOfADamagedPolicy() throws IOException {
        final Path bookmark;
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir))) {
            assertThat(new EventPolicies(dataDir, proxy.writers()).failures()).isEmpty();
            bookmark = dataDir.resolve("bookmarks").resolve(
                proxy.writers().failing().keySet().stream().filter(name -> name.contains("all")).findAny()
                    .orElseThrow() + ".bookmark");
        }
        assertThat(bookmark).exists();
        Files.writeString(dataDir.resolve("policies/all.yaml"), "kind: EventPolicy");
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir))) {
            assertThat(new EventPolicies(dataDir, proxy.writers()).failures()).containsKey("all");
        }
        assertThat(bookmark).exists();
    }
}
