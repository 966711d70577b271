package herald.wire;

import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The generated codecs carry an event whole and refuse the wrong order.
 */
@Timeout(120)
class EventCodecTest {
    private final MutableDirectBuffer buffer = new ExpandableArrayBuffer();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder headerDecoder = new MessageHeaderDecoder();
    private final EventEncoder encoder = new EventEncoder();
    private final EventDecoder decoder = new EventDecoder();

    @Test
    void shouldDecodeWhatWasEncoded() {
        encodeFixedFields().attributesCount(2)
            .next().key("rack").value("b7")
            .next().key("größe").value("");
        encoder.component("cmd").node("node-3").metaTenant("default").metaNamespace("infra")
            .typeName("cluster.ElectionStarted").category("Cluster")
            .refTenant("default").refNamespace("infra").refKind("Node").refName("node-3").refUri("/nodes/3")
            .message("Leader election started");

        decoder.wrapAndApplyHeader(buffer, 0, headerDecoder);

        assertThat(headerDecoder.schemaId()).isEqualTo(4801);
        assertThat(headerDecoder.templateId()).isEqualTo(1);
        assertThat(decoder.recorderIdHigh()).isEqualTo(Long.MIN_VALUE);
        assertThat(decoder.recorderIdLow()).isEqualTo(-1);
        assertThat(decoder.sequence()).isEqualTo(1);
        assertThat(decoder.recordTimeNs()).isEqualTo(1_700_000_000_000_000_000L);
        assertThat(decoder.severity()).isEqualTo(SeverityLevel.WARN);
        assertThat(decoder.flags().suppressedInMaintenance()).isTrue();
        assertThat(decoder.flags().reference()).isTrue();
        final EventDecoder.AttributesDecoder attributes = decoder.attributes();
        assertThat(attributes.count()).isEqualTo(2);
        assertThat(attributes.next().key()).isEqualTo("rack");
        assertThat(attributes.value()).isEqualTo("b7");
        assertThat(attributes.next().key()).isEqualTo("größe");
        assertThat(attributes.value()).isEmpty();
        assertThat(decoder.component()).isEqualTo("cmd");
        assertThat(decoder.node()).isEqualTo("node-3");
        assertThat(decoder.metaTenant()).isEqualTo("default");
        assertThat(decoder.metaNamespace()).isEqualTo("infra");
        assertThat(decoder.typeName()).isEqualTo("cluster.ElectionStarted");
        assertThat(decoder.category()).isEqualTo("Cluster");
        assertThat(decoder.refTenant()).isEqualTo("default");
        assertThat(decoder.refNamespace()).isEqualTo("infra");
        assertThat(decoder.refKind()).isEqualTo("Node");
        assertThat(decoder.refName()).isEqualTo("node-3");
        assertThat(decoder.refUri()).isEqualTo("/nodes/3");
        assertThat(decoder.message()).isEqualTo("Leader election started");
        assertThat(decoder.encodedLength()).isEqualTo(encoder.encodedLength());
    }

    @Test
    void shouldKeepASeverityThatANewerRecorderSent() {
        encodeFixedFields();
        buffer.putByte(MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.severityEncodingOffset(), (byte) 9);

        decoder.wrapAndApplyHeader(buffer, 0, headerDecoder);

        assertThat(decoder.severity()).isEqualTo(SeverityLevel.SBE_UNKNOWN);
        assertThat(decoder.severityRaw()).isEqualTo((short) 9);
    }

    @Test
    void shouldRefuseToEncodeInTheWrongOrder() {
        encodeFixedFields().attributesCount(0);

        assertThatThrownBy(() -> encoder.message("too early")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRefuseToDecodeInTheWrongOrder() {
        encodeFixedFields().attributesCount(0);
        encoder.component("cmd").node("");

        decoder.wrapAndApplyHeader(buffer, 0, headerDecoder);

        assertThatThrownBy(decoder::component).isInstanceOf(IllegalStateException.class);
    }

    private EventEncoder encodeFixedFields() {
        encoder.wrapAndApplyHeader(buffer, 0, headerEncoder)
            .recorderIdHigh(Long.MIN_VALUE)
            .recorderIdLow(-1)
            .sequence(1)
            .recordTimeNs(1_700_000_000_000_000_000L)
            .severity(SeverityLevel.WARN)
            .flags().clear().suppressedInMaintenance(true).reference(true);
        return encoder;
    }
}
