package herald.stage;

/**
 * When an event counts as durable and is acknowledged.
 */
public enum Durability {
    /** Once it is in the page cache: it survives the process, not a power cut. */
    PROCESS,
    /** Once it was forced to the device, with all others of the same turn. */
    DISK,
    /** Once it was forced to the device, which happens at an interval. */
    INTERVAL
}
