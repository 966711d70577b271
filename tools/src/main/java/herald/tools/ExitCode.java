package herald.tools;

/**
 * What the {@code herald} command exits with: the numbers of sysexits.h, and 1 for damage that was found.
 */
public final class ExitCode {
    /** All went well. */
    public static final int OK = 0;
    /** What was checked is damaged, or what was compared is not the same. */
    public static final int DIFFERENCE = 1;
    /** The call is wrong: an unknown option, a bad value, an unknown event type. */
    public static final int USAGE = 64;
    /** Some of the input was bad. */
    public static final int DATA = 65;
    /** A defect of Herald, or not enough memory. */
    public static final int INTERNAL = 70;
    /** A file or directory can't be used. */
    public static final int IO = 74;
    /** Kept in the spool only: the proxy has not acknowledged it yet. */
    public static final int SPOOLED = 75;

    private ExitCode() {
    }
}
