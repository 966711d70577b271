package herald.recorder;

import herald.events.EventCatalog;
import herald.events.EventType;

/**
 * The event types that a recorder was launched with. Any thread.
 */
final class KnownTypes {
    private final EventRecorder.Context context;
    private final EventCatalog[] catalogs;
    /** Any of the types that are known: threads need not agree which. */
    private EventType lastKnownType;

    KnownTypes(final EventRecorder.Context context) {
        this.context = context;
        this.catalogs = context.catalogs;
    }

    /**
     * Refuses a type of another catalog.
     *
     * @param type to be recorded.
     * @throws IllegalArgumentException naming the type and the catalogs.
     */
    void require(final EventType type) {
        if (type == lastKnownType) {
            return;
        }
        for (final EventCatalog catalog : catalogs) {
            if (catalog.contains(type)) {
                lastKnownType = type;
                return;
            }
        }
        throw new IllegalArgumentException("event type " + type + " is in none of the catalogs of recorder " +
            context.component + ": " + context.catalogNames() + "; launch it with that catalog too");
    }
}
