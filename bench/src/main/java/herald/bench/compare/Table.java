package herald.bench.compare;

import herald.bench.compare.Row.Better;
import herald.bench.compare.Row.Goal;
import herald.bench.compare.Row.Group;

import java.util.ArrayList;
import java.util.List;

import static herald.bench.compare.Contenders.ACKNOWLEDGED;
import static herald.bench.compare.Contenders.ACKNOWLEDGED_DEFAULT;
import static herald.bench.compare.Contenders.DEFAULT_NODE;
import static herald.bench.compare.Contenders.KAFKA;
import static herald.bench.compare.Contenders.LOG4J;
import static herald.bench.compare.Contenders.LOW_LATENCY_NODE;
import static herald.bench.compare.Contenders.NODE_DISK;
import static herald.bench.compare.Contenders.NODE_REPEATS;
import static herald.bench.compare.Contenders.NODE_UNIQUE;
import static herald.bench.compare.Contenders.PIPELINE_FEW_KEYS;
import static herald.bench.compare.Contenders.PIPELINE_MANY_KEYS;
import static herald.bench.compare.Contenders.PIPELINE_ONE_RECORDER;
import static herald.bench.compare.Contenders.PIPELINE_RECORDERS;
import static herald.bench.compare.Contenders.PIPELINE_REPEATS;
import static herald.bench.compare.Contenders.PIPELINE_UNIQUE;
import static herald.bench.compare.Contenders.QUEUE;
import static herald.bench.compare.Contenders.RAW_CALL;
import static herald.bench.compare.Contenders.RAW_IPC;
import static herald.bench.compare.Contenders.RAW_ROUND_TRIP;
import static herald.bench.compare.Contenders.RECORD_CALL;

/**
 * The rows, in the order in which they are shown, with what each must reach and what is aimed at.
 */
final class Table {
    private static final String RATIO = "x";
    private static final double NS_PER_US = 1_000;
    private static final double PER_MILLION = 1e6;

    private Table() {
    }

    /** All rows. */
    static List<Row> rows() {
        final List<Row> rows = new ArrayList<>();
        rows.add(rate("pipeline-repeats:aeron", Group.IN_PROCESS, PIPELINE_REPEATS, AeronLimit.NAME, 0.15, 0.33));
        rows.add(rate("pipeline-unique:aeron", Group.IN_PROCESS, PIPELINE_UNIQUE, AeronLimit.NAME, 0.05, 0.15));
        rows.add(rate("node-repeats:kafka", Group.PROCESSES, NODE_REPEATS, KAFKA, 4, 10));
        rows.add(rate("node-unique:kafka", Group.PROCESSES, NODE_UNIQUE, KAFKA, 2, 5));
        rows.add(rate("node-disk:process", Group.PROCESSES, NODE_DISK, NODE_REPEATS, 0.5, 0.8));
        for (final String percentile : List.of("p50", "p99", "p999")) {
            rows.add(latency("record-call-" + percentile, RECORD_CALL + ".call." + percentile,
                RAW_CALL + ".call." + percentile, 8, 4));
        }
        rows.add(latency("acknowledged-p50", ACKNOWLEDGED + ".acknowledged.p50",
            RAW_ROUND_TRIP + ".acknowledged.p50", 30, 8));
        rows.add(latency("acknowledged-p99", ACKNOWLEDGED + ".acknowledged.p99",
            RAW_ROUND_TRIP + ".acknowledged.p99", 3, 1.5));
        rows.add(new Row("acknowledged-default-p50-us", Group.LATENCY, List.of(RAW_IPC, DEFAULT_NODE),
            round -> round.get(ACKNOWLEDGED_DEFAULT + ".acknowledged.p50") / NS_PER_US,
            new Goal(Better.LOWER, "us", 200, 60), RAW_ROUND_TRIP + ".acknowledged.p50"));
        rows.add(new Row("allocated-per-event", Group.ALONE, List.of(AllocationContender.NAME),
            round -> round.get(AllocationContender.NAME), new Goal(Better.LOWER, "B", 0.1, 0.01), null));
        rows.add(cost("cost-1000-recorders", PIPELINE_RECORDERS, PIPELINE_ONE_RECORDER, 1.5, 1.1));
        rows.add(cost("cost-10m-keys", PIPELINE_MANY_KEYS, PIPELINE_FEW_KEYS, 3, 1.5));
        rows.add(new Row("replay", Group.ALONE, List.of(ReplayContender.NAME),
            round -> round.get(ReplayContender.NAME) / PER_MILLION, new Goal(Better.HIGHER, "M/s", 1, 3), null));
        rows.add(new Row("idle-cpu", Group.ALONE, List.of(IdleContender.NAME),
            round -> round.get(IdleContender.CPU), new Goal(Better.LOWER, "%", 2, 0.5), null));
        rows.add(new Row("idle-resident", Group.ALONE, List.of(IdleContender.NAME),
            round -> round.get(IdleContender.RESIDENT), new Goal(Better.LOWER, "MiB", 350, 200), null));
        addPeers(rows);
        return rows;
    }

    /** Rows that say where Herald stands, with nothing asked of them. */
    private static void addPeers(final List<Row> rows) {
        for (final String peer : List.of(DisruptorLimit.NAME, QUEUE, LOG4J)) {
            rows.add(peer("pipeline-repeats:" + peer, Group.IN_PROCESS, PIPELINE_REPEATS, peer));
        }
        rows.add(peer("pipeline-unique:" + QUEUE, Group.IN_PROCESS, PIPELINE_UNIQUE, QUEUE));
    }

    private static Row rate(
        final String name, final Group group, final String ours, final String theirs, final double must,
        final double aim) {
        return new Row(name, group, List.of(theirs, ours), round -> round.get(ours) / round.get(theirs),
            new Goal(Better.HIGHER, RATIO, must, aim), null);
    }

    private static Row peer(final String name, final Group group, final String ours, final String theirs) {
        return new Row(name, group, List.of(theirs, ours), round -> round.get(ours) / round.get(theirs), null, null);
    }

    private static Row latency(
        final String name, final String ours, final String theirs, final double must, final double aim) {
        return new Row(name, Group.LATENCY, List.of(RAW_IPC, LOW_LATENCY_NODE),
            round -> round.get(ours) / round.get(theirs), new Goal(Better.LOWER, RATIO, must, aim), theirs);
    }

    private static Row cost(
        final String name, final String many, final String few, final double must, final double aim) {
        return new Row(name, Group.COST, List.of(few, many), round -> round.get(few) / round.get(many),
            new Goal(Better.LOWER, RATIO, must, aim), null);
    }
}
