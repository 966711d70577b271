package herald.tools.torture;

import herald.engine.DataDirectory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * One round: a node is started, tortured, brought to rest and judged.
 */
final class Round {
    private final RoundPlan plan;
    private final ChildJvm jvm;
    private final Leftovers leftovers;
    private final Duration patience;

    /**
     * What came of a round.
     *
     * @param plan       of it.
     * @param events     in the journal.
     * @param batches    in the dispatch log.
     * @param released   segments that retention released.
     * @param restarts   of processes that ended by themselves because the disk was full.
     * @param gone       events that were told to be gone after the data directory was put back.
     * @param stored     events in the manager's index.
     * @param difference in words; null where there is none.
     */
    record Result(RoundPlan plan, long events, long batches, long released, int restarts, long gone, long stored,
        String difference) {
    }

    Round(final RoundPlan plan, final ChildJvm jvm, final Leftovers leftovers, final Duration patience) {
        this.plan = plan;
        this.patience = patience;
        this.jvm = jvm;
        this.leftovers = leftovers;
    }

    /**
     * Runs the round.
     *
     * @param dir an empty directory of its own.
     * @return what came of it.
     */
    Result run(final Path dir) throws IOException, InterruptedException {
        try (Node node = new Node(plan, dir, jvm, leftovers, patience)) {
            node.startAll();
            node.awaitStarted();
            new FaultInjector(node).run();
            new Finish(node).run();
            final Evidence evidence = Evidence.of(node);
            return new Result(plan, evidence.journal().events().size(), evidence.dispatch().actual().size(),
                evidence.journal().kept().released() + evidence.dispatch().kept().released(),
                node.endsByItself(), evidence.journal().gone().count(),
                evidence.stored() == null ? 0 : evidence.stored().size(), firstDifference(node, evidence));
        } catch (final Difference e) {
            return new Result(plan, 0, 0, 0, 0, 0, 0, e.getMessage());
        } finally {
            leftovers.killAll();
        }
    }

    private String firstDifference(final Node node, final Evidence evidence) {
        final String difference = Oracle.firstDifference(evidence, plan);
        if (difference != null || node.syslog() == null) {
            return difference;
        }
        final String missed = SyslogCheck.firstDifference(node.syslog(),
            SyslogCheck.entries(WholeLog.directory(
                DataDirectory.dispatch(node.dataDir()), ChildSettings.archive(node.dir()))),
            evidence.dispatch().kept().fromPosition());
        return missed == null ? null : "syslog receiver: " + missed;
    }

    /**
     * Writes what a round was about beside what it left behind.
     *
     * @param dir    of the round.
     * @param result of it.
     */
    static void explain(final Path dir, final Result result) throws IOException {
        final StringBuilder text = new StringBuilder();
        text.append("seed ").append(result.plan().seed()).append('\n').append(result.difference()).append('\n');
        result.plan().faults().forEach(fault -> text.append(fault).append('\n'));
        Files.writeString(dir.resolve("round.txt"), text);
    }
}
