package herald.peers;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A Kafka producer with {@code acks=1} and batches of 128 KiB to a topic of one partition. A run ends when the broker
 * has acknowledged every message.
 */
final class KafkaProducerPeer implements Peer {
    private static final int BURST = 256;
    private static final int BATCH_LENGTH = 128 * 1024;
    private static final int LINGER_MS = 5;

    private final byte[] payload = PeerMain.payload();
    private final KafkaProducer<byte[], byte[]> producer;

    KafkaProducerPeer(final int port) {
        producer = new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port,
                ProducerConfig.ACKS_CONFIG, "1",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false,
                ProducerConfig.BATCH_SIZE_CONFIG, BATCH_LENGTH,
                ProducerConfig.LINGER_MS_CONFIG, LINGER_MS,
                ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false),
            new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public long run(final long durationNs) {
        final AtomicLong acknowledged = new AtomicLong();
        final AtomicReference<Exception> failure = new AtomicReference<>();
        final long startNs = System.nanoTime();
        long count = 0;
        while (System.nanoTime() - startNs < durationNs) {
            for (int i = 0; i < BURST; i++) {
                PeerMain.number(payload, count++);
                // The callback hears of every outcome that the future would tell.
                final Future<?> unused = producer.send(new ProducerRecord<>("events", payload), (metadata, e) -> {
                    if (e == null) {
                        acknowledged.incrementAndGet();
                    } else {
                        failure.set(e);
                    }
                });
            }
        }
        producer.flush();
        if (acknowledged.get() != count) {
            throw new IllegalStateException("acknowledged " + acknowledged + " of " + count, failure.get());
        }
        return count;
    }

    @Override
    public void close() {
        producer.close();
    }
}
