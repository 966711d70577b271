package herald.writer;

/**
 * Makes writers of one kind. Found through {@link java.util.ServiceLoader}; the scheme of a writer's specification
 * chooses it: {@code file:/var/log/events.ndjson} asks for the factory of {@code file}.
 */
public interface EventWriterFactory {
    /**
     * The scheme that this factory answers to.
     *
     * @return for example {@code syslog}.
     */
    String scheme();

    /**
     * Makes a writer.
     *
     * @param spec what was configured.
     * @return the writer; it may connect later.
     * @throws IllegalArgumentException where the specification is wrong: names it and the form that would be right.
     */
    EventWriter create(WriterSpec spec);

    /**
     * Whether a writer without a bookmark starts at the oldest event kept, not at the end of the log.
     *
     * @param spec what was configured.
     * @return false by default: a new writer gets what is new.
     */
    default boolean startsAtOldest(final WriterSpec spec) {
        return false;
    }
}
