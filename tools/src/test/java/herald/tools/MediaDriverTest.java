package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.link.HeraldDirectory;
import herald.receiver.ReceiverCounter;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A media driver in a process of its own, under a proxy and a recorder in others, each of which is killed or stopped
 * for longer than the driver's timeout: the others go on, and every event is journaled once and in order.
 *
 * <pre>
 *   record --stdin ══ driver ══ proxy ──► journal
 * </pre>
 */
@Tag("slow")
@Timeout(180)
class MediaDriverTest {
    private static final int PART = 200;
    private static final int CLIENT_REBUILDS_OFFSET = 256 + 6 * Long.BYTES;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    @TempDir
    private Path dir;
    private int recorded;

    @AfterEach
    void tearDown() {
        if (Files.exists(dataDir())) {
            IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
        }
    }

    @Test
    void shouldServeProxyAndRecordersAndRemoveItsDirectory() throws Exception {
        try (HeraldProcess driver = driver(); HeraldProcess proxy = proxy(true)) {
            try (HeraldProcess record = record(true)) {
                feed(record);
                finish(record, proxy);
            }
            assertThat(aeronDir()).exists();
            assertThat(driver.terminate()).as(driver.err()).isZero();
        }
        assertThat(aeronDir()).doesNotExist();
    }

    @Test
    void shouldTakeTheDirectoryOfOneThatWasKilledAndRefuseThatOfOneThatIsAlive() throws Exception {
        try (HeraldProcess killed = driver()) {
            killed.kill();
            assertThat(aeronDir()).exists();
        }
        try (HeraldProcess driver = driver()) {
            final HeraldProcess second =
                HeraldProcess.run(dir, "driver", "--aeron-dir=" + aeronDir(), "--timeout=1s");
            assertThat(second.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(second.err()).contains("alive in " + aeronDir(), "--aeron-dir");
            assertThat(driver.isAlive()).isTrue();
        }
    }

    @Test
    void shouldLoseNothingWhereTheDriverIsKilledAgainAndAgain() throws Exception {
        HeraldProcess driver = driver();
        try (HeraldProcess proxy = proxy(true); HeraldProcess record = record(true)) {
            for (int round = 1; round <= 3; round++) {
                feed(record);
                awaitJournaled();
                feed(record);
                driver.kill();
                feed(record);
                driver = driver();
                feed(record);
                awaitJournaled();
                assertThat(driversLost()).as(proxy.err()).isGreaterThanOrEqualTo(round);
            }
            finish(record, proxy);
        } finally {
            driver.close();
        }
    }

    @Test
    void shouldLoseNothingWhereDriverAndProxyAreKilledAndStartedInAnyOrder() throws Exception {
        HeraldProcess driver = driver();
        HeraldProcess proxy = proxy(true);
        try (HeraldProcess record = record(true)) {
            feed(record);
            awaitJournaled();
            proxy.kill();
            driver.kill();
            feed(record);
            proxy = proxy(true);
            driver = driver();
            feed(record);
            awaitJournaled();
            driver.kill();
            proxy.kill();
            driver = driver();
            proxy = proxy(true);
            feed(record);
            finish(record, proxy);
        } finally {
            proxy.close();
            driver.close();
        }
    }

    @Test
    void shouldLoseNothingWhereTheDriverIsGoneForLong() throws Exception {
        final HeraldProcess gone = driver();
        try (HeraldProcess proxy = proxy(true); HeraldProcess record = record(true)) {
            feed(record);
            awaitJournaled();
            gone.kill();
            await().atMost(60, TimeUnit.SECONDS).until(() -> driversLost() >= 1);
            feed(record);
            assertThat(proxy.isAlive()).isTrue();
            assertThat(proxy.err().lines().filter(line -> line.contains("lost the media driver"))).hasSize(1);
            try (HeraldProcess driver = driver()) {
                feed(record);
                finish(record, proxy);
                assertThat(driver.isAlive()).isTrue();
            }
        } finally {
            gone.close();
        }
    }

    @Test
    void shouldLoseNothingWhereTheDriverIsStoppedAndGoesOn() throws Exception {
        try (HeraldProcess driver = driver(); HeraldProcess proxy = proxy(true); HeraldProcess record = record(true)) {
            feed(record);
            awaitJournaled();
            driver.signal("STOP");
            await().atMost(60, TimeUnit.SECONDS).until(() -> driversLost() >= 1);
            feed(record);
            driver.signal("CONT");
            feed(record);
            awaitJournaled();
            assertThat(driversLost()).as(proxy.err()).isGreaterThanOrEqualTo(1);
            finish(record, proxy);
        }
    }

    @Test
    void shouldLoseNothingWhereTheProxyIsStoppedAndGoesOn() throws Exception {
        try (HeraldProcess driver = driver(); HeraldProcess proxy = proxy(true); HeraldProcess record = record(true)) {
            feed(record);
            awaitJournaled();
            proxy.pause(PAUSE);
            feed(record);
            awaitJournaled();
            assertThat(driversLost()).as(proxy.err()).isGreaterThanOrEqualTo(1);
            finish(record, proxy);
            assertThat(driver.isAlive()).isTrue();
        }
    }

    @Test
    void shouldLoseNothingWhereTheProxyIsStoppedTogetherWithItsOwnDriver() throws Exception {
        try (HeraldProcess proxy = proxy(false); HeraldProcess record = record(false)) {
            for (int round = 1; round <= 2; round++) {
                feed(record);
                awaitJournaled();
                proxy.pause(PAUSE);
                feed(record);
                awaitJournaled();
                assertThat(driversLost()).as(proxy.err()).isGreaterThanOrEqualTo(round);
            }
            finish(record, proxy);
        }
    }

    @Test
    void shouldLoseNothingWhereTheRecorderIsStoppedAndGoesOn() throws Exception {
        try (HeraldProcess proxy = proxy(false); HeraldProcess record = record(false)) {
            feed(record);
            awaitJournaled();
            record.pause(PAUSE);
            feed(record);
            awaitJournaled();
            assertThat(clientsRebuilt()).as(record.err()).isPositive();
            finish(record, proxy);
        }
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Path aeronDir() {
        return dir.resolve("aeron");
    }

    private HeraldProcess driver() throws IOException {
        final HeraldProcess driver = HeraldProcess.start(dir, "driver", "--aeron-dir=" + aeronDir(), "--timeout=2s");
        driver.awaitOut("ready");
        return driver;
    }

    private HeraldProcess proxy(final boolean besideDriver) throws IOException {
        final Path config = Files.writeString(dir.resolve("herald.yaml"),
            "aeron:\n  driver-timeout: 2s\n" +
                (besideDriver ? "  external: true\naeron-dir: " + aeronDir() + '\n' : ""));
        return HeraldProcess.proxy(dir, dataDir(), "--config=" + config, "--batch-interval=100ms");
    }

    private HeraldProcess record(final boolean besideDriver) throws IOException {
        final List<String> args = new ArrayList<>(List.of("record", "--data-dir=" + dataDir(), "--driver-timeout=2s",
            "--component=cmd", "--stdin", "--timeout=60s", "--debug"));
        if (besideDriver) {
            args.add("--aeron-dir=" + aeronDir());
        }
        return HeraldProcess.startWith(Redirect.PIPE, dir, args.toArray(new String[0]));
    }

    private void feed(final HeraldProcess record) throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < PART; i++) {
            lines.append("{\"type\":\"network.LinkDown\",\"message\":\"").append(recorded++).append("\"}\n");
        }
        record.stdin().write(lines.toString().getBytes(StandardCharsets.UTF_8));
        record.stdin().flush();
    }

