package herald.io;

/**
 * Knows whether this process is ending: libraries that register a shutdown hook when they are first used can't be used
 * for the first time from then on. Any thread.
 */
public final class ProcessEnd {
    private ProcessEnd() {
    }

    /**
     * Whether the virtual machine runs its shutdown hooks. For cold paths.
     *
     * @return true from the first signal, or call of {@link System#exit}, on.
     */
    public static boolean hasBegun() {
        final Thread hook = new Thread(() -> { });
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (final IllegalStateException e) {
            return true;
        }
    }
}
