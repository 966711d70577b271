package herald.tools.torture;

import herald.engine.EventProxy;
import herald.tools.ExitCode;
import herald.tools.Foreground;

import java.nio.file.Path;

/**
 * A proxy in a copy of a data directory, in a process of its own, without writers: those of the original would deliver
 * to the same collectors.
 */
final class CopyChild {
    /** What it prints once it takes events. */
    static final String READY = "ready";

    private CopyChild() {
    }

    /**
     * Runs a proxy until SIGTERM.
     *
     * @param args directory of the round, the copy, whether it is adopted.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        ParentWatch.start();
        try (Foreground foreground = new Foreground();
            EventProxy proxy = EventProxy.launch(new EventProxy.Context()
                .dataDir(Path.of(args[1]))
                .adoptCopy(Boolean.parseBoolean(args[2]))
                .maxEventLength(RoundPlan.MAX_EVENT_LENGTH))) {
            System.out.println(READY + ' ' + proxy.identity().id());
            foreground.await();
        }
        System.exit(ExitCode.OK);
    }
}
