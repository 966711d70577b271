package herald.tools.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A file system of a few MiB in memory, mounted as a data directory, that can be filled to its last byte. Only root can
 * mount one.
 */
final class SmallDisk {
    private static final long TIMEOUT_SECONDS = 20;
    private static final int BLOCK_LENGTH = 64 * 1024;

    private final Path mountPoint;
    private boolean full;
    private boolean wasFull;

    private SmallDisk(final Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /**
     * Mounts a disk.
     *
     * @param mountPoint an empty directory.
     * @param mib        its size.
     * @return the disk.
     * @throws IOException where this user may not mount.
     */
    static SmallDisk mount(final Path mountPoint, final int mib) throws IOException, InterruptedException {
        if (!run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m,mode=0700", "tmpfs", mountPoint.toString())) {
            throw new IOException("cannot mount a file system at " + mountPoint);
        }
        return new SmallDisk(mountPoint);
    }

    /**
     * Whether this user may mount a disk.
     *
     * @param mountPoint an empty directory to try it at.
     * @return true where it went well.
     */
    static boolean isAllowed(final Path mountPoint) throws InterruptedException {
        try {
            mount(mountPoint, 1).unmount();
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private static boolean run(final String... command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command)
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** Takes every byte that is left. */
    void fill() throws IOException {
        full = true;
        wasFull = true;
        try (OutputStream out = Files.newOutputStream(ballast())) {
            final byte[] block = new byte[BLOCK_LENGTH];
            while (Files.size(ballast()) < Long.MAX_VALUE) {
                out.write(block);
            }
        } catch (final IOException e) {
            if (Files.getFileStore(mountPoint).getUsableSpace() >= BLOCK_LENGTH) {
                throw e;
            }
        }
    }

    /** Gives it back. */
    void free() throws IOException {
        Files.deleteIfExists(ballast());
        full = false;
    }

    boolean isFull() {
        return full;
    }

    /** Whether it was full at any time. */
    boolean wasFull() {
        return wasFull;
    }

    private Path ballast() {
        return mountPoint.resolve("ballast");
    }

    /**
     * Copies what is on it beneath it, for it to be looked at later.
     *
     * @param copy to make.
     */
    void keep(final Path copy) throws IOException, InterruptedException {
        run("cp", "-a", mountPoint.toString(), copy.toString());
    }

    /** Unmounts it, also where somebody still maps a file of it. */
    void unmount() {
        try {
            run("umount", "-l", mountPoint.toString());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