    private String stat() {
        return Cli.run("stat", "--data-dir=" + dataDir()).out();
    }

    private long count(final String label) {
        return stat().lines().filter(line -> line.endsWith("  " + label))
            .mapToLong(line -> Long.parseLong(line.strip().substring(0, line.strip().indexOf(' ')))).sum();
    }

    private long driversLost() {
        return count(ReceiverCounter.DRIVER_LOST.label());
    }

    /** From the spool's header (docs/format.md): which error ends a client depends on who looks first. */
    private long clientsRebuilt() throws IOException {
        final ByteBuffer counter = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel spool = FileChannel.open(HeraldDirectory.spoolDir(dataDir()).resolve("cmd.spool"))) {
            spool.read(counter, CLIENT_REBUILDS_OFFSET);
        }
        return counter.getLong(0);
    }

    private void awaitJournaled() {
        await().atMost(60, TimeUnit.SECONDS).until(() -> count("events journaled") == recorded);
    }

    private void finish(final HeraldProcess record, final HeraldProcess proxy) throws Exception {
        record.stdin().close();
        assertThat(record.exitCode()).as(record.err()).isZero();
        assertThat(proxy.terminate()).as(proxy.err()).isZero();
        final HeraldProcess tail =
            HeraldProcess.run(dir, "tail", "--data-dir=" + dataDir(), "--stream", "journal", "--output", "json");
        final List<String> messages = new ArrayList<>();
        for (final String line : tail.out().lines().toList()) {
            final JsonNode event = new ObjectMapper().readTree(line);
            messages.add(event.get("message").asText());
        }
        assertThat(messages).isEqualTo(IntStream.range(0, recorded).mapToObj(Integer::toString).toList());
    }
}
