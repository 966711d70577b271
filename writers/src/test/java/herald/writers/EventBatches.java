package herald.writers;

import herald.dispatch.EventBatch;
import herald.disk.BatchEncoder;
import herald.events.Severity;
import herald.wire.EventEncoder;
import org.agrona.ExpandableArrayBuffer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/**
 * Makes batches in memory, encoded as the dispatch log holds them.
 */
public final class EventBatches {
    /** 2026-11-24T13:25:54.123456789Z. */
    public static final long CREATION_TIME_NS = 1_795_526_754_123_456_789L;

    private static final String NODE = "node-1";

    private EventBatches() {
    }

    /**
     * An event with a value everywhere.
     *
     * @return changeable.
     */
    public static Event event() {
        return new Event();
    }

    /**
     * Events with ids and counts that tell them apart.
     *
     * @param size    how many.
     * @param message of each, followed by its index.
     * @return the batch.
     */
    public static EventBatch numbered(final int size, final String message) {
        final Event[] events = new Event[size];
        for (int i = 0; i < size; i++) {
            events[i] = event().id(new UUID(0x8000, i)).message(message + i);
        }
        return of(events);
    }

    /**
     * A batch.
     *
     * @param events in their order.
     * @return a batch that owns its buffer.
     */
    public static EventBatch of(final Event... events) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final BatchEncoder batch = new BatchEncoder()
            .wrapAndApplyHeader(buffer, 0, new herald.disk.MessageHeaderEncoder())
            .fromTimeNs(CREATION_TIME_NS)
            .toTimeNs(CREATION_TIME_NS + 1)
            .resumePosition(4096)
            .overfull(0);
        final BatchEncoder.EventsEncoder entries = batch.eventsCount(events.length);
        for (final Event event : events) {
            event.encodeTo(entries.next());
        }
        batch.node(NODE).refTenant("default").refNamespace("default").refKind("Node").refName(NODE);
        return new EventBatch().wrap(0, 1024, buffer, 0);
    }

    /**
     * Text that is hard on whoever must escape it: controls, quotes, bidi marks, characters outside the basic plane.
     *
     * @param random    the source.
     * @param maxLength in characters, about.
     * @return well-formed text.
     */
    public static String hardText(final Random random, final int maxLength) {
        final String hard = "\0\u0007\b\t\n\r\u001B\u007F\u0085\u009B\u00E9\u061C\u200F\u2028\u2029\u202E\u2066\uFEFF" +
            "\"\\]=[{}' ~%/";
        final StringBuilder text = new StringBuilder();
        final int length = random.nextInt(maxLength + 1);
        while (text.length() < length) {
            switch (random.nextInt(4)) {
                case 0 -> text.append(hard.charAt(random.nextInt(hard.length())));
                case 1 -> text.appendCodePoint(0x1F600 + random.nextInt(64));
                case 2 -> text.append((char)(0x4E00 + random.nextInt(0x1000)));
                default -> text.append((char)('a' + random.nextInt(26)));
            }
        }
        return text.toString();
    }

    /** One event to be. */
    public static final class Event {
        private final Map<String, String> attributes = new LinkedHashMap<>();
        private long firstTimeNs = CREATION_TIME_NS;
        private long lastTimeNs = CREATION_TIME_NS + 1_000_000_000L;
        private UUID id = UUID.fromString("0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b");
        private Severity severity = Severity.WARN;
        private String type = "cluster.ElectionStarted";
        private String component = "cmd";
        private String node = "";
        private String message = "Leader election started";
        private String refKind = "Link";
        private String refName = "eth0";
        private String refUri = "/links/eth0";
        private boolean reference = true;
        private boolean overfull;
        private long count = 1;

        /** Sets when it was recorded, by the recorder's clock, once. */
        public Event times(final long timeNs) {
            firstTimeNs = timeNs;
            lastTimeNs = timeNs;
            return this;
        }

        public Event id(final UUID value) {
            id = value;
            return this;
        }

        public Event severity(final Severity value) {
            severity = value;
            return this;
        }

        public Event type(final String value) {
            type = value;
            return this;
        }

        public Event source(final String componentName, final String nodeName) {
            component = componentName;
            node = nodeName;
            return this;
        }

        public Event message(final String value) {
            message = value;
            return this;
        }

        public Event reference(final String kind, final String name, final String uri) {
            refKind = kind;
            refName = name;
            refUri = uri;
            return this;
        }

        public Event noReference() {
            reference = false;
            return reference("", "", "");
        }

        public Event attribute(final String key, final String value) {
            attributes.put(key, value);
            return this;
        }

        public Event count(final long value) {
            count = value;
            return this;
        }

        public Event overfull() {
            overfull = true;
            return this;
        }

        private void encodeTo(final BatchEncoder.EventsEncoder entry) {
            final ExpandableArrayBuffer wire = new ExpandableArrayBuffer();
            final int length = encodeWireTo(wire);
            entry.eventIdHigh(id.getMostSignificantBits())
                .eventIdLow(id.getLeastSignificantBits())
                .firstSeenNs(CREATION_TIME_NS + 1_000)
                .lastSeenNs(CREATION_TIME_NS + 2_000)
                .firstRecordTimeNs(firstTimeNs)
                .lastRecordTimeNs(lastTimeNs)
                .position(8192)
                .occurrences(count);
            entry.flags().clear().overfull(overfull);
            entry.putWireEvent(wire, 0, length);
        }

        /**
         * Encodes the event as a recorder sends it.
         *
         * @param buffer to encode into, from 0 on.
         * @return bytes, header included.
         */
        public int encodeWireTo(final ExpandableArrayBuffer buffer) {
            final EventEncoder event = new EventEncoder()
                .wrapAndApplyHeader(buffer, 0, new herald.wire.MessageHeaderEncoder())
                .recorderIdHigh(7)
                .recorderIdLow(9)
                .sequence(42)
                .recordTimeNs(CREATION_TIME_NS)
                .severity(herald.wire.SeverityLevel.get((short)severity.code()));
            event.flags().clear().reference(reference);
            final EventEncoder.AttributesEncoder group = event.attributesCount(attributes.size());
            attributes.forEach((key, value) -> group.next().key(key).value(value));
            event.component(component).node(node).metaTenant("acme").metaNamespace("prod").typeName(type)
                .category("Cluster").refTenant(reference ? "acme" : "").refNamespace(reference ? "net" : "")
                .refKind(refKind).refName(refName).refUri(refUri).message(message);
            return herald.wire.MessageHeaderEncoder.ENCODED_LENGTH + event.encodedLength();
        }
    }
}
