package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often an agent says that it has no proxy.
 */
@Timeout(120)
class ProxyPresenceTest {
    private final List<String> log = new ArrayList<>();
    private final ProxyPresence presence = new ProxyPresence(log::add);

    private void check(final boolean... lives) {
        for (final boolean live : lives) {
            presence.check(live, () -> "kept in x");
        }
    }

    @Test
    void shouldSayEachStateOnce() {
        check(false, false, false, false);
        assertThat(log).containsExactly("no proxy answers: events are kept in x");
        check(true, true);
        assertThat(log).last().isEqualTo("a proxy answers: what was kept is delivered");
        check(false, false, false);

        assertThat(log).hasSize(3).last().isEqualTo("no proxy answers: events are kept in x");
    }

    @Test
    void shouldSayNothingOfALinkThatIsThereOrBuiltAnew() {
        check(false, true, true, false, true, false, true);

        assertThat(log).isEmpty();
    }
}
