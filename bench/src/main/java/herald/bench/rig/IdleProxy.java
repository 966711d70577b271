package herald.bench.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What a proxy costs that has nothing to do: a real {@code herald proxy}, started by the launcher.
 *
 * @param cpuPercent of one core.
 * @param memory     of the process at the end.
 */
public record IdleProxy(double cpuPercent, ProcessMemory memory) {
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final double PERCENT = 100.0;
    private static final long TIMEOUT_SECONDS = 300;

    /**
     * Starts one, lets it settle for 10 s and watches it.
     *
     * @param launcher   the {@code herald} script.
     * @param dataParent where its data directory is made.
     * @param measure    how long.
     * @return what it took.
     * @throws InterruptedException where this thread is.
     */
    public static IdleProxy measure(final Path launcher, final Path dataParent, final Duration measure)
        throws InterruptedException {
        try (NodeDirectory directory = NodeDirectory.create(dataParent)) {
            final List<String> command = List.of(launcher.toAbsolutePath().toString(), "proxy",
                "--data-dir", NodeFiles.dataDir(directory.path()).toString(), "--node", "node-1");
            final RigProcess proxy = directory.add(RigProcess.startCommand("proxy", directory.path(), command));
            proxy.awaitAnswer("herald", TIMEOUT_SECONDS);
            await(SETTLE);
            final Duration before = cpuTime(proxy.pid());
            final long startNs = System.nanoTime();
            await(measure);
            final Duration used = cpuTime(proxy.pid()).minus(before);
            final double percent = PERCENT * used.toNanos() / (System.nanoTime() - startNs);
            final ProcessMemory memory = ProcessMemory.of(proxy.pid());
            proxy.terminate();
            return new IdleProxy(percent, memory);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot start " + launcher, e);
        }
    }

    private static Duration cpuTime(final long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().totalCpuDuration())
            .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended or hides its CPU time"));
    }

    private static void await(final Duration time) {
        final long deadlineNs = System.nanoTime() + time.toNanos();
        for (long leftNs = time.toNanos(); leftNs > 0; leftNs = deadlineNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }
}
