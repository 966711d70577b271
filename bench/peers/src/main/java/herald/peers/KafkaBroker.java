package herald.peers;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * A Kafka broker of one node that is its own controller, on the loopback interface, as Kafka is set up by default.
 */
final class KafkaBroker implements Peer {
    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;

    KafkaBroker(final Path dir, final int port, final int controllerPort) throws Exception {
        final Properties properties = new Properties();
        properties.putAll(Map.ofEntries(
            Map.entry("process.roles", "broker,controller"),
            Map.entry("node.id", Integer.toString(NODE_ID)),
            Map.entry("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort),
            Map.entry("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort),
            Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port),
            Map.entry("controller.listener.names", "CONTROLLER"),
            Map.entry("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"),
            Map.entry("log.dirs", dir.toString()),
            Map.entry("log.retention.bytes", Long.toString(1L << 28)),
            Map.entry("log.segment.bytes", Integer.toString(1 << 26)),
            Map.entry("log.retention.check.interval.ms", "1000"),
            Map.entry("log.segment.delete.delay.ms", "1000"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("num.partitions", "1")));
        new Formatter()
            .setNodeId(NODE_ID)
            .setClusterId(Uuid.randomUuid().toString())
            .setControllerListenerName("CONTROLLER")
            .setMetadataLogDirectory(dir.toString())
            .setDirectories(List.of(dir.toString()))
            .run();
        server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
        server.startup();
    }

    /** A broker produces nothing itself. */
    @Override
    public long run(final long durationNs) {
        return 0;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
