package herald.recorder;

import herald.link.Acknowledger;

import java.util.UUID;

/**
 * Says which spools in which nothing waits are looked at all the same.
 */
@FunctionalInterface
public interface IdleSpools {
    /** None. */
    IdleSpools NONE = (recorderId, acknowledgedSequence, by) -> false;

    /**
     * Whether one is.
     *
     * @param recorderId           whose spool it is.
     * @param acknowledgedSequence up to where its events were acknowledged: all of them.
     * @param by                   who acknowledged them.
     * @return true where it is to be taken.
     */
    boolean isWanted(UUID recorderId, long acknowledgedSequence, Acknowledger by);
}
