package herald.tools.torture;

import java.util.Arrays;

/**
 * The events manager of a round, in a process of its own: the command itself, which is no part of these classes and is
 * on the class path of this process only.
 */
final class ManagerChild {
    /** What the manager prints once nodes reach it. */
    static final String READY = "herald manager ready";
    /** The command's class. */
    static final String COMMAND = "herald.manager.ManagerCommand";

    private ManagerChild() {
    }

    /**
     * Runs a manager until SIGTERM.
     *
     * @param args directory of the round, and the manager's own arguments.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        ParentWatch.start();
        Class.forName(COMMAND).getMethod("main", String[].class)
            .invoke(null, (Object)Arrays.copyOfRange(args, 1, args.length));
    }
}
