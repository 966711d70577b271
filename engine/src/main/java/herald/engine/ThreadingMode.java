package herald.engine;

/**
 * Which threads run receiver and stages. The same handlers run in all modes.
 */
public enum ThreadingMode {
    /** A thread for the receiver and for each stage: for machines with cores to spare. */
    DEDICATED,
    /** One thread for receiver and stages. */
    SHARED,
    /** No thread at all: the embedder steps everything, writers included. */
    INVOKER
}
