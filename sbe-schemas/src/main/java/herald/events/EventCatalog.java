package herald.events;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The event types that one service declares, in order of their numbers. Immutable; the generated catalog classes
 * ({@code ClusterEvents.CATALOG}) hold one each.
 */
public final class EventCatalog {
    private final String service;
    private final Map<String, EventType> typesByName;

    private EventCatalog(final String service, final Map<String, EventType> typesByName) {
        this.service = service;
        this.typesByName = Collections.unmodifiableMap(typesByName);
    }

    /**
     * The service that declares these types.
     *
     * @return for example {@code cluster}.
     */
    public String service() {
        return service;
    }

    /**
     * The types.
     *
     * @return in order of their numbers.
     */
    public List<EventType> types() {
        return new ArrayList<>(typesByName.values());
    }

    /**
     * The type of a name.
     *
     * @param name within this catalog, without the service.
     * @return the type, or null where the catalog has none of that name.
     */
    public EventType find(final String name) {
        return typesByName.get(name);
    }

    /**
     * Whether a type is one of this catalog's. Allocates nothing.
     *
     * @param type of any catalog.
     * @return true where it was declared here.
     */
    public boolean contains(final EventType type) {
        return typesByName.get(type.name()) == type;
    }

    @Override
    public String toString() {
        return "catalog " + service + typesByName.keySet();
    }

    /**
     * Collects a catalog's types: what the generated classes call.
     */
    static final class Builder {
        private final String service;
        private final Map<String, EventType> typesByName = new LinkedHashMap<>();

        Builder(final String service) {
            JvmOption.require();
            this.service = service;
        }

        EventType add(
            final int number,
            final String name,
            final Severity severity,
            final String category,
            final boolean suppressedInMaintenance,
            final String description,
            final String... ignoredAttributes) {
            final EventType type = new EventType(service, number, name, description, severity, category,
                suppressedInMaintenance, AttributePatterns.of(List.of(ignoredAttributes)));
            typesByName.put(name, type);
            return type;
        }

        EventCatalog build() {
            return new EventCatalog(service, typesByName);
        }
    }
}
