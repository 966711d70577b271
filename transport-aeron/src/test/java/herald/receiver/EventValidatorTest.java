package herald.receiver;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No bytes make the validator fail, and its UTF-8 is the platform's strict one.
 */
@Timeout(120)
class EventValidatorTest {
    private static final UUID ID = new UUID(5, 5);
    private static final int MIN_LENGTH = 42;

    private final EventValidator validator = new EventValidator();
    private final Random random = new Random(20_240_229);

    private static boolean isStrictUtf8(final byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (final CharacterCodingException e) {
            return false;
        }
    }

    private static void assertAgrees(final byte[] bytes) {
        final byte[] surrounded = new byte[bytes.length + 2];
        surrounded[bytes.length + 1] = (byte)0x80;
        System.arraycopy(bytes, 0, surrounded, 1, bytes.length);
        assertThat(EventValidator.isUtf8(new UnsafeBuffer(surrounded), 1, bytes.length))
            .as(HexFormat.of().formatHex(bytes)).isEqualTo(isStrictUtf8(bytes));
    }

    @Test
    void shouldAgreeWithThePlatformOnTheEdgesOfUtf8() {
        for (final String hex : new String[] {
            "", "00", "7f", "80", "bf", "c0af", "c1bf", "c280", "dfbf", "c2", "c2c2", "e08080", "e09fbf", "e0a080",
            "ed9fbf", "eda080", "edbfbf", "ee8080", "efbfbf", "efbfbd", "e282", "e28228", "f0808080", "f08fbfbf",
            "f0908080", "f48fbfbf", "f4908080", "f5808080", "f8888080", "fe", "ff", "f09f9880", "f09f98",
            "61626364656667c3", "6162636465666768c3a4", "c3a461626364656667e282ac", "efbbbf61"}) {
            assertAgrees(HexFormat.of().parseHex(hex));
        }
    }

    @Test
    void shouldAgreeWithThePlatformOnEveryPairAndOnRandomBytes() {
        for (int pair = 0; pair < 0x10000; pair++) {
            assertAgrees(new byte[] {(byte)(pair >>> 8), (byte)pair});
        }
        final byte[] leads = {0x41, (byte)0xC3, (byte)0xE0, (byte)0xED, (byte)0xF0, (byte)0xF4, (byte)0x80, (byte)0x9F};
        for (int i = 0; i < 50_000; i++) {
            final byte[] bytes = new byte[random.nextInt(12)];
            random.nextBytes(bytes);
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = random.nextBoolean() ? leads[random.nextInt(leads.length)] : bytes[at];
            }
            assertAgrees(bytes);
        }
    }

    @Test
    void shouldAgreeWithThePlatformOnBrokenText() {
        for (int i = 0; i < 20_000; i++) {
            final byte[] bytes = "Zürich, 東京, 😀 and plain text".getBytes(StandardCharsets.UTF_8);
            bytes[random.nextInt(bytes.length)] ^= (byte)(1 << random.nextInt(8));
            assertAgrees(bytes);
        }
    }

    @Test
    void shouldFindNothingWrongWithAWholeEventAndSomethingWithEveryCutOne() {
        final UnsafeBuffer event = WireEvents.event(ID, 1, "message");
        assertThat(validator.defectOf(event, 0, event.capacity())).isNull();
        for (int length = MIN_LENGTH; length < event.capacity(); length++) {
            assertThat(validator.defectOf(new UnsafeBuffer(event, 0, length), 0, length)).isNotNull();
        }
    }

    @Test
    void shouldNeverFailWhateverTheBytes() {
        for (int i = 0; i < 50_000; i++) {
            final byte[] bytes = new byte[MIN_LENGTH + random.nextInt(200)];
            random.nextBytes(bytes);
            if (i % 2 == 0) {
                new UnsafeBuffer(bytes).putShort(0, (short)34);
            }
            validator.defectOf(new UnsafeBuffer(bytes), 0, bytes.length);
        }
    }

    @Test
    void shouldLetOnlyDecodableEventsPassWhateverIsFlipped() {
        final RecordingIngress ingress = new RecordingIngress();
        final RecorderState state = new RecorderState(ID, 0);
        int passed = 0;
        for (int i = 0; i < 50_000; i++) {
            final UnsafeBuffer event = WireEvents.event(ID, 1, "message");
            for (int flips = random.nextInt(3); flips >= 0; flips--) {
                final int at = random.nextBoolean() ? random.nextInt(event.capacity()) : random.nextInt(MIN_LENGTH + 4);
                event.putByte(at, (byte)(event.getByte(at) ^ (1 << random.nextInt(8))));
            }
            if (event.getShort(2) == 1 && validator.defectOf(event, 0, event.capacity()) == null) {
                ingress.onEvent(state, 1, event, 0, event.capacity());
                passed++;
            }
        }
        assertThat(passed).isPositive();
    }
}
