package herald.manager;

import herald.event.EventView;
import herald.event.UnsetClock;
import herald.writers.json.EventJson;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.util.BytesRef;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Makes documents of events. A keyword that is too long to be indexed is stored whole and indexed in part; a time that
 * can't be is stored as it is, marked, and stands in lists where the manager got the event. One thread.
 */
final class EventDocuments {
    /** Clocks of a fleet differ by less. */
    static final long MAX_AHEAD_NS = TimeUnit.HOURS.toNanos(1);
    /** Nodes hold events back for less. */
    static final long MAX_BEHIND_NS = TimeUnit.DAYS.toNanos(30);

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private EventJson json = new EventJson();

    /**
     * The document of an event.
     *
     * @param event      to be stored.
     * @param id         its term.
     * @param receivedNs when the manager got it, ns since the epoch.
     * @return it.
     * @throws RuntimeException where the event is none that can be read.
     */
    Document of(final EventView event, final BytesRef id, final long receivedNs) {
        final boolean plausible = isPlausible(event.modTimeNs(), receivedNs);
        final Document document = new Document();
        document.add(new StringField(EventFields.ID, id, Field.Store.NO));
        document.add(new NumericDocValuesField(EventFields.ID_HIGH, event.id().getMostSignificantBits()));
        document.add(new NumericDocValuesField(EventFields.ID_LOW, event.id().getLeastSignificantBits()));
        document.add(new StoredField(EventFields.EVENT, stored(event, receivedNs)));
        document.add(new NumericDocValuesField(EventFields.COUNT, event.count()));
        document.add(new NumericDocValuesField(EventFields.SEEN, event.journalTimeNs()));
        document.add(new LongField(EventFields.RECEIVED, receivedNs, Field.Store.NO));
        document.add(new LongField(EventFields.TIME, plausible ? event.modTimeNs() : receivedNs, Field.Store.NO));
        document.add(new IntField(EventFields.SEVERITY, event.severity().code(), Field.Store.NO));
        document.add(keyword(EventFields.TYPE, event.type()));
        document.add(keyword(EventFields.COMPONENT, event.component()));
        document.add(keyword(EventFields.NODE, event.node()));
        document.add(keyword(EventFields.TENANT, event.tenant()));
        document.add(keyword(EventFields.REF, event.refKind() + '/' + event.refName()));
        document.add(new TextField(EventFields.MESSAGE, event.message(), Field.Store.NO));
        return document;
    }

    private static StringField keyword(final String field, final String text) {
        return new StringField(field, EventFields.keyword(text), Field.Store.NO);
    }

    private byte[] stored(final EventView event, final long receivedNs) {
        line.reset();
        try {
            json.writeStored(event, receivedNs, !hasPlausibleTimes(event, receivedNs), line);
        } catch (final IOException e) {
            throw new IllegalStateException(e);
        } catch (final RuntimeException e) {
            // The generator stands in the middle of an event now.
            json = new EventJson();
            throw e;
        }
        return StoredEvent.of(line.toByteArray(), line.size() - 1);
    }

    /**
     * Whether what the recorder's clock said of an event can be.
     *
     * @param event      that came.
     * @param receivedNs when the manager got it.
     * @return false where its first or last occurrence is too far from that.
     */
    static boolean hasPlausibleTimes(final EventView event, final long receivedNs) {
        return isPlausible(event.modTimeNs(), receivedNs) && event.creationTimeNs() <= receivedNs + MAX_AHEAD_NS;
    }

    private static boolean isPlausible(final long timeNs, final long receivedNs) {
        return UnsetClock.isUnset(receivedNs) ||
            (timeNs <= receivedNs + MAX_AHEAD_NS && timeNs >= receivedNs - MAX_BEHIND_NS);
    }
}
