package herald.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What tells a process apart from every other one, also from one that got the same number later: when it started, the
 * namespace in which its number counts, and the boot of the machine. From Linux's {@code /proc}; see proc(5).
 */
public final class ProcessStat {
    private static final Path PROC = Path.of("/proc");
    /** Of the words behind the command in {@code /proc/PID/stat}: the 22nd field of all. */
    private static final int START_WORD = 19;

    private ProcessStat() {
    }

    /**
     * When a process started.
     *
     * @param pid of it.
     * @return in clock ticks since the boot, or where the system has no {@code /proc}, in ms since the epoch; negative
     *     where there is none, or it is dead and its parent has not asked for it.
     */
    public static long startOf(final long pid) {
        if (!Files.exists(PROC.resolve("self/stat"))) {
            return ProcessHandle.of(pid).flatMap(process -> process.info().startInstant())
                .map(Instant::toEpochMilli).orElse(-1L);
        }
        try {
            final String stat = Files.readString(PROC.resolve(pid + "/stat"), StandardCharsets.ISO_8859_1);
            // The command stands in parentheses and may hold anything.
            final String[] words = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
            final boolean dead = "Z".equals(words[0]) || "X".equals(words[0]);
            return dead ? -1 : Long.parseLong(words[START_WORD]);
        } catch (final IOException | RuntimeException e) {
            return -1;
        }
    }

    /**
     * The machine's boot.
     *
     * @return its id, empty where the system does not say.
     */
    public static String bootId() {
        try {
            return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).trim();
        } catch (final IOException e) {
            return "";
        }
    }

    /**
     * The namespace in which the numbers of this process and of those that it sees count.
     *
     * @return as Linux calls it, {@code pid:[4026531836]}; empty where the system does not say.
     */
    public static String pidNamespace() {
        try {
            return Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
        } catch (final IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
