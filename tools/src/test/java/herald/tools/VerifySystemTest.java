package herald.tools;

import herald.engine.DataDirectory;
import herald.io.SystemDisk;
import herald.link.HeraldDirectory;
import herald.log.LogReader;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

/**
 * {@code herald verify} on what a proxy that was killed leaves, before and after single bits of it are changed.
 */
@Tag("slow")
@Timeout(240)
class VerifySystemTest {
    private static final int EVENTS = 500;
    private static final String SEGMENT = "00000000000000000000.log";

    @TempDir
    private Path dir;

    @AfterEach
    void tearDown() {
        if (Files.exists(dataDir())) {
            IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
        }
    }

    @Test
    void shouldFindDamageRepairItAndLetTheProxyStart() throws Exception {
        try (HeraldProcess proxy = proxy()) {
            record();
            await().until(() -> delivered() == EVENTS);
            final Cli live = verify();
            assertThat(live.exitCode()).as(live.out()).isZero();
            final Cli refused = verify("--repair");
            assertThat(refused.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(refused.err()).contains("a proxy runs in " + dataDir());
            proxy.kill();
        }
        assertWhole(verify());

        flip(dataDir().resolve("bookmarks/events.bookmark"), 36);
        flip(dataDir().resolve("bookmarks/events.bookmark"), 512 + 36);
        final long dispatched = flipRecord(DataDirectory.dispatch(dataDir()));
        final long journaled = flipRecord(DataDirectory.journal(dataDir()));
        final Cli damaged = verify();
        assertThat(damaged.exitCode()).as(damaged.out()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(damaged.out())
            .contains("damage: journal/" + SEGMENT + " " + journaled + "..", "damage: dispatch/" + SEGMENT + " " +
                dispatched + "..", "damage: bookmarks/events.bookmark 0..1024: ", "; repair would: ")
            .endsWith("verify: 3 damages\n");

        final Cli repaired = verify("--repair");
        assertThat(repaired.exitCode()).as(repaired.out() + repaired.err()).isZero();
        assertThat(repaired.out()).contains("repair: ", "quarantine/verify-").endsWith("verify: whole\n");
        assertWhole(verify());
        assertThat(verify().out()).contains("known: journal/" + SEGMENT + " " + journaled + "..");

        try (HeraldProcess proxy = proxy()) {
            record();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        assertWhole(verify());
        final Cli tail = Cli.run("tail", "--data-dir=" + dataDir(), "--stream=journal", "--output=json");
        assertThat(tail.out().lines()).hasSize(2 * EVENTS - 1);
    }

    @Test
    void shouldSayWhatIsWrong() throws IOException {
        final Cli missing = Cli.run("verify", "--data-dir=" + dir.resolve("nowhere"));
        assertThat(missing.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(missing.err()).contains("there is no data directory " + dir.resolve("nowhere"), "--data-dir");
        assertThat(Cli.run("verify", "--data-dir=" + dir, "--fix").exitCode()).isEqualTo(ExitCode.USAGE);

        Files.writeString(dir.resolve("format"), "9");
        final Cli newer = Cli.run("verify", "--data-dir=" + dir);
        assertThat(newer.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(newer.err()).contains("has format 9", "newer Herald");
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private HeraldProcess proxy() throws IOException {
        return HeraldProcess.proxy(
            dir, dataDir(), "--config=" + config(), "--dedup-interval=10m", "--batch-interval=20ms");
    }

    private Path config() throws IOException {
        return Files.writeString(dir.resolve("herald.yaml"),
            "writers:\n  - spec: file:" + dir.resolve("events.ndjson") + "\n    name: events\n");
    }

    private void record() throws IOException, InterruptedException {
        final List<String> lines = new ArrayList<>();
        final long first = delivered();
        for (long i = first; i < first + EVENTS; i++) {
            lines.add("{\"type\":\"network.LinkDown\",\"message\":\"flap " + i + "\"}");
        }
        final Path input = Files.write(dir.resolve("input.ndjson"), lines);
        try (HeraldProcess record = HeraldProcess.startWith(Redirect.from(input.toFile()), dir,
            "record", "--data-dir=" + dataDir(), "--component=cmd", "--stdin", "--timeout=60s")) {
            assertThat(record.exitCode()).as(record.err()).isZero();
        }
    }

    private long delivered() throws IOException {
        final Path file = dir.resolve("events.ndjson");
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }

    private Cli verify(final String... more) {
        final List<String> args = new ArrayList<>(List.of("verify", "--data-dir=" + dataDir()));
        args.addAll(List.of(more));
        return Cli.run(args.toArray(new String[0]));
    }

    private static void assertWhole(final Cli verify) {
        assertThat(verify.exitCode()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("journal: 1 segments, ", "dispatch: 1 segments, ", "spool cmd: ")
            .containsPattern("bookmark events: position \\d+ index \\d+").endsWith("verify: whole\n");
    }

    /** Changes a record near the middle. */
    private static long flipRecord(final Path log) throws IOException {
        final List<Long> positions = new ArrayList<>();
        try (LogReader reader = new LogReader(SystemDisk.INSTANCE, log, 0, damage -> fail("damaged: " + damage))) {
            while (reader.next()) {
                positions.add(reader.recordPosition());
            }
        }
        final long position = positions.get(positions.size() / 2);
        flip(log.resolve(SEGMENT), position + 20);
        return position;
    }

    private static void flip(final Path file, final long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            channel.write(ByteBuffer.wrap(new byte[] {(byte)(one.get(0) ^ 4)}), offset);
        }
    }
}
