package herald.events;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;

/**
 * An event type of a service's catalog: its name and what every event of it has by default. Immutable; made by the
 * generated catalog classes.
 */
public final class EventType {
    private final String service;
    private final int number;
    private final String name;
    private final String qualifiedName;
    private final String description;
    private final Severity severity;
    private final String category;
    private final boolean suppressedInMaintenance;
    private final AttributePatterns ignoredAttributes;
    private final DirectBuffer qualifiedNameUtf8;
    private final DirectBuffer categoryUtf8;

    EventType(
        final String service,
        final int number,
        final String name,
        final String description,
        final Severity severity,
        final String category,
        final boolean suppressedInMaintenance,
        final AttributePatterns ignoredAttributes) {
        this.service = service;
        this.number = number;
        this.name = name;
        this.qualifiedName = service + '.' + name;
        this.description = description;
        this.severity = severity;
        this.category = category;
        this.suppressedInMaintenance = suppressedInMaintenance;
        this.ignoredAttributes = ignoredAttributes;
        this.qualifiedNameUtf8 = new UnsafeBuffer(qualifiedName.getBytes(StandardCharsets.UTF_8));
        this.categoryUtf8 = new UnsafeBuffer(category.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The service whose catalog declares the type.
     *
     * @return for example {@code cluster}.
     */
    public String service() {
        return service;
    }

    /**
     * The type's number, unique within its catalog and never used twice.
     *
     * @return 0 to 65,534.
     */
    public int number() {
        return number;
    }

    /**
     * The name within the catalog.
     *
     * @return for example {@code ElectionStarted}.
     */
    public String name() {
        return name;
    }

    /**
     * The name with its service, as events carry it.
     *
     * @return for example {@code cluster.ElectionStarted}.
     */
    public String qualifiedName() {
        return qualifiedName;
    }

    /**
     * What has happened when such an event is recorded.
     *
     * @return one sentence.
     */
    public String description() {
        return description;
    }

    /**
     * The severity of an event that is recorded without one.
     *
     * @return the type's default.
     */
    public Severity severity() {
        return severity;
    }

    /**
     * What the event is about, in one word for filters.
     *
     * @return for example {@code Cluster}.
     */
    public String category() {
        return category;
    }

    /**
     * Whether such events are expected, and suppressed, while the node is under maintenance.
     *
     * @return the mark of the catalog.
     */
    public boolean suppressedInMaintenance() {
        return suppressedInMaintenance;
    }

    /**
     * Attributes that are left out of what makes two events of this type the same.
     *
     * @return the patterns of the catalog.
     */
    public AttributePatterns ignoredAttributes() {
        return ignoredAttributes;
    }

    /**
     * {@link #qualifiedName()} encoded once for hot paths.
     *
     * @return a buffer that nobody may write to.
     */
    public DirectBuffer qualifiedNameUtf8() {
        return qualifiedNameUtf8;
    }

    /**
     * {@link #category()} encoded once for hot paths.
     *
     * @return a buffer that nobody may write to.
     */
    public DirectBuffer categoryUtf8() {
        return categoryUtf8;
    }

    @Override
    public String toString() {
        return qualifiedName;
    }
}
