package herald.log;

/**
 * A range of a log that holds no valid record, or one whose body can't be read.
 *
 * @param fromPosition where it begins.
 * @param toPosition   where the next valid record, or the end of the log, is.
 * @param reason       what was found there.
 * @param unreadable   whether it is a record as it was written, with a body that nobody can read: readers pass over it,
 *                     and it stays where it is.
 */
public record LogDamage(long fromPosition, long toPosition, String reason, boolean unreadable) {
    /**
     * A range that holds no valid record.
     *
     * @param fromPosition where it begins.
     * @param toPosition   where the next valid record, or the end of the log, is.
     * @param reason       what was found there.
     */
    public LogDamage(final long fromPosition, final long toPosition, final String reason) {
        this(fromPosition, toPosition, reason, false);
    }

    /**
     * A record with a body that can't be read.
     *
     * @param fromPosition of the record, or of the part of it that can't be read.
     * @param toPosition   behind it.
     * @param defect       what is wrong with it.
     * @return what to report.
     */
    public static LogDamage unreadable(final long fromPosition, final long toPosition, final String defect) {
        return new LogDamage(fromPosition, toPosition, "the record can't be read and is passed over: " + defect, true);
    }

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
