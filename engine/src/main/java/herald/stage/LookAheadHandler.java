package herald.stage;

/**
 * A stage that is shown the slots of a turn before it handles the first of them, so that it can call for memory that
 * it will need: waits for memory overlap where they are asked for together.
 */
public interface LookAheadHandler extends StageHandler {
    /**
     * Looks at a slot that {@link #onSlot} will be given in this turn or, where the turn is cut short, in a later one.
     *
     * @param slot of the ring.
     */
    void onAhead(EventSlot slot);
}
