package herald.io;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much this process can have: of its heap, of memory beside it, of the host or the container that it is in, and of
 * file systems. Whoever has a setting that takes any of it asks here at the start, and refuses what can't be had. What
 * other processes take meanwhile is not foreseen. Any thread.
 */
public final class HostBounds {
    private static final String MAX_DIRECT_MEMORY = "MaxDirectMemorySize";
    private static final long MIB = 1024 * 1024;

    private HostBounds() {
    }

    /**
     * What the heap may grow to.
     *
     * @return in bytes.
     */
    public static long heap() {
        return Runtime.getRuntime().maxMemory();
    }

    /**
     * What buffers beside the heap may take.
     *
     * @return in bytes; as much as the heap, where no option says so.
     */
    public static long directMemory() {
        final HotSpotDiagnosticMXBean options = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        final long said = options == null ? 0 : Long.parseLong(options.getVMOption(MAX_DIRECT_MEMORY).getValue());
        return said == 0 ? heap() : said;
    }

    /**
     * The memory of the host or, where that is less, of the container.
     *
     * @return in bytes; as much as the heap, where nobody says so.
     */
    public static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system ?
            system.getTotalMemorySize() : heap();
    }

    /**
     * What a directory's file system has free for this user.
     *
     * @param directory that is there, or will be made.
     * @return in bytes.
     * @throws IOException where the file system does not say.
     */
    public static long usable(final Path directory) throws IOException {
        return fileStore(directory).getUsableSpace();
    }

    /**
     * How large a directory's file system is.
     *
     * @param directory that is there, or will be made.
     * @return in bytes.
     * @throws IOException where the file system does not say.
     */
    public static long total(final Path directory) throws IOException {
        return fileStore(directory).getTotalSpace();
    }

    private static FileStore fileStore(final Path directory) throws IOException {
        return Files.getFileStore(nearest(directory));
    }

    private static Path nearest(final Path directory) {
        Path existing = directory.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }

    /**
     * Refuses what does not fit.
     *
     * @param name  of the setting.
     * @param value of it.
     * @param least that it may be.
     * @param usual value that is taken on any host, as its default is.
     * @param fits  the most that fits here.
     * @param what  holds it, and what would make that greater.
     * @throws IllegalArgumentException where the value is less than the least, or more than what fits and is usual.
     */
    public static void require(
        final String name, final long value, final long least, final long usual, final long fits, final String what) {
        final long most = Math.max(usual, fits);
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ": it must be from " + least + " to " + most +
                " here, for " + what);
        }
    }

    /**
     * The heap and how to have more of it, for {@link #require}.
     *
     * @return words.
     */
    public static String heapInWords() {
        return "a heap of " + heap() / MIB + " MiB; lower it, or allow a greater heap with HERALD_JAVA_OPTS=-Xmx...";
    }

    /**
     * Heap and memory, and how to have more of them, for {@link #require}.
     *
     * @return words.
     */
    public static String memoryInWords() {
        return memory() / MIB + " MiB of memory and " + heapInWords();
    }
}
