package herald.recorder;

import herald.events.EventType;
import herald.events.Severity;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SeverityLevel;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Encodes events of one recorder as wire messages, straight into its spool. Owned by whoever holds the append lock.
 */
final class RecordedEventEncoder {
    private static final SeverityLevel[] LEVELS =
        {SeverityLevel.DEBUG, SeverityLevel.INFO, SeverityLevel.WARN, SeverityLevel.CRITICAL};
    private static final DirectBuffer EMPTY = new UnsafeBuffer(new byte[0]);
    /** Of all texts but the message and the attributes. */
    private static final int LENGTH_WORDS = 11 * EventEncoder.messageHeaderLength();
    private static final int FIXED_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.BLOCK_LENGTH +
        EventEncoder.AttributesEncoder.HEADER_SIZE + LENGTH_WORDS;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final EventEncoder event = new EventEncoder();
    private final EventTemplates templates = new EventTemplates();
    private final long recorderIdHigh;
    private final long recorderIdLow;
    private final DirectBuffer component;
    private final DirectBuffer node;
    private final DirectBuffer tenant;
    private final DirectBuffer namespace;
    private final ObjectReference defaultReference;
    private final int constantLength;
    private MutableDirectBuffer buffer;
    private int offset;
    private long sequence;
    private long recordTimeNs;
    private int encodedLength;

    RecordedEventEncoder(final EventRecorder.Context context, final UUID recorderId) {
        this.recorderIdHigh = recorderId.getMostSignificantBits();
        this.recorderIdLow = recorderId.getLeastSignificantBits();
        this.component = utf8(context.component);
        this.node = utf8(context.node);
        this.tenant = utf8(context.tenant);
        this.namespace = utf8(context.namespace);
        // A remote proxy would take its own node for what the event is about.
        this.defaultReference = context.remoteProxy == null ? null : ObjectReference.of("Node", context.node);
        this.constantLength = FIXED_LENGTH + component.capacity() + node.capacity() + tenant.capacity() +
            namespace.capacity();
    }

