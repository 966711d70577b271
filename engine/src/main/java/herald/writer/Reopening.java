package herald.writer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An operator's request that a writer opens its files anew, served by the writer's agent.
 */
final class Reopening {
    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);

    private volatile boolean requested;

    /** Any thread. */
    void request() {
        requested = true;
    }

    void serve(final EventWriter writer) {
        if (!requested) {
            return;
        }
        requested = false;
        try {
            writer.reopen();
            LOGGER.info("writer {} has opened its files anew", writer.name());
        } catch (final Throwable e) {
            LOGGER.error("writer {} goes on with the files that it has: {}", writer.name(), e.toString());
        }
    }
}
