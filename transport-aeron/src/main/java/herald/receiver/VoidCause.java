package herald.receiver;

/**
 * Why sequences of a recorder can't come any more.
 */
public enum VoidCause {
    /** The recorder does not have them any more. */
    LOST_BY_RECORDER,
    /** The event was there and was refused. */
    REFUSED,
    /** They were acknowledged, and the journal does not hold them any more. */
    ACKNOWLEDGED_AND_GONE,
    /** The proxy of another data directory acknowledged them. */
    ACKNOWLEDGED_ELSEWHERE
}
