package herald.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The process of a media driver, told apart from every other one, also from one that got the same number later: with
 * when it started, by the kernel's clock, the namespace of its number, and the boot of the machine.
 *
 * @param pid        of the process.
 * @param startTicks clock ticks from the boot to its start; 0 where the system does not say.
 * @param namespace  of process numbers that it lives in; 0 where the system does not say.
 * @param boot       of the machine; 0 where the system does not say.
 */
public record DriverProcess(long pid, long startTicks, long namespace, long boot) {
    /** Whether a process lives. */
    public enum Life {
        /** It does. */
        ALIVE,
        /** It does not, or the machine was started again since. */
        DEAD,
        /** It lives, if it does, where this process can't see it: in another container, for example. */
        HIDDEN
    }

    private static final Path PROC = Path.of("/proc");
    private static final Path BOOT_ID = PROC.resolve("sys/kernel/random/boot_id");
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})-(\\d{1,18})-([0-9a-f]{1,8})");
    /** Of the words behind the command in {@code /proc/PID/stat}. */
    private static final int START_TICKS_WORD = 19;
    private static final long MASK = 0xFFFF_FFFFL;

    /**
     * This process.
     *
     * @return as much as the system says.
     */
    public static DriverProcess own() {
        final long pid = ProcessHandle.current().pid();
        return new DriverProcess(pid, Math.max(0, startTicks(pid)), ownNamespace(), ownBoot());
    }

    /**
     * Reads what {@link #toString} gave.
     *
     * @param text of a process.
     * @return null where it is none.
     */
    public static DriverProcess parse(final String text) {
        final Matcher words = TEXT.matcher(text);
        return !words.matches() ? null : new DriverProcess(Long.parseLong(words.group(1)),
            Long.parseLong(words.group(2)), Long.parseLong(words.group(3)), Long.parseLong(words.group(4), 16));
    }

    /**
     * Whether it lives.
     *
     * @return what this process can tell of it.
     */
    public Life life() {
        if (boot != ownBoot()) {
            return Life.DEAD;
        }
        if (namespace != ownNamespace()) {
            return Life.HIDDEN;
        }
        if (startTicks == 0) {
            return ProcessHandle.of(pid).isPresent() ? Life.ALIVE : Life.DEAD;
        }
        return startTicks(pid) == startTicks ? Life.ALIVE : Life.DEAD;
    }

    /** Clock ticks from the boot to the start of a process; negative where there is none or it is a zombie. */
    static long startTicks(final long pid) {
        try {
            final String stat = Files.readString(PROC.resolve(pid + "/stat"));
            // The command stands in parentheses and may hold anything.
            final String[] words = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ", -1);
            return words[0].equals("Z") || words[0].equals("X") ? -1 : Long.parseLong(words[START_TICKS_WORD]);
        } catch (final IOException | RuntimeException e) {
            return -1;
        }
    }

    private static long ownNamespace() {
        try {
            final String link = Files.readSymbolicLink(PROC.resolve("self/ns/pid")).toString();
            return Long.parseLong(link.replaceAll("\\D", ""));
        } catch (final IOException | RuntimeException e) {
            return 0;
        }
    }

    private static long ownBoot() {
        try {
            return Files.readString(BOOT_ID).trim().hashCode() & MASK;
        } catch (final IOException e) {
            return 0;
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d-%d-%d-%x", pid, startTicks, namespace, boot);
    }
}
