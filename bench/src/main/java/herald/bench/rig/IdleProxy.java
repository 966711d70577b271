package herald.bench.rig;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A proxy that has nothing to do: a real {@code herald proxy}, started by the launcher.
 */
public final class IdleProxy implements AutoCloseable {
    private static final Duration SETTLE = Duration.ofSeconds(10);
    private static final double PERCENT = 100.0;
    private static final long TIMEOUT_SECONDS = 300;

    private final NodeDirectory directory;
    private final RigProcess proxy;
    private final long settledNs;

    private IdleProxy(final NodeDirectory directory, final RigProcess proxy) {
        this.directory = directory;
        this.proxy = proxy;
        this.settledNs = System.nanoTime() + SETTLE.toNanos();
    }

    /**
     * Starts one.
     *
     * @param launcher   the {@code herald} script.
     * @param dataParent where its data directory is made.
     * @return the proxy, ready.
     * @throws InterruptedException where this thread is.
     */
    public static IdleProxy start(final Path launcher, final Path dataParent) throws InterruptedException {
        final NodeDirectory directory = NodeDirectory.create(dataParent);
        boolean started = false;
        try {
            final List<String> command = List.of(launcher.toAbsolutePath().toString(), "proxy",
                "--data-dir", NodeFiles.dataDir(directory.path()).toString(), "--node", "node-1");
            final RigProcess proxy = directory.add(RigProcess.startCommand("proxy", directory.path(), command));
            proxy.awaitAnswer("herald", TIMEOUT_SECONDS);
            started = true;
            return new IdleProxy(directory, proxy);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot start " + launcher, e);
        } finally {
            if (!started) {
                directory.close();
            }
        }
    }

    /**
     * Watches it, once it has been up for 10 s.
     *
     * @param measure how long.
     * @return CPU time in percent of one core.
     */
    public double cpuPercent(final Duration measure) {
        awaitUntil(settledNs);
        final Duration before = cpuTime(proxy.pid());
        final long startNs = System.nanoTime();
        awaitUntil(startNs + measure.toNanos());
        final Duration used = cpuTime(proxy.pid()).minus(before);
        return PERCENT * used.toNanos() / (System.nanoTime() - startNs);
    }

    /**
     * What it takes of memory now.
     *
     * @return its memory.
     */
    public ProcessMemory memory() {
        return ProcessMemory.of(proxy.pid());
    }

    private static Duration cpuTime(final long pid) {
        return ProcessHandle.of(pid).flatMap(handle -> handle.info().totalCpuDuration())
            .orElseThrow(() -> new IllegalStateException("process " + pid + " has ended or hides its CPU time"));
    }

    private static void awaitUntil(final long deadlineNs) {
        for (long leftNs = deadlineNs - System.nanoTime(); leftNs > 0; leftNs = deadlineNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }

    @Override
    public void close() {
        try {
            proxy.terminate();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        directory.close();
    }
}
