package herald.io;

/**
 * Writes sizes as people read them. Any thread.
 */
public final class SizeText {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};
    private static final int STEP = 1024;

    private SizeText() {
    }

    /**
     * Writes a size.
     *
     * @param bytes not negative.
     * @return in the largest unit that divides it, such as {@code 64KiB}.
     */
    public static String format(final long bytes) {
        int unit = 0;
        long value = bytes;
        while (value >= STEP && value % STEP == 0 && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        return value + UNITS[unit];
    }
}
