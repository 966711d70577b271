package herald.recorder;

/**
 * When a recorder accepts an event: what an accepted event survives.
 */
public enum SpoolDurability {
    /** Once it is in the spool's mapping: it survives the process, not a power cut. */
    PROCESS,
    /**
     * Once it was forced to the device: it survives a power cut too. One force covers all events that came while the
     * one before it ran, so callers share its cost; each waits for one or two of them.
     */
    DISK
}
