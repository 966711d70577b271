package herald.seal;

/**
 * Checks one direction of a session: the tag must be right and the counter above all that were taken. Owned by one
 * thread; allocates what {@link MessageMac} does.
 */
public final class Unsealer {
    /** What a sealed message is. */
    public enum Verdict {
        /** As its sender sealed it, and new. */
        GENUINE,
        /** Not sealed by a holder of the key, or changed. */
        FORGED,
        /** Its counter was taken already. */
        REPLAYED
    }

    private final MessageMac mac;
    private long counter;

    Unsealer(final byte[] key) {
        this.mac = new MessageMac(key);
    }

    /**
     * Judges a message. An old counter is found before a MAC is computed.
     *
     * @param message of this session.
     * @return what it is; {@link #take} makes its counter old.
     */
    public Verdict judge(final SealedMessage message) {
        if (message.counter() <= counter) {
            return Verdict.REPLAYED;
        }
        return mac.verify(message.bytes(), message.length()) ? Verdict.GENUINE : Verdict.FORGED;
    }

    /**
     * Takes a genuine message: it and those before it are old from now on.
     *
     * @param message that was judged.
     */
    public void take(final SealedMessage message) {
        counter = message.counter();
    }
}
