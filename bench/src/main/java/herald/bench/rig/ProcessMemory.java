package herald.bench.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Memory of a process, as Linux tells it.
 *
 * @param residentLength  in bytes, mapped files included.
 * @param anonymousLength of it what is no file.
 */
public record ProcessMemory(long residentLength, long anonymousLength) {
    private static final long KIB = 1024;

    /**
     * Reads it.
     *
     * @param pid of the process.
     * @return zeros where the system does not tell.
     */
    public static ProcessMemory of(final long pid) {
        final Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            final List<String> lines = Files.readAllLines(status);
            return new ProcessMemory(value(lines, "VmRSS:"), value(lines, "RssAnon:"));
        } catch (final IOException e) {
            return new ProcessMemory(0, 0);
        }
    }

    private static long value(final List<String> lines, final String name) {
        return lines.stream().filter(line -> line.startsWith(name))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIB).findFirst().orElse(0);
    }
}
