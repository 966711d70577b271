package herald.tools.torture;

import java.util.Locale;

/**
 * What can be done to a process, a collector or the disk of a round.
 */
enum FaultKind {
    /** SIGKILL to the proxy, which is started again after the fault's duration. */
    PROXY_KILL,
    /** SIGTERM to the proxy, which is started again. */
    PROXY_TERM,
    /** SIGSTOP to the proxy and, after the duration, SIGCONT. */
    PROXY_PAUSE,
    /** SIGKILL to a recorder, which is started again after the duration. */
    RECORDER_KILL,
    /** SIGTERM to a recorder, which is started again. */
    RECORDER_TERM,
    /** SIGSTOP to a recorder and, after the duration, SIGCONT. */
    RECORDER_PAUSE,
    /** A collector that neither reads nor acknowledges for the duration. */
    COLLECTOR_STALL,
    /** A collector that resets its connection. */
    COLLECTOR_RESET,
    /** A collector that resets its connection and refuses others for the duration. */
    COLLECTOR_REFUSE;

    /**
     * The name in lines for people.
     *
     * @return for example {@code proxy-kill}.
     */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
