package herald.verify;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is remembered outside the heap is what a map remembers, whatever comes and goes.
 */
@Timeout(120)
class SeenEventsTest {
    private static final int STEPS = 200_000;
    private static final int KEYS = 30_000;

    private final Map<ModelEvent.Identity, SeenEvents.Seen> expected = new LinkedHashMap<>();

    private static ModelEvent.Identity identity(final int number) {
        return new ModelEvent.Identity(number % 3, List.of("component", "", "t", "n"), List.of("type", "category"),
            List.of("", "", "", "name", ""), "message " + number,
            number % 2 == 0 ? List.of() : List.of(List.of("key", "value"), List.of("other", Integer.toString(number))));
    }

    private static SeenEvents.Seen seen(final long timeNs) {
        return new SeenEvents.Seen(new UUID(timeNs, -timeNs), timeNs, timeNs + 1, timeNs * 64, 1);
    }

    @Test
    void shouldRememberWhatAMapRemembers() {
        final Random random = new Random(37);
        try (SeenEvents events = new SeenEvents()) {
            for (int step = 0; step < STEPS; step++) {
                final ModelEvent.Identity identity = identity(random.nextInt(KEYS));
                forgetUpTo(step - 20_000L - step % 7 * 1_000L, events);
                final SeenEvents.Seen before = expected.get(identity);
                if (before == null) {
                    assertThat(events.touch(identity)).isNull();
                    expected.put(identity, seen(step));
                    events.add(identity, seen(step));
                } else {
                    final SeenEvents.Seen now = new SeenEvents.Seen(
                        before.id(), before.firstSeenNs(), before.firstRecordNs(), before.position(),
                        before.count() + 1);
                    expected.put(identity, now);
                    assertThat(events.touch(identity)).isEqualTo(now);
                }
            }
            assertThat(events.size()).isEqualTo(expected.size());
            expected.forEach((identity, seen) -> assertThat(events.find(identity)).isEqualTo(seen));
            events.clear();
            assertThat(events.size()).isZero();
            expected.forEach((identity, seen) -> assertThat(events.find(identity)).isNull());
        }
    }

    private void forgetUpTo(final long timeNs, final SeenEvents events) {
        events.forgetUpTo(timeNs);
        final Iterator<SeenEvents.Seen> oldest = expected.values().iterator();
        while (oldest.hasNext() && oldest.next().firstSeenNs() <= timeNs) {
            oldest.remove();
        }
    }
}
