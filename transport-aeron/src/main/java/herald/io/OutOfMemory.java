package herald.io;

/**
 * What to do where the JVM has no more memory: say what would mend it, and end with a code of its own. A process that
 * went on would be half alive, with threads missing that others wait for. Any thread.
 */
public final class OutOfMemory {
    private static final long MIB = 1024 * 1024;

    private OutOfMemory() {
    }

    /**
     * Whether memory is what an error is about.
     *
     * @param error with its causes.
     * @return true where one of them is an {@link OutOfMemoryError}.
     */
    public static boolean isIn(final Throwable error) {
        Throwable cause = error;
        while (cause != null && !(cause instanceof OutOfMemoryError)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /**
     * Throws an error on where memory is what it is about: nobody between here and the thread's end can mend that.
     *
     * @param error to look at; may be null.
     * @param <T>   of it.
     * @return the error, where it is about something else.
     */
    public static <T extends Throwable> T passOn(final T error) {
        if (isIn(error)) {
            final OutOfMemoryError passed = new OutOfMemoryError(error.getMessage());
            passed.initCause(error);
            throw passed;
        }
        return error;
    }

    /**
     * What happened, and what would mend it.
     *
     * @param error about memory.
     * @return a text without an end.
     */
    public static String describe(final Throwable error) {
        return "not enough memory (" + error.getMessage() + "): the heap may grow to " +
            Runtime.getRuntime().maxMemory() / MIB + " MiB; allow more with HERALD_JAVA_OPTS=-Xmx" +
            Math.max(1, 2 * Runtime.getRuntime().maxMemory() / MIB) + "m, or for a program of your own with -Xmx, as " +
            "far as the host has it";
    }

    /**
     * Ends the process, with a message, where any thread ends for lack of memory. What ends a thread otherwise is
     * printed, as without this.
     *
     * @param exitCode of the process.
     */
    public static void endsProcess(final int exitCode) {
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            try {
                if (isIn(error)) {
                    System.err.println("herald: " + describe(error));
                } else {
                    System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                    error.printStackTrace();
                }
            } finally {
                if (isIn(error)) {
                    Runtime.getRuntime().halt(exitCode);
                }
            }
        });
    }
}
