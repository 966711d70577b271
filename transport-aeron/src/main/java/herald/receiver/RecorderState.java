package herald.receiver;

import java.util.UUID;

/**
 * What the proxy knows of one recorder. Two owners: the receiver's thread for what is accepted, the journal's thread
 * for what is journaled; they meet in {@link DurableFeed}.
 */
public final class RecorderState {
    private final UUID id;
    private volatile long attempt;
    private volatile long durableSequence;
    private volatile boolean inFeed;

    private long acceptedSequence;
    private RecorderSession session;
    private int adoptions;

    private long journaledSequence;
    private long lastSeenNs;
    private volatile boolean tabled;
    private boolean touched;

    /**
     * A recorder.
     *
     * @param id       of it.
     * @param sequence up to which its events are accepted and journaled.
     */
    public RecorderState(final UUID id, final long sequence) {
        this.id = id;
        this.acceptedSequence = sequence;
        this.journaledSequence = sequence;
        this.durableSequence = sequence;
    }

    /**
     * The recorder's id.
     *
     * @return random, 128 bits.
     */
    public UUID id() {
        return id;
    }

    /**
     * Number of its latest Hello. Any thread.
     *
     * @return 0 where there was none.
     */
    public long attempt() {
        return attempt;
    }

    /**
     * Sets the number of its latest Hello. Receiver's thread, and recovery before it.
     *
     * @param value of it.
     */
    public void attempt(final long value) {
        attempt = value;
    }

    /**
     * Journaled and durable up to here. Any thread.
     *
     * @return a sequence.
     */
    public long durableSequence() {
        return durableSequence;
    }

    void durableSequence(final long sequence) {
        durableSequence = sequence;
    }

    boolean isInFeed() {
        return inFeed;
    }

    void inFeed(final boolean value) {
        inFeed = value;
    }

    /**
     * Accepted up to here. Receiver's thread.
     *
     * @return a sequence.
     */
    public long acceptedSequence() {
        return acceptedSequence;
    }

    void acceptedSequence(final long sequence) {
        acceptedSequence = sequence;
    }

    RecorderSession session() {
        return session;
    }

    void session(final RecorderSession value) {
        session = value;
    }

    /** A spool of this recorder is on its way: there must be no second state for its id. Receiver's thread. */
    void beginAdoption() {
        adoptions++;
    }

    void endAdoption() {
        adoptions--;
    }

    /**
     * Journaled up to here. Journal's thread.
     *
     * @return a sequence.
     */
    public long journaledSequence() {
        return journaledSequence;
    }

    /**
     * Takes note of a record of this recorder. Journal's thread.
     *
     * @param sequence      that it goes up to.
     * @param journalTimeNs of it.
     */
    public void journaled(final long sequence, final long journalTimeNs) {
        journaledSequence = sequence;
        lastSeenNs = journalTimeNs;
    }

    /**
     * Takes note of what the journal held at start, before either thread runs.
     *
     * @param sequence      journaled up to here.
     * @param journalTimeNs of its last record.
     */
    public void recovered(final long sequence, final long journalTimeNs) {
        acceptedSequence = sequence;
        durableSequence = sequence;
        journaled(sequence, journalTimeNs);
    }

    /**
     * Journal time of its last record. Journal's thread.
     *
     * @return ns since the epoch.
     */
    public long lastSeenNs() {
        return lastSeenNs;
    }

    /**
     * Puts the recorder on the journal's list, once. Journal's thread.
     *
     * @return true the first time.
     */
    public boolean enterTable() {
        if (tabled) {
            return false;
        }
        tabled = true;
        return true;
    }

    /**
     * Takes the recorder off the journal's list: it was silent for long. Journal's thread.
     *
     * @return true.
     */
    public boolean leaveTable() {
        tabled = false;
        return true;
    }

    /**
     * Whether nothing would be lost with this: no session, no spool that is being adopted, nothing on its way to the
     * journal, and no place in the journal's list. Receiver's thread.
     *
     * @return true where the recorder may be forgotten.
     */
    boolean isAbsent() {
        return session == null && adoptions == 0 && acceptedSequence == durableSequence && !tabled;
    }

    /**
     * Marks whether the recorder has records that wait for the durability point. Journal's thread.
     *
     * @param value of the mark.
     * @return its value before.
     */
    public boolean touch(final boolean value) {
        final boolean before = touched;
        touched = value;
        return before;
    }
}
