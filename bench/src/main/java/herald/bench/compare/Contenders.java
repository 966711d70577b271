package herald.bench.compare;

import herald.bench.compare.NodeContender.Load;
import herald.bench.rig.RigSettings;
import herald.engine.PipelineShape;
import herald.link.Profile;
import herald.stage.Durability;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contenders by name.
 */
final class Contenders {
    static final String PIPELINE_REPEATS = "pipeline-repeats";
    static final String PIPELINE_UNIQUE = "pipeline-unique";
    static final String PIPELINE_RECORDERS = "pipeline-1000-recorders";
    static final String PIPELINE_ONE_RECORDER = "pipeline-1-recorder";
    static final String PIPELINE_FEW_KEYS = "pipeline-1k-keys";
    static final String PIPELINE_MANY_KEYS = "pipeline-10m-keys";
    static final String QUEUE = "chronicle-queue";
    static final String LOG4J = "log4j";
    static final String KAFKA = "kafka";
    static final String NODE_REPEATS = "node-repeats";
    static final String NODE_UNIQUE = "node-unique";
    static final String NODE_DISK = "node-disk";
    static final String RAW_IPC = "raw-ipc";
    static final String LOW_LATENCY_NODE = "node-low-latency";
    static final String DEFAULT_NODE = "node-default";

    /** Figures of these begin so; the contender that measures them measures several. */
    static final String RAW_CALL = "raw-call";
    static final String RAW_ROUND_TRIP = "raw-round-trip";
    static final String RECORD_CALL = "record";
    static final String ACKNOWLEDGED = "low-latency";
    static final String ACKNOWLEDGED_DEFAULT = "default-profile";

    private static final int REPEAT_PERCENT = 90;
    private static final int RECORDERS = 1_000;
    private static final int FEW_KEYS = 1_000;
    private static final int MANY_KEYS = 10_000_000;
    private static final long UNIQUE_MAX_RATE = 1_000_000;
    private static final long CALL_RATE = 100_000;
    private static final long ACKNOWLEDGED_RATE = 10_000;

    private static final Map<String, Contender.Factory> FACTORIES = factories();

    private Contenders() {
    }

    static Contender.Factory factory(final String name) {
        return FACTORIES.get(name);
    }

    private static Map<String, Contender.Factory> factories() {
        final Map<String, Contender.Factory> all = new LinkedHashMap<>();
        all.put(AeronLimit.NAME, AeronLimit::new);
        all.put(DisruptorLimit.NAME, workspace -> new DisruptorLimit());
        all.put(QUEUE, workspace -> PeerProcess.library(workspace, QUEUE));
        all.put(LOG4J, workspace -> PeerProcess.library(workspace, LOG4J));
        all.put(KAFKA, PeerProcess::kafka);
        pipeline(all, PIPELINE_REPEATS, PipelineShape.repeating(REPEAT_PERCENT));
        pipeline(all, PIPELINE_UNIQUE, PipelineShape.repeating(0));
        pipeline(all, PIPELINE_ONE_RECORDER, PipelineShape.repeating(REPEAT_PERCENT));
        pipeline(all, PIPELINE_RECORDERS, PipelineShape.repeating(REPEAT_PERCENT).from(RECORDERS));
        pipeline(all, PIPELINE_FEW_KEYS, PipelineShape.live(FEW_KEYS));
        pipeline(all, PIPELINE_MANY_KEYS, PipelineShape.live(MANY_KEYS));
        all.put(ReplayContender.NAME, workspace -> new ReplayContender());
        all.put(AllocationContender.NAME, workspace -> new AllocationContender());
        all.put(IdleContender.NAME, workspace -> new IdleContender());
        processes(all);
        return all;
    }

    private static void pipeline(
        final Map<String, Contender.Factory> all, final String name, final PipelineShape shape) {
        all.put(name, workspace -> new PipelineContender(name, shape));
    }

    private static void processes(final Map<String, Contender.Factory> all) {
        saturated(all, NODE_REPEATS, tuned(Profile.THROUGHPUT).repeatPercent(REPEAT_PERCENT));
        saturated(all, NODE_UNIQUE, tuned(Profile.THROUGHPUT).repeatPercent(0).maxRate(UNIQUE_MAX_RATE));
        saturated(all, NODE_DISK, tuned(Profile.THROUGHPUT).repeatPercent(REPEAT_PERCENT).durability(Durability.DISK));
        all.put(RAW_IPC, workspace ->
            new RawIpcContender(new Load(RAW_CALL, CALL_RATE), new Load(RAW_ROUND_TRIP, ACKNOWLEDGED_RATE)));
        all.put(LOW_LATENCY_NODE, workspace -> NodeContender.scheduled(tuned(Profile.LOW_LATENCY),
            List.of(new Load(RECORD_CALL, CALL_RATE), new Load(ACKNOWLEDGED, ACKNOWLEDGED_RATE))));
        all.put(DEFAULT_NODE, workspace -> NodeContender.scheduled(tuned(Profile.DEFAULT),
            List.of(new Load(ACKNOWLEDGED_DEFAULT, ACKNOWLEDGED_RATE))));
    }

    private static RigSettings tuned(final Profile profile) {
        return new RigSettings().observeDelivery(false).profile(profile);
    }

    private static void saturated(
        final Map<String, Contender.Factory> all, final String name, final RigSettings settings) {
        all.put(name, workspace -> NodeContender.saturated(name, settings));
    }
}
