package herald.tools.agent;

import java.io.IOException;

/**
 * Looks at one aspect of the host, compares it with what it saw before and records the difference. Owned by the
 * agent's thread; it must not wait. An event that the sink does not take is recorded at a later look.
 */
public interface HostWatcher extends AutoCloseable {
    /**
     * What is watched, for logs.
     *
     * @return one or two words.
     */
    String name();

    /**
     * Looks once.
     *
     * @param sink takes events.
     * @return how many it took.
     * @throws IOException where the host can't be read.
     */
    int poll(EventSink sink) throws IOException;

    /**
     * Ends what runs beside. Nothing does, as a rule.
     */
    @Override
    default void close() {
    }
}
