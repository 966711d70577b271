package herald.tools;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Says when a recorder has no proxy, at its start or later, and when it has one again: each once. It is asked at
 * intervals, and a link that is only built anew is there again at the next one. Owned by one thread.
 */
final class ProxyPresence {
    private static final int PATIENCE = 2;

    private final Consumer<String> log;
    private int missed;

    ProxyPresence(final Consumer<String> log) {
        this.log = log;
    }

    /**
     * Looks at the link.
     *
     * @param live whether the proxy answers.
     * @param kept says where events are meanwhile.
     */
    void check(final boolean live, final Supplier<String> kept) {
        if (live) {
            if (missed >= PATIENCE) {
                log.accept("a proxy answers: what was kept is delivered");
            }
            missed = 0;
        } else if (missed < PATIENCE && ++missed == PATIENCE) {
            log.accept("no proxy answers: events are " + kept.get());
        }
    }
}
