package herald.link;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which texts are addresses to which something may be sent without asking anybody.
 */
@Timeout(60)
class EndpointTest {
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1:4810", "127.0.0.1:1", "[fd00::1]:65535", "[::1]:9", "[::ffff:10.0.0.1]:9"})
    void shouldKnowTheAddressOfOneHost(final String text) {
        assertThat(Endpoint.isOfOneHost(text)).isTrue();
        assertThat(Endpoint.isInDigits(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "10.0.0.1", "10.0.0.1:", "999.1.1.1:9", "1.2.3:9", "1.2.3.4.5:9", "1:9", "face:9",
        "face.cafe:9", "[face]:9", "[1:2]:9", "[:::]:9", "[fe80::1%eth0]:9", "10.0.0.1:65536", "10.0.0.1:9|mtu=64k",
        "localhost:9", "01.2.3.4:9", "0x7f.0.0.1:9", " 10.0.0.1:9", "10.0.0.1:9\n"})
    void shouldKnowWhatIsNoAddressInDigits(final String text) {
        assertThat(Endpoint.isInDigits(text)).isFalse();
        assertThat(Endpoint.isOfOneHost(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0:9", "224.0.0.1:9", "239.1.2.3:9", "255.255.255.255:9", "[::]:9", "[ff02::1]:9",
        "10.0.0.1:0", "10.0.0.1:00", "[::ffff:224.0.0.1]:9"})
    void shouldKnowAddressesAtWhichNoSingleHostIs(final String text) {
        assertThat(Endpoint.isOfOneHost(text)).isFalse();
    }
}
