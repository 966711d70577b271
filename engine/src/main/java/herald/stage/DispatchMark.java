package herald.stage;

/**
 * A point between two events of the journal, and where it comes to lie in the dispatch log: behind all that was
 * journaled before it, before all that comes after. It travels through the stages with a start record, which closes the
 * open batch. Any thread.
 */
public final class DispatchMark {
    private static final long AHEAD = -1;

    private long journalPosition;
    private volatile long position = AHEAD;

    /** Makes one that is still ahead. */
    public DispatchMark() {
    }

    /**
     * A mark at a place that is known.
     *
     * @param position of the dispatch log.
     * @return the mark, reached.
     */
    public static DispatchMark at(final long position) {
        final DispatchMark mark = new DispatchMark();
        mark.reach(position, 0);
        return mark;
    }

    /**
     * The batch stage has come to it.
     *
     * @param dispatchPosition where the dispatch log goes on.
     * @param journaledUpTo    where the journal does.
     */
    public void reach(final long dispatchPosition, final long journaledUpTo) {
        journalPosition = journaledUpTo;
        position = dispatchPosition;
    }

    /**
     * Whether the batch stage has come to it.
     *
     * @return true once {@link #position} says where it is.
     */
    public boolean isReached() {
        return position != AHEAD;
    }

    /**
     * Where it is, once it is reached.
     *
     * @return a position of the dispatch log.
     */
    public long position() {
        return position;
    }

    /**
     * Where it is in the journal, once it is reached.
     *
     * @return a position of the journal; 0 where it is not known.
     */
    public long journalPosition() {
        return journalPosition;
    }
}
