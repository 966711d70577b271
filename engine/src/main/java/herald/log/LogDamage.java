package herald.log;

/**
 * A range of a log that holds no valid record.
 *
 * @param fromPosition where it begins.
 * @param toPosition   where the next valid record, or the end of the log, is.
 * @param reason       what was found there.
 */
public record LogDamage(long fromPosition, long toPosition, String reason) {
    /**
     * Takes note of damage: counts it, logs it.
     */
    @FunctionalInterface
    public interface Listener {
        /**
         * Called once for each range, by the thread that reads or opens the log.
         *
         * @param damage that was found.
         */
        void onDamage(LogDamage damage);
    }

    @Override
    public String toString() {
        return "positions " + fromPosition + " to " + toPosition + " (" + (toPosition - fromPosition) + " bytes): " +
            reason;
    }
}
