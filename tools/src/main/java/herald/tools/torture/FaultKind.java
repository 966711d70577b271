package herald.tools.torture;

import java.util.Locale;

/**
 * What can be done to a process, a collector or the disk of a round.
 */
enum FaultKind {
    /** SIGKILL to the proxy, which is started again after the fault's duration. */
    PROXY_KILL(Target.PROXY),
    /** SIGTERM to the proxy, which is started again. */
    PROXY_TERM(Target.PROXY),
    /** SIGSTOP to the proxy and, after the duration, SIGCONT. */
    PROXY_PAUSE(Target.PROXY),
    /** SIGKILL to a recorder, which is started again after the duration. */
    RECORDER_KILL(Target.RECORDER),
    /** SIGTERM to a recorder, which is started again. */
    RECORDER_TERM(Target.RECORDER),
    /** SIGSTOP to a recorder and, after the duration, SIGCONT. */
    RECORDER_PAUSE(Target.RECORDER),
    /** A collector that neither reads nor acknowledges for the duration. */
    COLLECTOR_STALL(Target.COLLECTOR),
    /** A collector that resets its connection. */
    COLLECTOR_RESET(Target.COLLECTOR),
    /** A collector that resets its connection and refuses others for the duration. */
    COLLECTOR_REFUSE(Target.COLLECTOR),
    /** SIGKILL to the media driver of the proxy's or the other host, which is started again after the duration. */
    DRIVER_KILL(Target.DRIVER),
    /** SIGSTOP to one of these media drivers and, after the duration, SIGCONT. */
    DRIVER_PAUSE(Target.DRIVER),
    /** A data directory without a free byte for the duration. */
    DISK_FULL(Target.DISK);

    /** What is hit. */
    enum Target {
        /** The proxy. */
        PROXY,
        /** One of the recorders. */
        RECORDER,
        /** One of the collectors. */
        COLLECTOR,
        /** One of the media drivers that are processes of their own. */
        DRIVER,
        /** The disk, where it is a small one. */
        DISK
    }

    private final Target target;

    FaultKind(final Target target) {
        this.target = target;
    }

    /** What is hit. */
    Target target() {
        return target;
    }

    /**
     * The name in lines for people.
     *
     * @return for example {@code proxy-kill}.
     */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
