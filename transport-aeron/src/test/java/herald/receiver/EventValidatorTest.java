package herald.receiver;

import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The validator never throws, whatever the bytes, and its idea of UTF-8 is Java's strict one.
 */
@Timeout(30)
class EventValidatorTest {
    private static final int MIN_LENGTH = MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.BLOCK_LENGTH;

    private final EventValidator validator = new EventValidator();
    private final Random random = new Random(5);

    @Test
    void shouldNeverThrow() {
        int whole = 0;
        for (int i = 0; i < 200_000; i++) {
            final byte[] bytes = new byte[MIN_LENGTH + random.nextInt(120)];
            if (i % 2 == 0) {
                random.nextBytes(bytes);
            } else {
                for (int j = 0; j < 5; j++) {
                    bytes[random.nextInt(bytes.length)] = (byte)random.nextInt(8);
                }
            }
            bytes[0] = (byte)(random.nextInt(20) == 0 ? random.nextInt() : EventEncoder.BLOCK_LENGTH);
            bytes[1] = (byte)(random.nextInt(20) == 0 ? random.nextInt() : 0);
            whole += validator.defectOf(new UnsafeBuffer(bytes), 0, bytes.length) == null ? 1 : 0;
        }
        assertThat(whole).as("some are whole by chance").isPositive();
    }

    @Test
    void shouldKnowWholeEventsAndEveryTruncationOfThem() {
        final UnsafeBuffer event = new UnsafeBuffer(new byte[512]);
        final EventEncoder encoder = new EventEncoder().wrapAndApplyHeader(event, 0, new MessageHeaderEncoder());
        encoder.attributesCount(2).next().key("k").value("ä").next().key("").value("");
        encoder.component("c").node("").metaTenant("").metaNamespace("").typeName("t").category("").refTenant("")
            .refNamespace("").refKind("").refName("").refUri("").message("für 漢字 😀");
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + encoder.encodedLength();
        assertThat(validator.defectOf(event, 0, length)).isNull();
        for (int shorter = MIN_LENGTH; shorter < length; shorter++) {
            final UnsafeBuffer cut = new UnsafeBuffer(Arrays.copyOf(event.byteArray(), shorter));
            assertThat(validator.defectOf(cut, 0, shorter)).as("%d bytes", shorter).isNotNull();
        }
    }

    @Test
    void shouldAgreeWithJavaOnWhatIsUtf8() {
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                compare(new byte[] {(byte)first, (byte)second});
                compare(new byte[] {(byte)first, (byte)second, (byte)0x80});
                compare(new byte[] {(byte)first, (byte)second, (byte)0xBF, (byte)0x80});
            }
        }
        for (int i = 0; i < 50_000; i++) {
            final byte[] bytes = new StringBuilder("ascii text ").appendCodePoint(random.nextInt(0x11_0000))
                .append("more of it").toString().getBytes(StandardCharsets.UTF_8);
            if (random.nextBoolean()) {
                bytes[random.nextInt(bytes.length)] = (byte)random.nextInt();
            }
            compare(bytes);
            compare(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        }
    }

    private static void compare(final byte[] bytes) {
        assertThat(EventValidator.isUtf8(new UnsafeBuffer(bytes), 0, bytes.length))
            .as(() -> Arrays.toString(bytes)).isEqualTo(isUtf8ForJava(bytes));
    }

    private static boolean isUtf8ForJava(final byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (final CharacterCodingException e) {
            return false;
        }
    }
}
