package herald.event;

import herald.disk.BatchDecoder;
import herald.events.Severity;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * An event as readers see it: decoded from a record of the journal or from an entry of a batch. Reused: what was read
 * is valid until the next wrap. For cold paths; it allocates.
 */
public final class EventView {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private EventDefaults defaults = EventDefaults.NONE;
    private UUID id;
    private UUID recorderId;
    private long sequence;
    private long creationTimeNs;
    private long modTimeNs;
    private boolean clockUnset;
    private long journalTimeNs;
    private long count;
    private long position;
    private boolean overfull;
    private Severity severity;
    private boolean suppressedInMaintenance;
    private boolean reference;
    private Map<String, String> attributes;
    private String component;
    private String node;
    private String tenant;
    private String namespace;
    private String type;
    private String category;
    private String refTenant;
    private String refNamespace;
    private String refKind;
    private String refName;
    private String refUri;
    private String message;

    /**
     * Reads an event of the journal: it has happened once so far.
     *
     * @param journalDefaults in force there.
     * @param journalTime     of the record, ns since the epoch.
     * @param recordPosition  in the journal.
     * @param buffer          that holds the wire event.
     * @param offset          of its message header.
     * @return this.
     */
    public EventView wrapJournaled(
        final EventDefaults journalDefaults,
        final long journalTime,
        final long recordPosition,
        final DirectBuffer buffer,
        final int offset) {
        defaults = journalDefaults;
        decode(buffer, offset);
        id = new UUID(
            EventId.high(event.recorderIdHigh(), event.recorderIdLow(), event.recordTimeNs()),
            EventId.low(event.recorderIdHigh(), event.recorderIdLow(), event.sequence()));
        creationTimeNs = timeOf(event.recordTimeNs(), journalTime);
        modTimeNs = creationTimeNs;
        clockUnset = UnsetClock.isUnset(event.recordTimeNs());
        journalTimeNs = journalTime;
        count = 1;
        position = recordPosition;
        overfull = false;
        return this;
    }

    /**
     * Reads an event of a batch.
     *
     * @param batchDefaults in force there.
     * @param entry         at its first field; its event is not read through it.
     * @param buffer        that holds the wire event.
     * @param offset        of its message header.
     * @return this.
     */
    public EventView wrapDispatched(
        final EventDefaults batchDefaults,
        final BatchDecoder.EventsDecoder entry,
        final DirectBuffer buffer,
        final int offset) {
        defaults = batchDefaults;
        decode(buffer, offset);
        id = new UUID(entry.eventIdHigh(), entry.eventIdLow());
        creationTimeNs = timeOf(entry.firstRecordTimeNs(), entry.firstSeenNs());
        modTimeNs = timeOf(entry.lastRecordTimeNs(), entry.lastSeenNs());
        clockUnset = UnsetClock.isUnset(entry.firstRecordTimeNs()) || UnsetClock.isUnset(entry.lastRecordTimeNs());
        journalTimeNs = entry.lastSeenNs();
        count = entry.occurrences();
        position = entry.position();
        overfull = entry.flags().overfull();
        return this;
    }

    private static long timeOf(final long recordTimeNs, final long journalTimeNs) {
        return UnsetClock.isUnset(recordTimeNs) ? journalTimeNs : recordTimeNs;
    }

    private void decode(final DirectBuffer buffer, final int offset) {
        event.wrapAndApplyHeader(buffer, offset, header);
        recorderId = new UUID(event.recorderIdHigh(), event.recorderIdLow());
        sequence = event.sequence();
        severity = Severity.ofCode(event.severityRaw());
        suppressedInMaintenance = event.flags().suppressedInMaintenance();
        reference = event.flags().reference();
        attributes = decodeAttributes();
        component = event.component();
        node = event.node();
        tenant = event.metaTenant();
        namespace = event.metaNamespace();
        type = event.typeName();
        category = event.category();
        refTenant = event.refTenant();
        refNamespace = event.refNamespace();
        refKind = event.refKind();
        refName = event.refName();
        refUri = event.refUri();
        message = event.message();
    }

    private Map<String, String> decodeAttributes() {
        final EventDecoder.AttributesDecoder group = event.attributes();
        if (group.count() == 0) {
            return Map.of();
        }
        final Map<String, String> pairs = new LinkedHashMap<>();
        while (group.hasNext()) {
            group.next();
            pairs.put(group.key(), group.value());
        }
        return pairs;
    }

