package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An index that is not what was dispatched is found, and what was dispatched before a rollback may be in it.
 */
@Timeout(60)
class ManagerCheckTest {
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID TWO = new UUID(2, 2);
    private static final UUID GONE = new UUID(3, 3);

    private final List<Delivery> log = List.of(delivery(ONE, 1), delivery(TWO, 1), delivery(ONE, 3));
    private final List<Delivery> abandoned = new ArrayList<>();
    private final Map<UUID, Long> stored = new HashMap<>(Map.of(ONE, 3L, TWO, 1L));

    private static Delivery delivery(final UUID id, final long count) {
        return new Delivery(0, 0, id, count, 0);
    }

    private String verdict() {
        return ManagerCheck.firstDifference(stored, log, abandoned);
    }

    @Test
    void shouldFindNothingWhereEachEventIsThereWithItsLastCount() {
        assertThat(verdict()).isNull();
        assertThat(ManagerCheck.firstDifference(null, log, abandoned)).isNull();
    }

    @Test
    void shouldFindEventThatIsMissing() {
        stored.remove(TWO);

        assertThat(verdict()).contains(TWO.toString(), "not in the manager's index");
    }

    @Test
    void shouldFindCountThatIsWrong() {
        stored.put(ONE, 1L);

        assertThat(verdict()).contains(ONE + " 1 times", "dispatch log 3");
    }

    @Test
    void shouldFindEventThatWasNeverDispatched() {
        stored.put(GONE, 1L);

        assertThat(verdict()).contains(GONE.toString(), "not in the dispatch log");
    }

    @Test
    void shouldTakeWhatWasDispatchedBeforeARollback() {
        abandoned.addAll(List.of(delivery(GONE, 2), delivery(ONE, 5)));
        stored.put(GONE, 1L);
        stored.put(ONE, 5L);
        assertThat(verdict()).isNull();

        stored.put(ONE, 6L);
        assertThat(verdict()).contains(ONE + " 6 times");

        stored.put(ONE, 3L);
        stored.put(TWO, 2L);
        assertThat(verdict()).contains(TWO + " 2 times");
    }
}
