package herald.tools.torture;

import herald.event.EventId;
import herald.verify.ModelBatch;
import herald.verify.ModelEvent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Checks that an event's id always names the same event: it is made of the first occurrence, and every occurrence that
 * is shown under it says the same.
 */
final class IdentityCheck {
    private final Map<Long, ModelEvent> byPosition = new HashMap<>();
    private final Map<List<Object>, ModelEvent> bySequence = new HashMap<>();
    private final Map<UUID, ModelEvent.Identity> identities = new HashMap<>();

    private IdentityCheck(final List<ModelEvent> events) {
        for (final ModelEvent event : events) {
            byPosition.put(event.position(), event);
            bySequence.put(List.of(event.recorder(), event.sequence()), event);
        }
    }

    /**
     * Finds an id that names two events.
     *
     * @param journal  what is in the journal.
     * @param dispatch what is in the dispatch log.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Evidence.JournalContent journal, final Evidence.DispatchContent dispatch) {
        final IdentityCheck check = new IdentityCheck(journal.modelled());
        for (final ModelBatch batch : dispatch.actual()) {
            for (final ModelBatch.Entry entry : batch.entries()) {
                final String difference = check.differenceAt(entry);
                if (difference != null) {
                    return difference;
                }
            }
        }
        return null;
    }

    private String differenceAt(final ModelBatch.Entry entry) {
        final ModelEvent first = byPosition.get(entry.position());
        final ModelEvent shown = bySequence.get(List.<Object>of(entry.recorder(), entry.sequence()));
        if (first == null || shown == null) {
            return "dispatched event " + entry + " is not in the journal";
        }
        final UUID id = idOf(first);
        if (!id.equals(entry.id())) {
            return "dispatched event " + entry + " has not the id of its first occurrence, " + id;
        }
        final ModelEvent.Identity known = identities.putIfAbsent(id, first.identity());
        if (!shown.identity().equals(first.identity()) ||
            (known != null && !known.equals(first.identity()))) {
            return "event id " + id + " names " + first.identity() + " and " +
                (known == null || known.equals(first.identity()) ? shown.identity() : known);
        }
        return null;
    }

    private static UUID idOf(final ModelEvent event) {
        final long high = event.recorder().getMostSignificantBits();
        final long low = event.recorder().getLeastSignificantBits();
        return new UUID(
            EventId.high(high, low, event.recordTimeNs()), EventId.low(high, low, event.sequence()));
    }
}
