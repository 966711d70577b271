package herald.peers;

/**
 * A system that Herald is compared with: takes messages as fast as it can for a time.
 */
interface Peer extends AutoCloseable {
    /**
     * Gives it messages for a time and waits until it has them all.
     *
     * @param durationNs to produce for.
     * @return messages that it has taken.
     * @throws Exception where one was lost or refused: a figure would mean nothing.
     */
    long run(long durationNs) throws Exception;

    @Override
    void close();
}
