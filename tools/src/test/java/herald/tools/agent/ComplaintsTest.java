package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How often it is said that something can't be watched.
 */
@Timeout(120)
class ComplaintsTest {
    private final List<String> log = new ArrayList<>();
    private final Complaints complaints = new Complaints(log::add);

    @Test
    void shouldSayEachReasonOnceUntilItIsOver() {
        for (int i = 0; i < 3; i++) {
            complaints.add("link a", "one");
            complaints.add("link a", "two");
            complaints.add("link b", "one");
        }
        complaints.clear("link a");
        complaints.clear("link a");
        complaints.add("link a", "one");

        assertThat(log).containsExactly(
            "cannot watch link a: one; tried again every interval",
            "cannot watch link a: two; tried again every interval",
            "cannot watch link b: one; tried again every interval",
            "link a can be watched again",
            "cannot watch link a: one; tried again every interval");
    }

    @Test
    void shouldForgetWhatIsGone() {
        complaints.add("link a", "one");
        complaints.retain("link b"::equals);
        complaints.clear("link a");

        assertThat(log).hasSize(1);
    }

    @Test
    void shouldNotGoOnForEverAboutReasonsThatDiffer() {
        for (int i = 0; i < 1_000; i++) {
            complaints.add("link a", "reason " + i);
        }

        assertThat(log).hasSizeLessThan(20);
    }
}
