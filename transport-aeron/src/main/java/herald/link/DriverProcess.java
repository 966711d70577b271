package herald.link;

import herald.io.ProcessStat;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The process of a media driver, told apart from every other one, also from one that got the same number later: with
 * when it started, by the kernel's clock, the namespace of its number, and the boot of the machine.
 *
 * @param pid        of the process.
 * @param startTicks when it started ({@link ProcessStat#startOf}); 0 where the system does not say.
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

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})-(\\d{1,18})-(\\d{1,18})-([0-9a-f]{1,8})");
    private static final long MASK = 0xFFFF_FFFFL;

    /**
     * This process.
     *
     * @return as much as the system says.
     */
    public static DriverProcess own() {
        final long pid = ProcessHandle.current().pid();
        return new DriverProcess(pid, Math.max(0, ProcessStat.startOf(pid)), ownNamespace(), ownBoot());
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
        return ProcessStat.startOf(pid) == startTicks ? Life.ALIVE : Life.DEAD;
    }

    private static long ownNamespace() {
        final String digits = ProcessStat.pidNamespace().replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private static long ownBoot() {
        return ProcessStat.bootId().hashCode() & MASK;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d-%d-%d-%x", pid, startTicks, namespace, boot);
    }
}
