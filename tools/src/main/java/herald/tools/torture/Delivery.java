package herald.tools.torture;

import herald.dispatch.EventBatch;
import herald.event.EventView;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * An event as a collector gets it.
 *
 * @param position of its batch in the dispatch log.
 * @param index    of it in the batch.
 * @param id       of the event.
 * @param count    of its occurrences so far.
 * @param digest   checksum of its texts.
 */
record Delivery(long position, int index, UUID id, long count, long digest) {
    private static final String END = " .";
    private static final int FIELDS = 5;

    /**
     * The delivery of an event of a batch.
     *
     * @param batch that holds it.
     * @param index of it.
     * @return the delivery.
     */
    static Delivery of(final EventBatch batch, final int index) {
        final EventView event = batch.event(index);
        return new Delivery(batch.position(), batch.placeOf(index), event.id(), event.count(), digest(event));
    }

    private static long digest(final EventView event) {
        final CRC32C crc = new CRC32C();
        for (final String text : new String[] {
            event.component(), event.node(), event.tenant(), event.namespace(), event.type(), event.category(),
            event.refTenant(), event.refNamespace(), event.refKind(), event.refName(), event.refUri(), event.message(),
            event.severity().name(), event.attributes().toString()}) {
            crc.update(text.getBytes(StandardCharsets.UTF_8));
            crc.update(0);
        }
        return crc.getValue();
    }

    /** As it goes over the connection. Its last mark tells it from one that was cut off. */
    String line() {
        return position + " " + index + ' ' + id + ' ' + count + ' ' + digest + END;
    }

    /**
     * Reads a line.
     *
     * @param line as {@link #line()} wrote it, or the beginning of one.
     * @return the delivery, or null where the line was cut off.
     */
    static Delivery parse(final String line) {
        if (!line.endsWith(END)) {
            return null;
        }
        final String[] fields = line.substring(0, line.length() - END.length()).split(" ", FIELDS);
        return new Delivery(Long.parseLong(fields[0]), Integer.parseInt(fields[1]), UUID.fromString(fields[2]),
            Long.parseLong(fields[3]), Long.parseLong(fields[4]));
    }
}
