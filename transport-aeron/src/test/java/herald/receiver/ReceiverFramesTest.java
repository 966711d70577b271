package herald.receiver;

import herald.link.LinkDescriptor;
import herald.link.EventEnvelope;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bytes that are no message, and messages that are no events: refused, counted, kept for a look, harmless to others.
 */
@Timeout(120)
class ReceiverFramesTest {
    private static final UUID ID = new UUID(1, 1);
    private static final UUID OTHER = new UUID(2, 2);
    private static final int HEADER_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH;
    private static final int GROUP_OFFSET = HEADER_LENGTH + EventEncoder.BLOCK_LENGTH;

    @TempDir
    private Path dir;
    private ReceiverFixture fixture;
    private RawRecorder recorder;
    private RawRecorder other;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new ReceiverFixture(dir);
        recorder = fixture.newRecorder(ID).open(1, 1);
        other = fixture.newRecorder(OTHER).open(1, 1);
    }

    @AfterEach
    void tearDown() throws IOException {
        fixture.close();
    }

    /** Other events of this recorder and of others go on as if nothing had been. */
    private void assertOthersUnaffected(final int unintelligible) {
        fixture.awaitCount(ReceiverCounter.UNINTELLIGIBLE, unintelligible);
        recorder.events(1, 2);
        other.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 4);
        assertThat(fixture.ingress.of(ID)).containsExactly("1 e1", "2 e2");
        assertThat(fixture.ingress.of(OTHER)).containsExactly("1 e1", "2 e2");
        assertThat(fixture.quarantined()).hasSize(unintelligible)
            .allMatch(line -> line.contains("no message of this protocol"));
    }

    @Test
    void shouldKeepRandomBytesForALook() {
        final Random random = new Random(4801);
        for (int i = 0; i < 200; i++) {
            final byte[] bytes = new byte[random.nextInt(300)];
            random.nextBytes(bytes);
            if (bytes.length > MessageHeaderDecoder.schemaIdEncodingOffset()) {
                bytes[MessageHeaderDecoder.schemaIdEncodingOffset()] = 0;
            }
            recorder.send(new UnsafeBuffer(bytes));
        }
        assertOthersUnaffected(200);
    }

    @Test
    void shouldKeepTruncatedMessagesForALook() {
        final UnsafeBuffer event = WireEvents.event(ID, 1, "whole");
        for (int length = 0; length < HEADER_LENGTH + EventEnvelope.MIN_BLOCK_LENGTH; length++) {
            recorder.send(new UnsafeBuffer(event, 0, length));
        }
        assertOthersUnaffected(HEADER_LENGTH + EventEnvelope.MIN_BLOCK_LENGTH);
    }

    @Test
    void shouldKeepMessagesOfAnotherSchemaOrTemplateForALook() {
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        final UnsafeBuffer schema = WireEvents.event(ID, 1, "schema");
        header.wrap(schema, 0).schemaId(1);
        recorder.send(schema);
        for (final int template : new int[] {0, 3, 4, 5, 6, 65_535}) {
            final UnsafeBuffer unknown = WireEvents.event(ID, 1, "template");
            header.wrap(unknown, 0).templateId(template);
            recorder.send(unknown);
        }
        assertOthersUnaffected(7);
    }

    @Test
    void shouldTakeAnEventOfANewerVersionWhoseFixedFieldsAreLonger() {
        final UnsafeBuffer event = WireEvents.event(ID, 1, "newer");
        final UnsafeBuffer newer = new UnsafeBuffer(new byte[event.capacity() + 8]);
        newer.putBytes(0, event, 0, GROUP_OFFSET);
        newer.putBytes(GROUP_OFFSET + 8, event, GROUP_OFFSET, event.capacity() - GROUP_OFFSET);
        new MessageHeaderEncoder().wrap(newer, 0).version(2).blockLength(EventEncoder.BLOCK_LENGTH + 8);
        recorder.send(newer);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.ingress.of(ID)).containsExactly("1 newer");
    }

    @Test
    void shouldTakeAnEventOfTheFirstVersionWhoseFixedFieldsAreShorter() {
        final int blockLength = EventEncoder.ignoredAttributesEncodingOffset();
        final int shorter = EventEncoder.BLOCK_LENGTH - blockLength;
        final UnsafeBuffer event = WireEvents.event(ID, 1, "older");
        final UnsafeBuffer older = new UnsafeBuffer(new byte[event.capacity() - shorter]);
        older.putBytes(0, event, 0, GROUP_OFFSET - shorter);
        older.putBytes(GROUP_OFFSET - shorter, event, GROUP_OFFSET, event.capacity() - GROUP_OFFSET);
        new MessageHeaderEncoder().wrap(older, 0).version(0).blockLength(blockLength);
        recorder.send(older);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.ingress.of(ID)).containsExactly("1 older");
    }

    @Test
    void shouldKeepAHelloThatNoRecorderWouldSayForALook() {
        recorder.hello(2, 0);
        recorder.hello(2, Long.MIN_VALUE);
        recorder.hello(2, Long.MAX_VALUE);
        assertOthersUnaffected(3);
    }

    @Test
    void shouldPassOverAnEventOverTheLimit() {
        assertPassedOver(WireEvents.event(ID, 1, "x".repeat(ReceiverFixture.MAX_EVENT_LENGTH)), "over the limit");
    }

    @Test
    void shouldPassOverAnEventWithTextThatIsNotUtf8() {
        final UnsafeBuffer event = WireEvents.event(ID, 1, "message");
        event.putByte(event.capacity() - 1, (byte)0xC3);
        assertPassedOver(event, "text is not UTF-8");
    }

    @Test
    void shouldPassOverAnEventWithALengthPastItsEnd() {
        final UnsafeBuffer event = WireEvents.event(ID, 1, "message");
        event.putShort(event.capacity() - "message".length() - 2, (short)8);
        assertPassedOver(event, "text longer than the message");
    }

    @Test
    void shouldPassOverAnEventThatEndsBeforeItsTexts() {
        assertPassedOver(new UnsafeBuffer(WireEvents.event(ID, 1, "message"), 0, GROUP_OFFSET + 8), "text");
    }

    @Test
    void shouldPassOverAnEventWhoseFixedFieldsAreTooShortOrTooLong() {
        final UnsafeBuffer shorter = WireEvents.event(ID, 1, "shorter");
        new MessageHeaderEncoder().wrap(shorter, 0).blockLength(8);
        assertPassedOver(shorter, "shorter than its fixed fields");
        final UnsafeBuffer longer = WireEvents.event(ID, 3, "longer");
        new MessageHeaderEncoder().wrap(longer, 0).blockLength(65_535);
        recorder.send(longer);
        fixture.awaitCount(ReceiverCounter.REFUSED, 2);
        assertThat(fixture.ingress.of(ID)).endsWith("refused 3..3");
    }

    private void assertPassedOver(final UnsafeBuffer first, final String reason) {
        fixture.ingress.room(0);
        recorder.send(first);
        fixture.stepUntil(() -> fixture.ingress.refusals() > 2);
        fixture.ingress.room(Integer.MAX_VALUE);
        recorder.events(2, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 1);

        assertThat(fixture.ingress.of(ID)).containsExactly("refused 1..1", "2 e2");
        assertThat(fixture.count(ReceiverCounter.REFUSED)).isOne();
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isOne();
        assertThat(fixture.quarantined()).hasSize(1).first().asString().contains(reason);
    }

    @Test
    void shouldPassOverAnEventWithBytesBehindItsLastField() {
        for (final int left : new int[] {1, 8}) {
            fixture.ingress.room(Integer.MAX_VALUE);
            recorder.send(longer(WireEvents.event(ID, left == 1 ? 1 : 2, "message"), left));
        }
        fixture.awaitCount(ReceiverCounter.REFUSED, 2);

        assertThat(fixture.ingress.of(ID)).containsExactly("refused 1..1", "refused 2..2");
        assertThat(fixture.quarantined()).hasSize(2).allMatch(line -> line.contains("longer than its fields"));
    }

    @Test
    void shouldKeepAHelloWithBytesBehindItsLastFieldForALook() {
        for (final int left : new int[] {1, 8, -1}) {
            recorder.sendHello(2, 1, LinkDescriptor.PROTOCOL_VERSION, left);
        }
        assertOthersUnaffected(3);
        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isEqualTo(2);
    }

    private static UnsafeBuffer longer(final UnsafeBuffer message, final int bytes) {
        final UnsafeBuffer longer = new UnsafeBuffer(new byte[message.capacity() + bytes]);
        longer.putBytes(0, message, 0, message.capacity());
        return longer;
    }

    @Test
    void shouldSurviveEveryMutationOfARealEvent() {
        final Random random = new Random(4242);
        for (int i = 0; i < 2_000; i++) {
            if (i % 5 == 0) {
                recorder.hello(2 + i, 1);
            }
            final UnsafeBuffer event = WireEvents.event(ID, fixture.ingress.of(ID).size() + 1L, "mutated");
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                final int at = random.nextInt(event.capacity());
                event.putByte(at, (byte)(event.getByte(at) ^ (1 << random.nextInt(8))));
            }
            if (event.getShort(2) != 2) {
                recorder.send(event);
            }
        }
        other.events(1, 2);
        fixture.stepUntil(() -> fixture.ingress.of(OTHER).size() == 2);
        assertThat(fixture.drainErrors()).isEmpty();
    }
}
