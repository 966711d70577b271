package herald.writer;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Finds the factories of writers on the class path.
 */
public final class EventWriters {
    private EventWriters() {
    }

    /**
     * The factory that a specification asks for.
     *
     * @param spec what was configured.
     * @return the factory.
     * @throws IllegalArgumentException where there is none of that scheme: names those that there are.
     */
    public static EventWriterFactory factory(final WriterSpec spec) {
        final List<String> known = new ArrayList<>();
        for (final EventWriterFactory factory : ServiceLoader.load(EventWriterFactory.class)) {
            if (factory.scheme().equals(spec.scheme())) {
                return factory;
            }
            known.add(factory.scheme());
        }
        throw new IllegalArgumentException("there is no writer \"" + spec.scheme() + "\": choose one of " + known);
    }
}
