package herald.tools;

import herald.receiver.ReceiverCounter;
import io.aeron.driver.MediaDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A media driver's directory in 64 MiB of shared memory, a real one, that others fill: before links are made, and while
 * they are there. Nobody ends, and every event is journaled once. Needs the right to mount.
 *
 * <pre>
 *   2 recorders of throughput ══╗
 *                               ╠══ 64 MiB of tmpfs ══ proxy ──► journal
 *   30 recorders of default   ══╝          ▲
 *                                          filler
 * </pre>
 */
@Tag("slow")
@Timeout(300)
class SmallSharedMemoryTest {
    private static final int MIB = 1024 * 1024;
    private static final int LARGE = 2;
    private static final int SMALL = 30;
    /** Fill all terms of a recorder. */
    private static final int LARGE_EVENTS = 80_000;
    private static final int SMALL_EVENTS = 6_000;

    @TempDir
    private Path dir;
    private Path memory;
    private boolean mounted;
    private final List<HeraldProcess> processes = new ArrayList<>();

    @BeforeEach
    void setUp() throws Exception {
        memory = Files.createDirectory(dir.resolve("memory"));
        mounted = run("mount", "-t", "tmpfs", "-o", "size=64m,mode=0700", "herald-test", memory.toString());
        assumeTrue(mounted, "may not mount a file system");
    }

    @AfterEach
    void tearDown() throws Exception {
        processes.forEach(HeraldProcess::close);
        if (mounted) {
            assertThat(run("umount", memory.toString())).isTrue();
        }
    }

    private static boolean run(final String... command) throws Exception {
        try {
            final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException e) {
            return false;
        }
    }

    private Path filler() {
        return memory.resolve("filler");
    }

    private void leaveFree(final long bytes) throws IOException {
        try (OutputStream out = Files.newOutputStream(filler())) {
            while (memory.toFile().getUsableSpace() > bytes) {
                out.write(new byte[64 * 1024]);
            }
        }
    }

