package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** What a syslog receiver may get more than once, and what it may not miss. */
@Timeout(120)
class SyslogCheckTest {
    private static final int BATCH = 4;
    private static final List<SyslogCheck.Entry> LOG = IntStream.range(0, 12)
        .mapToObj(i -> new SyslogCheck.Entry(delivery(i), 100L * (i / BATCH), i % BATCH)).toList();

    private static SyslogDelivery delivery(final int number) {
        return new SyslogDelivery(new UUID(0, number), 1, 7);
    }

    private static List<SyslogDelivery> deliveries(final int... numbers) {
        return IntStream.of(numbers).mapToObj(SyslogCheckTest::delivery).toList();
    }

    private static List<SyslogDelivery> range(final int from, final int to) {
        return deliveries(IntStream.range(from, to).toArray());
    }

    private static String difference(final long keptFrom, final List<List<SyslogDelivery>> connections) {
        return SyslogCheck.firstDifference(connections, LOG, keptFrom);
    }

    @Test
    void shouldLetWhatWasOnItsWayComeAgain() {
        assertThat(difference(0, List.of(range(0, 12)))).isNull();
        assertThat(difference(0, List.of(range(0, 7), List.of(), range(2, 12)))).isNull();
        assertThat(difference(0, List.of(deliveries(0, 1, 2, 0, 1, 2, 3), range(4, 12)))).isNull();
    }

    @Test
    void shouldMissWhatWasSkipped() {
        assertThat(difference(0, List.of(range(0, 5), range(6, 12)))).contains("was delivered after nothing");
        assertThat(difference(0, List.of(range(0, 12), deliveries(3, 5)))).contains("was delivered after ");
        assertThat(difference(0, List.of(deliveries(0, 2)))).contains("is next");
        assertThat(difference(0, List.of(range(0, 11)))).contains("was never delivered");
        assertThat(difference(0, List.of(deliveries(0, 99)))).contains("is not in the dispatch log");
    }

    @Test
    void shouldLetAReceiverMissWhatWasReleased() {
        assertThat(difference(101, List.of(range(0, 2), range(8, 12)))).isNull();
        assertThat(difference(100, List.of(range(0, 2), range(8, 12)))).isNotNull();
        assertThat(difference(101, List.of(range(0, 2), range(9, 12)))).isNotNull();
    }
}
