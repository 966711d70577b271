package herald.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A file system that a test mounts, until it closes it. Where this user may not mount, the test is skipped.
 */
public final class Mount implements AutoCloseable {
    private static final long TIMEOUT_S = 60;

    private final Path point;

    private Mount(final Path point, final String... arguments) {
        final String[] command = new String[arguments.length + 2];
        command[0] = "mount";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        command[arguments.length + 1] = point.toString();
        assumeTrue(run(command), "may not mount a file system");
        this.point = point;
    }

    /**
     * Mounts a small file system in memory, its owner's alone.
     *
     * @param point  an empty directory.
     * @param length in bytes, with a unit: {@code 64m}.
     * @return the mount.
     */
    public static Mount memory(final Path point, final String length) {
        return new Mount(point, "-t", "tmpfs", "-o", "size=" + length + ",mode=0700", "herald-test");
    }

    /**
     * Mounts a directory, or a file, once more.
     *
     * @param original that is there.
     * @param point    of the same kind.
     * @return the mount.
     */
    public static Mount again(final Path original, final Path point) {
        return new Mount(point, "--bind", original.toString());
    }

    /**
     * Runs a command and waits for it.
     *
     * @param command and its arguments.
     * @return whether it is there and went well.
     */
    public static boolean run(final String... command) {
        try {
            final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(TIMEOUT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException e) {
            return false;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * Where it is mounted.
     *
     * @return as it was given.
     */
    public Path point() {
        return point;
    }

    @Override
    public void close() {
        assertTrue(run("umount", point.toString()), "unmounted " + point);
    }
}