    private void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filler())) {
            assertThatThrownBy(() -> {
                while (true) {
                    out.write(new byte[4096]);
                }
            }).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        }
        assertThat(memory.toFile().getUsableSpace()).isZero();
    }

    private HeraldProcess proxy(final String... more) throws IOException {
        final List<String> args = new ArrayList<>(List.of("--aeron-dir=" + aeronDir()));
        args.addAll(Arrays.asList(more));
        final HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir(), args.toArray(new String[0]));
        processes.add(proxy);
        return proxy;
    }

    private HeraldProcess crowd(final String profile, final int count, final int spoolLength) throws IOException {
        final HeraldProcess crowd = HeraldProcess.startMain(RecorderCrowd.class, List.of(), dir,
            dataDir().toString(), aeronDir().toString(), profile, Integer.toString(count),
            Integer.toString(spoolLength));
        processes.add(crowd);
        return crowd;
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Path aeronDir() {
        return memory.resolve("aeron");
    }

    private static void order(final HeraldProcess crowd, final String line) throws IOException {
        crowd.stdin().write((line + '\n').getBytes(StandardCharsets.UTF_8));
        crowd.stdin().flush();
    }

    private static void awaitLive(final HeraldProcess crowd, final int count) {
        await().atMost(90, TimeUnit.SECONDS).untilAsserted(() ->
            assertThat(crowd.out().lines().filter(line -> line.startsWith("live")).reduce((first, last) -> last))
                .as(crowd.err()).contains("live " + count));
    }

    private void assertNobodyEnded() {
        for (final HeraldProcess process : processes) {
            assertThat(process.isAlive()).as(process.out() + process.err()).isTrue();
            assertThat(process.err()).doesNotContain("InternalError", "SIGBUS");
        }
    }

    private void end(final HeraldProcess process) throws InterruptedException {
        process.kill();
        processes.remove(process);
    }

    private static long count(final Path dataDir, final String label) {
        return Cli.run("stat", "--data-dir=" + dataDir).out().lines().filter(line -> line.endsWith("  " + label))
            .mapToLong(line -> Long.parseLong(line.strip().substring(0, line.strip().indexOf(' ')))).sum();
    }

    private void assertJournaledOnce(final HeraldProcess proxy, final long events) throws Exception {
        await().atMost(60, TimeUnit.SECONDS).until(() -> count(dataDir(), "events journaled") == events);
        assertThat(proxy.terminate()).as(proxy.err()).isZero();
        assertThat(Cli.run("verify", "--data-dir=" + dataDir()).exitCode()).isZero();
    }

    @Test
    void shouldGiveNoLinkForWhichThereIsNoRoomAndOneOnceThereIs() throws Exception {
        final HeraldProcess proxy = proxy();
        leaveFree(20 * MIB);
        final HeraldProcess large = crowd("throughput", LARGE, 16 * MIB);
        awaitLive(large, 1);
        final HeraldProcess small = crowd("default", SMALL, MIB);
        order(large, "record 100");
        order(small, "record 100");
        large.awaitOut("done record 100");
        small.awaitOut("done record 100");
        await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
            assertThat(large.err()).contains("recorder throughput-", "has no link, its events wait in",
                "no room for a stream in " + aeronDir(), "12587008 bytes", "--aeron-dir");
            assertThat(small.err()).contains("recorder default-", "has no link, its events wait in");
            assertThat(proxy.err()).contains("no room for a stream in " + aeronDir(), " are free; free some");
            assertThat(count(dataDir(), ReceiverCounter.STREAMS_WITHOUT_ROOM.label())).isPositive();
        });
        assertNobodyEnded();

        end(large);
        Files.delete(filler());
        awaitLive(small, SMALL);
        order(small, "acknowledge");
        small.awaitOut("done acknowledge");

        final HeraldProcess largeAgain = crowd("throughput", LARGE, 16 * MIB);
        awaitLive(largeAgain, 1);
        order(largeAgain, "record 100");
        largeAgain.awaitOut("done record 100");
        end(small);
        awaitLive(largeAgain, LARGE);
        order(largeAgain, "acknowledge");
        largeAgain.awaitOut("done acknowledge");
        assertNobodyEnded();
        assertJournaledOnce(proxy, 100L * (LARGE + SMALL + LARGE));
    }

    @Test
    void shouldGoOnWhereTheMemoryIsFilledUnderLiveLinks() throws Exception {
        final HeraldProcess proxy = proxy();
        final HeraldProcess large = crowd("throughput", LARGE, 16 * MIB);
        awaitLive(large, LARGE);
        final HeraldProcess small = crowd("default", SMALL / 2, MIB);
        awaitLive(small, SMALL / 2);
        fill();
        recordAndAcknowledge(large, small);
        assertNobodyEnded();
        assertJournaledOnce(proxy, (long)LARGE * LARGE_EVENTS + (long)SMALL / 2 * SMALL_EVENTS);
    }

    @Test
    void shouldStartInLittleAndSayWhatItNeedsInLess() throws Exception {
        leaveFree(24 * MIB);
        final HeraldProcess refused = HeraldProcess.run(
            dir, "proxy", "--data-dir=" + dataDir(), "--node=node-1", "--aeron-dir=" + aeronDir());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(refused.err()).contains("bytes free, the media driver needs", "--aeron-dir");

        leaveFree(34 * MIB);
        final HeraldProcess proxy = proxy();
        awaitLive(crowd("default", 1, MIB), 1);
        assertNobodyEnded();
        assertThat(proxy.terminate()).as(proxy.err()).isZero();
        processes.remove(proxy);
    }

    @Test
    void shouldComeBackWhereItsKilledDriverHoldsTheMemory() throws Exception {
        leaveFree(36 * MIB);
        end(proxy());
        assertThat(memory.toFile().getUsableSpace()).isLessThan(32 * MIB);

        final HeraldProcess proxy = proxy();
        awaitLive(crowd("default", 1, MIB), 1);
        assertThat(proxy.terminate()).as(proxy.err()).isZero();
        processes.remove(proxy);
    }

    /** Aeron's own driver leaves holes in its terms. */
    @Test
    void shouldGoOnWhereTheDriverIsNotHeralds() throws Exception {
        final HeraldProcess driver = HeraldProcess.startMain(MediaDriver.class,
            List.of("-Daeron.dir=" + aeronDir(), "-Daeron.dir.delete.on.start=true",
                "-Daeron.counters.buffer.length=1m",
                "-Daeron.term.buffer.sparse.file=true", "-Daeron.threading.mode=SHARED",
                "-Daeron.shared.idle.strategy=org.agrona.concurrent.SleepingMillisIdleStrategy"), dir);
        processes.add(driver);
        await().atMost(60, TimeUnit.SECONDS).until(() -> Files.exists(aeronDir().resolve("cnc.dat")));
        final Path config = Files.writeString(dir.resolve("herald.yaml"), "aeron:\n  external: true\n");
        final HeraldProcess proxy = proxy("--config=" + config);
        leaveFree(20 * MIB);
        final HeraldProcess large = crowd("throughput", LARGE, 16 * MIB);
        awaitLive(large, 1);
        await().atMost(60, TimeUnit.SECONDS).untilAsserted(() ->
            assertThat(large.err()).contains("has no link, its events wait in", "no room"));
        Files.delete(filler());
        awaitLive(large, LARGE);
        final HeraldProcess small = crowd("default", SMALL / 2, MIB);
        awaitLive(small, SMALL / 2);
        fill();
        recordAndAcknowledge(large, small);
        assertNobodyEnded();
        assertJournaledOnce(proxy, (long)LARGE * LARGE_EVENTS + (long)SMALL / 2 * SMALL_EVENTS);
    }

    private static void recordAndAcknowledge(final HeraldProcess large, final HeraldProcess small) throws IOException {
        order(large, "record " + LARGE_EVENTS);
        order(small, "record " + SMALL_EVENTS);
        for (final HeraldProcess crowd : List.of(large, small)) {
            crowd.awaitOut("done record");
            order(crowd, "acknowledge");
            crowd.awaitOut("done acknowledge");
        }
    }
}
