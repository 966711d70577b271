package herald.engine;

import herald.dispatch.EventBatch;
import herald.event.EventView;
import herald.writer.EventWriter;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Keeps what is delivered to it, for tests to look at.
 */
final class CollectingWriter implements EventWriter {
    /** One delivered touch of an event. */
    record Delivery(UUID id, String type, String message, long count) {
    }

    private final String name;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();

    CollectingWriter(final String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) {
        for (int i = index; i < batch.size(); i++) {
            final EventView event = batch.event(i);
            deliveries.add(new Delivery(event.id(), event.type(), event.message(), event.count()));
        }
        return batch.size() - index;
    }

    List<Delivery> deliveries() {
        return deliveries;
    }

    /** The newest count of each event. */
    Map<UUID, Long> counts() {
        final Map<UUID, Long> counts = new LinkedHashMap<>();
        deliveries.forEach(delivery -> counts.put(delivery.id(), delivery.count()));
        return counts;
    }

    long total() {
        return counts().values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() {
    }
}
