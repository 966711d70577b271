package herald.bench.rig;

/**
 * One process's recorders, saturated: its thread records for each in turn as fast as their spools have room. What
 * counts is what the proxy acknowledges between two times.
 */
final class ThroughputRun {
    private static final int TURN = 16;

    private final RecorderGroup group;
    private final long startNs;
    private final long fromNs;
    private final long toNs;
    private int turn;

    ThroughputRun(final RecorderGroup group, final long startNs, final long fromNs, final long toNs) {
        this.group = group;
        this.startNs = startNs;
        this.fromNs = fromNs;
        this.toNs = toNs;
    }

    /** Runs it; the answer is how many events were acknowledged in how many ns. */
    String run() {
        while (System.nanoTime() - startNs < 0) {
            group.stepNext();
            Thread.onSpinWait();
        }
        final long beganNs = recordUntil(fromNs);
        final long before = group.acknowledged();
        final long endedNs = recordUntil(toNs);
        final long after = group.acknowledged();
        group.awaitAcknowledged();
        return RecorderMain.DONE + ' ' + (after - before) + ' ' + (endedNs - beganNs);
    }

    private long recordUntil(final long untilNs) {
        long nowNs = System.nanoTime();
        while (nowNs - untilNs < 0) {
            for (int i = 0; i < TURN; i++) {
                group.record(turn, group.nextText());
                turn = turn + 1 == group.size() ? 0 : turn + 1;
            }
            group.stepNext();
            nowNs = System.nanoTime();
        }
        return nowNs;
    }
}
