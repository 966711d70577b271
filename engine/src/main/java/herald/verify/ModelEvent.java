package herald.verify;

import herald.journal.JournalReader;
import herald.stage.FoldingRules;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * An event of the journal in plain values.
 *
 * @param position      in the journal.
 * @param journalTimeNs of it.
 * @param recordTimeNs  the recorder's clock.
 * @param recorder      that recorded it.
 * @param sequence      of that recorder.
 * @param wire          its whole message, header included.
 * @param identity      what makes it the same as another one.
 */
public record ModelEvent(
    long position,
    long journalTimeNs,
    long recordTimeNs,
    UUID recorder,
    long sequence,
    ByteBuffer wire,
    Identity identity) {
    /**
     * The fields that two events have in common where one repeats the other.
     *
     * @param severity its code.
     * @param source   component, node, tenant and namespace.
     * @param type     name and category.
     * @param object   tenant, namespace, kind, name and URI of what it is about.
     * @param message  of it.
     * @param attributes names and values that are not left out, in the order of their letters.
     */
    public record Identity(
        int severity,
        List<String> source,
        List<String> type,
        List<String> object,
        String message,
        List<List<String>> attributes) {
    }

    static ModelEvent of(final JournalReader reader) {
        final DirectBuffer wire = reader.wireEvent();
        final EventDecoder event = decode(wire);
        return new ModelEvent(
            reader.recordPosition(),
            reader.journalTimeNs(),
            event.recordTimeNs(),
            new UUID(event.recorderIdHigh(), event.recorderIdLow()),
            event.sequence(),
            copyOf(wire),
            identityOf(event, reader.start().rules()));
    }

    /** Length of its message, header included. */
    public int wireLength() {
        return wire.remaining();
    }

    ModelBatch.Shown shown() {
        return new ModelBatch.Shown(recorder, sequence, identity.message(), wire);
    }

    static ByteBuffer copyOf(final DirectBuffer bytes) {
        final byte[] copy = new byte[bytes.capacity()];
        bytes.getBytes(0, copy);
        return ByteBuffer.wrap(copy).asReadOnlyBuffer();
    }

    static EventDecoder decode(final DirectBuffer wire) {
        return new EventDecoder().wrapAndApplyHeader(wire, 0, new MessageHeaderDecoder());
    }

    /** Reads what comes behind the fixed fields, in the order of the schema. */
    static Identity identityOf(final EventDecoder event, final FoldingRules rules) {
        final int severity = event.severityRaw();
        final List<List<String>> attributes = attributesOf(event, rules);
        final List<String> source =
            List.of(event.component(), event.node(), event.metaTenant(), event.metaNamespace());
        final List<String> type = List.of(event.typeName(), event.category());
        final List<String> object =
            List.of(event.refTenant(), event.refNamespace(), event.refKind(), event.refName(), event.refUri());
        return new Identity(severity, source, type, object, event.message(), attributes);
    }

    private static List<List<String>> attributesOf(final EventDecoder event, final FoldingRules rules) {
        final int said = event.ignoredAttributes();
        final int ignored = said == EventDecoder.ignoredAttributesNullValue() ? 0 : said;
        final List<List<String>> pairs = new ArrayList<>();
        for (final EventDecoder.AttributesDecoder attribute : event.attributes()) {
            pairs.add(List.of(attribute.key(), attribute.value()));
        }
        if (!rules.attributesCount()) {
            return List.of();
        }
        return pairs.subList(0, Math.max(0, pairs.size() - ignored)).stream()
            .filter(pair -> !rules.ignoredAttributes().matches(pair.get(0)))
            .sorted(Comparator.comparing((List<String> pair) -> pair.get(0)).thenComparing(pair -> pair.get(1)))
            .toList();
    }
}