    private static DirectBuffer utf8(final String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The length of an event without attributes when encoded.
     *
     * @param type    of it.
     * @param message of it.
     * @param about   or null for the default.
     * @return in bytes.
     */
    int encodedLength(final EventType type, final String message, final ObjectReference about) {
        return (int)Math.min(Integer.MAX_VALUE,
            lengthBesideTexts(type, about) + EventEncoder.messageHeaderLength() + Utf8.length(message));
    }

    /**
     * The length of an event when encoded.
     *
     * @param type  of it.
     * @param texts of it.
     * @param about or null for the default.
     * @return in bytes.
     */
    int encodedLength(final EventType type, final CapturedTexts texts, final ObjectReference about) {
        return (int)Math.min(Integer.MAX_VALUE, lengthBesideTexts(type, about) + texts.length());
    }

    private long lengthBesideTexts(final EventType type, final ObjectReference about) {
        final ObjectReference reference = about == null ? defaultReference : about;
        final long length =
            (long)constantLength + type.qualifiedNameUtf8().capacity() + type.categoryUtf8().capacity();
        return reference == null ? length : length + reference.tenantUtf8().capacity() +
            reference.namespaceUtf8().capacity() + reference.kindUtf8().capacity() + reference.nameUtf8().capacity() +
            reference.uriUtf8().capacity();
    }

    /** Where the next message goes and what no two of them share. */
    RecordedEventEncoder begin(
        final MutableDirectBuffer target, final int targetOffset, final long eventSequence, final long timeNs) {
        buffer = target;
        offset = targetOffset;
        sequence = eventSequence;
        recordTimeNs = timeNs;
        return this;
    }

    /**
     * Encodes the event.
     *
     * @param type     of the event.
     * @param severity of it.
     * @param message  of it, without attributes; null where there are captured texts.
     * @param texts    message and attributes of it, or null.
     * @param about    or null for the default.
     */
    void finish(
        final EventType type,
        final Severity severity,
        final String message,
        final CapturedTexts texts,
        final ObjectReference about) {
        final ObjectReference reference = about == null ? defaultReference : about;
        if (texts == null) {
            putMessage(message, beforeMessage(type, severity, reference));
        } else {
            final int start = texts.attributes() == 0 ?
                beforeMessage(type, severity, reference) : encode(type, severity, reference, texts);
            encodedLength = start + texts.putMessage(buffer, offset + start);
        }
    }

    private int beforeMessage(final EventType type, final Severity severity, final ObjectReference reference) {
        int length = templates.copy(type, reference, buffer, offset);
        if (length == 0) {
            length = encode(type, severity, reference, null);
            templates.keep(type, reference, buffer, offset, length);
        } else {
            final int block = offset + MessageHeaderEncoder.ENCODED_LENGTH;
            buffer.putLong(block + EventEncoder.sequenceEncodingOffset(), sequence, EventEncoder.BYTE_ORDER);
            buffer.putLong(block + EventEncoder.recordTimeNsEncodingOffset(), recordTimeNs, EventEncoder.BYTE_ORDER);
            buffer.putByte(block + EventEncoder.severityEncodingOffset(), (byte)LEVELS[severity.code()].value());
        }
        return length;
    }

    /** Everything before the message. */
    private int encode(
        final EventType type,
        final Severity severity,
        final ObjectReference reference,
        final CapturedTexts texts) {
        event.wrapAndApplyHeader(buffer, offset, header)
            .recorderIdHigh(recorderIdHigh)
            .recorderIdLow(recorderIdLow)
            .sequence(sequence)
            .recordTimeNs(recordTimeNs)
            .severity(LEVELS[severity.code()])
            .ignoredAttributes(texts == null ? 0 : texts.ignored());
        event.flags().clear()
            .suppressedInMaintenance(type.suppressedInMaintenance())
            .reference(reference != null);
        putAttributes(texts);
        event.putComponent(component, 0, component.capacity())
            .putNode(node, 0, node.capacity())
            .putMetaTenant(tenant, 0, tenant.capacity())
            .putMetaNamespace(namespace, 0, namespace.capacity())
            .putTypeName(type.qualifiedNameUtf8(), 0, type.qualifiedNameUtf8().capacity())
            .putCategory(type.categoryUtf8(), 0, type.categoryUtf8().capacity());
        putReference(reference);
        return event.limit() - offset;
    }

    private void putAttributes(final CapturedTexts texts) {
        final EventEncoder.AttributesEncoder group = event.attributesCount(texts == null ? 0 : texts.attributes());
        if (texts != null) {
            texts.putAttributes(group);
        }
    }

    private void putReference(final ObjectReference reference) {
        final boolean none = reference == null;
        final DirectBuffer refTenant = none ? EMPTY : reference.tenantUtf8();
        final DirectBuffer refNamespace = none ? EMPTY : reference.namespaceUtf8();
        final DirectBuffer kind = none ? EMPTY : reference.kindUtf8();
        final DirectBuffer name = none ? EMPTY : reference.nameUtf8();
        final DirectBuffer uri = none ? EMPTY : reference.uriUtf8();
        event.putRefTenant(refTenant, 0, refTenant.capacity())
            .putRefNamespace(refNamespace, 0, refNamespace.capacity())
            .putRefKind(kind, 0, kind.capacity())
            .putRefName(name, 0, name.capacity())
            .putRefUri(uri, 0, uri.capacity());
    }

    /** The generated setter for text allocates. */
    private void putMessage(final String message, final int start) {
        final int length = Utf8.encode(message, buffer, offset + start + EventEncoder.messageHeaderLength());
        buffer.putShort(offset + start, (short)length, EventEncoder.BYTE_ORDER);
        encodedLength = start + EventEncoder.messageHeaderLength() + length;
    }

    int encodedLength() {
        return encodedLength;
    }
}
