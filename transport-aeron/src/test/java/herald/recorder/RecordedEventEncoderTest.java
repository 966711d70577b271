package herald.recorder;

import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.events.Severity;
import herald.events.SystemEvents;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Room is claimed for exactly what is encoded, and every field comes out as it went in.
 */
@Timeout(120)
class RecordedEventEncoderTest {
    private static final UUID ID = new UUID(Long.MIN_VALUE + 5, -7);
    private static final EventType[] TYPES = {ClusterEvents.ELECTION_STARTED, ClusterEvents.LEADER_ELECTED};

    private final RecordedEventEncoder encoder = new RecordedEventEncoder(
        new EventRecorder.Context().component("cmd").node("Knöten").tenant("acme").namespace("infra"), ID);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256 * 1024]);
    private final CapturedTexts captured = new CapturedTexts(64 * 1024);
    private final EventDecoder decoder = new EventDecoder();
    private final ObjectReference[] references = new ObjectReference[12];

    @Test
    void shouldEncodeWhatTheDecoderReadsInTheLengthThatWasAnnounced() {
        final Random random = new Random(1);
        for (int i = 1; i < 5_000; i++) {
            final EventType type = TYPES[random.nextInt(TYPES.length)];
            final Severity severity = Severity.ofCode(random.nextInt(4));
            final String message = Utf8Test.text(random, random.nextInt(200));
            final ObjectReference reference = reference(random);
            final Map<String, String> attributes = attributes(random);
            final int offset = 16 * random.nextInt(64);

            final CapturedTexts texts = attributes == null ? null : captured;
            if (texts != null) {
                assertThat(texts.capture(message, attributes)).isTrue();
            }
            final int announced = texts == null ?
                encoder.encodedLength(type, message, reference) : encoder.encodedLength(type, texts, reference);
            buffer.setMemory(offset, announced + 8, (byte)0x5A);
            encoder.begin(buffer, offset, i, -i).finish(type, severity, message, texts, reference);

            assertThat(encoder.encodedLength()).isEqualTo(announced);
            assertThat(buffer.getLong(offset + announced)).isEqualTo(0x5A5A_5A5A_5A5A_5A5AL);
            decoder.wrapAndApplyHeader(buffer, offset, new MessageHeaderDecoder());
            assertThat(decoder.sequence()).isEqualTo(i);
            assertThat(decoder.recordTimeNs()).isEqualTo(-i);
            assertConstants(type, severity, reference);
            assertThat(decodedAttributes()).isEqualTo(attributes == null ? Map.of() : asUtf8(attributes));
            assertTexts(type, reference, message);
        }
    }

    /** None, one of a few that come again and again, or a new one. */
    private ObjectReference reference(final Random random) {
        final int known = random.nextInt(12);
        if (known < 4) {
            return null;
        }
        if (known < 6) {
            return newReference(random);
        }
        if (references[known] == null) {
            references[known] = newReference(random);
        }
        return references[known];
    }

    private static ObjectReference newReference(final Random random) {
        return ObjectReference.of(
            Utf8Test.text(random, random.nextInt(9)), Utf8Test.text(random, random.nextInt(9)),
            "K" + Utf8Test.text(random, 5), "N" + Utf8Test.text(random, random.nextInt(30)),
            Utf8Test.text(random, random.nextInt(30)));
    }

    private void assertConstants(final EventType type, final Severity severity, final ObjectReference reference) {
        assertThat(new UUID(decoder.recorderIdHigh(), decoder.recorderIdLow())).isEqualTo(ID);
        assertThat(decoder.severityRaw()).isEqualTo((short)severity.code());
        assertThat(decoder.severity().name()).isEqualTo(severity.name());
        assertThat(decoder.flags().suppressedInMaintenance()).isEqualTo(type.suppressedInMaintenance());
        assertThat(decoder.flags().reference()).isEqualTo(reference != null);
    }

    private void assertTexts(final EventType type, final ObjectReference reference, final String message) {
        assertThat(decoder.component()).isEqualTo("cmd");
        assertThat(decoder.node()).isEqualTo("Knöten");
        assertThat(decoder.metaTenant()).isEqualTo("acme");
        assertThat(decoder.metaNamespace()).isEqualTo("infra");
        assertThat(decoder.typeName()).isEqualTo(type.qualifiedName());
        assertThat(decoder.category()).isEqualTo(type.category());
        assertThat(decoder.refTenant()).isEqualTo(reference == null ? "" : asUtf8(reference.tenant()));
        assertThat(decoder.refNamespace()).isEqualTo(reference == null ? "" : asUtf8(reference.namespace()));
        assertThat(decoder.refKind()).isEqualTo(reference == null ? "" : asUtf8(reference.kind()));
        assertThat(decoder.refName()).isEqualTo(reference == null ? "" : asUtf8(reference.name()));
        assertThat(decoder.refUri()).isEqualTo(reference == null ? "" : asUtf8(reference.uri()));
        assertThat(decoder.message()).isEqualTo(asUtf8(message));
    }

    @Test
    void shouldPutAttributesLastThatTheTypeLeavesOut() {
        final Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("pid", "1");
        attributes.put("unit", "sshd");
        attributes.put("pid2", "3");

        captured.capture("m", attributes, SystemEvents.SERVICE_STARTED.ignoredAttributes());
        encoder.begin(buffer, 0, 1, 1).finish(SystemEvents.SERVICE_STARTED, Severity.INFO, null, captured, null);
        decoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());

        assertThat(encoder.encodedLength())
            .isEqualTo(encoder.encodedLength(SystemEvents.SERVICE_STARTED, captured, null));
        assertThat(decoder.ignoredAttributes()).isEqualTo(1);
        final List<String> keys = new ArrayList<>();
        for (final EventDecoder.AttributesDecoder pair : decoder.attributes()) {
            keys.add(pair.key() + '=' + pair.value());
        }
        assertThat(keys).containsExactly("unit=sshd", "pid2=3", "pid=1");

        captured.capture("m", attributes);
        encoder.begin(buffer, 0, 2, 1).finish(TYPES[0], Severity.INFO, null, captured, null);
        decoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
        assertThat(decoder.ignoredAttributes()).isZero();
    }

    @Test
    void shouldTakeAMessageUpToTheLongestEvent() {
        final String message = "é".repeat(32_000);

        encoder.begin(buffer, 0, 1, 1).finish(TYPES[0], Severity.INFO, message, null, null);

        decoder.wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
        decoder.sbeSkip();
        assertThat(decoder.encodedLength() + MessageHeaderDecoder.ENCODED_LENGTH)
            .isEqualTo(encoder.encodedLength(TYPES[0], message, null));
    }

    @Test
    void shouldCaptureAsManyAttributesAsFit() {
        final Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < 1_024; i++) {
            attributes.put("k" + i, "");
        }
        assertThat(captured.capture("", attributes)).isTrue();
        attributes.put("one more", "");
        assertThat(captured.capture("", attributes)).isFalse();
    }

    private static Map<String, String> attributes(final Random random) {
        if (random.nextInt(4) == 0) {
            return null;
        }
        final Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            attributes.put(i + Utf8Test.text(random, random.nextInt(9)), Utf8Test.text(random, random.nextInt(20)));
        }
        return attributes;
    }

    private Map<String, String> decodedAttributes() {
        final Map<String, String> attributes = new HashMap<>();
        for (final EventDecoder.AttributesDecoder pair : decoder.attributes()) {
            attributes.put(pair.key(), pair.value());
        }
        return attributes;
    }

    private static Map<String, String> asUtf8(final Map<String, String> attributes) {
        final Map<String, String> result = new HashMap<>();
        attributes.forEach((key, value) -> result.put(asUtf8(key), asUtf8(value)));
        return result;
    }

    /** What becomes of a text on the way: lone surrogates are replaced. */
    private static String asUtf8(final String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
