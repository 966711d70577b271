package herald.tools.torture;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws the kinds of faults that came later, from random numbers of their own: what a seed says of the others stays.
 */
final class LaterFaults {
    private static final long SPAN_MS = 1_200;
    private static final int MAX_MANAGER_FAULTS = 3;

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

    /** Draws are made whether they count or not, so that one kind does not change another. */
    private void add(
        final boolean counts, final FaultKind kind, final long atMs, final long durationMs, final int target) {
        if (counts) {
            plan.faults().add(new Fault(kind, atMs, durationMs, target));
        }
    }
}