    /**
     * Identity of the event, the same for all its repeats.
     *
     * @return a UUID that sorts by time.
     */
    public UUID id() {
        return id;
    }

    /**
     * Who recorded it: the spool's identity.
     *
     * @return the recorder id; in a batch that of the occurrence that is shown.
     */
    public UUID recorderId() {
        return recorderId;
    }

    /**
     * Which of that recorder's events it is.
     *
     * @return from 1.
     */
    public long sequence() {
        return sequence;
    }

    /**
     * When the first occurrence was recorded.
     *
     * @return the recorder's wall clock, ns since the epoch; journal time where that clock was not set.
     */
    public long creationTimeNs() {
        return creationTimeNs;
    }

    /**
     * When the last occurrence was recorded.
     *
     * @return the recorder's wall clock, ns since the epoch; journal time where that clock was not set.
     */
    public long modTimeNs() {
        return modTimeNs;
    }

    /**
     * Whether the recorder's clock was not set yet at the first or the last occurrence: the journal's time then stands
     * in for it, in {@link #creationTimeNs} and {@link #modTimeNs}.
     *
     * @return false as a rule.
     */
    public boolean clockUnset() {
        return clockUnset;
    }

    /**
     * When the last occurrence reached the proxy.
     *
     * @return journal time, ns since the epoch.
     */
    public long journalTimeNs() {
        return journalTimeNs;
    }

    /**
     * How often it has happened so far.
     *
     * @return from 1.
     */
    public long count() {
        return count;
    }

    /**
     * Where the first occurrence is in the journal.
     *
     * @return a position in bytes.
     */
    public long position() {
        return position;
    }

    /**
     * Whether it was treated as new only because dedup was full.
     *
     * @return true where an earlier occurrence may exist under another id.
     */
    public boolean overfull() {
        return overfull;
    }

    /**
     * How bad it is.
     *
     * @return the severity.
     */
    public Severity severity() {
        return severity;
    }

    /**
     * Whether its type is marked as expected during maintenance.
     *
     * @return the catalog's mark, as recorded.
     */
    public boolean suppressedInMaintenance() {
        return suppressedInMaintenance;
    }

    /**
     * Whether the event named its object itself.
     *
     * @return false where the reference is the proxy's default.
     */
    public boolean hasReference() {
        return reference;
    }

    /**
     * Key/value pairs that the caller added.
     *
     * @return in the order in which they were given; empty where there are none.
     */
    public Map<String, String> attributes() {
        return attributes;
    }

    /**
     * The part of the node that recorded it.
     *
     * @return for example {@code cmd}.
     */
    public String component() {
        return component;
    }

    /**
     * The node that it was recorded on.
     *
     * @return the event's own, or else the proxy's.
     */
    public String node() {
        return node.isEmpty() ? defaults.node() : node;
    }

    /**
     * The tenant that the event belongs to.
     *
     * @return the recorder's.
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The namespace that the event belongs to.
     *
     * @return the recorder's.
     */
    public String namespace() {
        return namespace;
    }

    /**
     * The qualified type.
     *
     * @return for example {@code cluster.ElectionStarted}.
     */
    public String type() {
        return type;
    }

    /**
     * The type's category.
     *
     * @return for example {@code Cluster}.
     */
    public String category() {
        return category;
    }

    /**
     * Tenant of the object that it is about.
     *
     * @return may be empty.
     */
    public String refTenant() {
        return reference ? refTenant : defaults.refTenant();
    }

    /**
     * Namespace of the object that it is about.
     *
     * @return may be empty.
     */
    public String refNamespace() {
        return reference ? refNamespace : defaults.refNamespace();
    }

    /**
     * Kind of the object that it is about.
     *
     * @return for example {@code Link}.
     */
    public String refKind() {
        return reference ? refKind : defaults.refKind();
    }

    /**
     * Name of the object that it is about.
     *
     * @return for example {@code eth0}.
     */
    public String refName() {
        return reference ? refName : defaults.refName();
    }

    /**
     * URI of the object that it is about.
     *
     * @return may be empty.
     */
    public String refUri() {
        return refUri;
    }

    /**
     * What happened, for people. It comes from outside: escape it wherever it is shown.
     *
     * @return may be empty.
     */
    public String message() {
        return message;
    }
}
