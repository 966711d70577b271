package herald.stage;

import java.io.IOException;

/**
 * One stage of the pipeline: sees every slot in order. Called by its stage agent's thread alone.
 */
public interface StageHandler {
    /**
     * Handles a slot. Where it throws, the slot counts as not handled.
     *
     * @param slot of the ring.
     * @throws IOException where a disk fails.
     */
    void onSlot(EventSlot slot) throws IOException;

    /**
     * Ends a turn: what was handled may be passed on once this returns.
     *
     * @throws IOException where a disk fails.
     */
    default void onTurnEnd() throws IOException {
    }

    /**
     * Called instead of a turn when there is nothing to handle, or no room to handle it.
     *
     * @return work done.
     * @throws IOException where a disk fails.
     */
    default int onIdle() throws IOException {
        return 0;
    }
}
