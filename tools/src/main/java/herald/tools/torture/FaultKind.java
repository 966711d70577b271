package herald.tools.torture;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What can be done to processes, collectors, files and ports of a round.
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
    DISK_FULL(Target.DISK),
    /** SIGKILL to a proxy with its own media driver in a directory that it was told, and the same command at once. */
    PROXY_RESTART(Target.FIXED_DRIVER),
    /** A copy of the data directory, in which a proxy is started: without and with its adoption. */
    DIRECTORY_COPY(Target.DIRECTORY),
    /** The data directory put back, after the duration, to what it was, under recorders that live. */
    DIRECTORY_ROLLBACK(Target.DIRECTORY),
    /** Lock files, or the marks beside them, deleted under those who hold them; then others try to get in. */
    LOCK_DELETE(Target.LOCKS),
    /** SIGKILL to the events manager, which is started again after the duration. */
    MANAGER_KILL(Target.MANAGER),
    /** SIGSTOP to the events manager and, after the duration, SIGCONT. */
    MANAGER_PAUSE(Target.MANAGER),
    /** Somebody without the key who sends to the proxy's UDP port for the duration. */
    STRANGER(Target.PORT),
    /** A syslog receiver whose host is not there for the duration: packets get lost, and nobody is told. */
    SYSLOG_VANISH(Target.SYSLOG),
    /** A syslog receiver that resets its connections and refuses others for the duration. */
    SYSLOG_REFUSE(Target.SYSLOG),
    /** A syslog receiver that ends what it sends, or what it receives, and keeps the connection. */
    SYSLOG_HALF_CLOSE(Target.SYSLOG);

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
        DISK,
        /** The proxy, where its media driver's directory is fixed. */
        FIXED_DRIVER,
        /** The proxy's data directory. */
        DIRECTORY,
        /** Lock files in the data directory. */
        LOCKS,
        /** The events manager, where there is one. */
        MANAGER,
        /** The proxy's UDP port, where it listens on one. */
        PORT,
        /** The syslog receiver, where there is one. */
        SYSLOG
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
     * Finds a kind.
     *
     * @param label as {@link #label()} says it.
     * @return the kind.
     * @throws IllegalArgumentException naming the labels that there are.
     */
    static FaultKind of(final String label) {
        return Stream.of(values()).filter(kind -> kind.label().equals(label)).findFirst().orElseThrow(() ->
            new IllegalArgumentException("\"" + label + "\" is no kind of fault: choose among " +
                Stream.of(values()).map(FaultKind::label).collect(Collectors.joining(", "))));
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
