package herald.tools.torture;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws the kinds of faults that came later, from random numbers of their own: what a seed says of the others stays.
 */
final class LaterFaults {
    private static final long SPAN_MS = 1_200;
    private static final int MAX_MANAGER_FAULTS = 3;
    /** Longer than the rest: where the proxy does not run, nothing is on its way. */
    private static final long SYSLOG_SPAN_MS = 3_500;
    private static final int MIN_SYSLOG_FAULTS = 2;
    private static final int MAX_SYSLOG_FAULTS = 6;

    private final SplittableRandom random;
    private final RoundPlan plan;

    private LaterFaults(final SplittableRandom random, final RoundPlan plan) {
        this.random = random;
        this.plan = plan;
    }

    /**
     * Draws faults.
     *
     * @param random numbers for these faults only.
     * @param plan   that has the others; given more settings and faults.
     */
    static void draw(final SplittableRandom random, final RoundPlan plan) {
        final LaterFaults later = new LaterFaults(random, plan);
        later.drawRestarts();
        later.drawDirectories();
        later.drawLocks();
        later.drawManager();
        later.drawStrangers();
        later.drawSyslog();
        plan.sortFaults();
    }

    /** In a third of the rounds in which the proxy has a media driver of its own, that one's directory is fixed. */
    private void drawRestarts() {
        final boolean fixed = random.nextInt(3) == 0 && !plan.hasDriver(RoundPlan.NEAR_DRIVER);
        final int restarts = random.nextInt(1, 3);
        RoundPlan.put(plan.settings(), "fixedAeronDir", fixed);
        for (int i = 0; i < restarts; i++) {
            add(fixed, FaultKind.PROXY_RESTART, random.nextLong(SPAN_MS), 0, 0);
        }
    }

    /** A small disk has no room for two states of a directory. */
    private void drawDirectories() {
        final boolean roomy = plan.diskMib() == 0;
        add(random.nextInt(6) == 0 && roomy, FaultKind.DIRECTORY_COPY, random.nextLong(SPAN_MS), 0, 0);
        add(random.nextInt(4) == 0 && roomy, FaultKind.DIRECTORY_ROLLBACK, random.nextLong(SPAN_MS / 2),
            random.nextLong(200, SPAN_MS), random.nextInt(DirectoryRollback.WAYS));
    }

    /** Locks or marks: whoever deletes both leaves nothing that says who holds what. */
    private void drawLocks() {
        final boolean deletes = random.nextInt(4) == 0;
        final int what = random.nextInt(LockDeletion.WAYS);
        final int times = random.nextInt(1, 3);
        for (int i = 0; i < times; i++) {
            add(deletes, FaultKind.LOCK_DELETE, random.nextLong(SPAN_MS), 0, what);
        }
    }

    /** Where retention releases what a writer has not delivered, nobody can say what the manager must have. */
    private void drawManager() {
        final boolean managed = random.nextInt(4) == 0 && !plan.hasRetention();
        RoundPlan.put(plan.settings(), "manager", managed);
        final List<FaultKind> kinds = List.of(FaultKind.MANAGER_KILL, FaultKind.MANAGER_PAUSE);
        final int times = random.nextInt(1, MAX_MANAGER_FAULTS + 1);
        for (int i = 0; i < times; i++) {
            final long durationMs = random.nextInt(3) == 0 ? random.nextLong(2_000, 3_000) : random.nextLong(20, 600);
            add(managed, kinds.get(random.nextInt(kinds.size())), random.nextLong(SPAN_MS), durationMs, 0);
        }
    }

    private void drawStrangers() {
        final boolean comes = random.nextInt(2) == 0 && plan.remoteRecorders() > 0;
        add(comes, FaultKind.STRANGER, random.nextLong(SPAN_MS), random.nextLong(200, SPAN_MS), 0);
    }

    /**
     * A state that is put back would be one of the receiver's too, and what was on its way to it. What is received no
     * more, and acknowledged yet, must be reset before the writer counts it as delivered.
     */
    private void drawSyslog() {
        final boolean has = random.nextInt(3) > 0 && plan.count(FaultKind.DIRECTORY_ROLLBACK) == 0;
        RoundPlan.put(plan.settings(), "syslog", has);
        RoundPlan.put(plan.settings(), "syslogWindowSeconds", random.nextInt(2, 4));
        final List<FaultKind> kinds =
            List.of(FaultKind.SYSLOG_VANISH, FaultKind.SYSLOG_REFUSE, FaultKind.SYSLOG_HALF_CLOSE);
        final int times = random.nextInt(MIN_SYSLOG_FAULTS, MAX_SYSLOG_FAULTS + 1);
        for (int i = 0; i < times; i++) {
            final FaultKind kind = kinds.get(random.nextInt(kinds.size()));
            final boolean lasts = random.nextInt(3) == 0 && kind == FaultKind.SYSLOG_VANISH;
            add(has, kind, random.nextLong(SYSLOG_SPAN_MS),
                lasts ? random.nextLong(1_500, 3_000) : random.nextLong(50, 900), random.nextInt(2));
        }
    }

    /** Draws are made whether they count or not, so that one kind does not change another. */
    private void add(
        final boolean counts, final FaultKind kind, final long atMs, final long durationMs, final int target) {
        if (counts) {
            plan.faults().add(new Fault(kind, atMs, durationMs, target));
        }
    }
}
