package herald.bench.rig;

/**
 * An open schedule: events are due at a steady rate whatever becomes of those before. All processes of a machine read
 * one clock, {@link System#nanoTime()}, which is CLOCK_MONOTONIC on Linux.
 *
 * @param startNs when the first event is due.
 * @param rate    events/s.
 * @param warmup  how many events come before the first that is measured.
 * @param count   of all events.
 */
record Schedule(long startNs, long rate, long warmup, long count) {
    private static final long NANOS = 1_000_000_000;

    /** When event n, from 0, is due. */
    long dueNs(final long n) {
        return startNs + n * NANOS / rate;
    }

    boolean isMeasured(final long n) {
        return n >= warmup && n < count;
    }

    String toWords() {
        return startNs + " " + rate + ' ' + warmup + ' ' + count;
    }

    static Schedule ofWords(final String[] words, final int from) {
        return new Schedule(Long.parseLong(words[from]), Long.parseLong(words[from + 1]),
            Long.parseLong(words[from + 2]), Long.parseLong(words[from + 3]));
    }

    /**
     * Which events of a schedule are one recorder's: its sequence tells when it was due, so that no event carries a
     * time of its own.
     *
     * @param schedule      of all.
     * @param firstSequence that it uses.
     * @param offset        number of its first event.
     * @param stride        from one event of it to its next.
     */
    record Share(Schedule schedule, long firstSequence, long offset, long stride) {
        /** Number of the event with a sequence; below 0 where it was recorded before. */
        long numberOf(final long sequence) {
            return sequence < firstSequence ? -1 : (sequence - firstSequence) * stride + offset;
        }
    }
}
