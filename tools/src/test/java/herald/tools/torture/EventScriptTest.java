package herald.tools.torture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What recorders record is the same each time, repeats itself, and has events that only their lengths tell apart.
 */
@Timeout(120)
class EventScriptTest {
    private static final int NUMBERS = 3000;

    @TempDir
    private Path dir;

    @Test
    void shouldRepeatItselfAndCollideWhereFieldsAreJoined() throws IOException {
        ChildSettings.write(dir, RoundPlan.draw(5).settings());
        final EventScript script = new EventScript(ChildSettings.read(dir), "recorder0");
        final EventScript again = new EventScript(ChildSettings.read(dir), "recorder0");
        final Set<List<String>> identities = new HashSet<>();
        final Map<String, Set<List<String>>> joined = new HashMap<>();
        int longest = 0;
        for (int number = 1; number <= NUMBERS; number++) {
            final List<String> identity = script.line(number).identity();
            assertThat(again.line(number).identity()).isEqualTo(identity);
            identities.add(identity);
            joined.computeIfAbsent(String.join("", identity), key -> new HashSet<>()).add(identity);
            longest = Math.max(longest, script.line(number).message().length());
        }

        assertThat(identities).hasSizeLessThan(NUMBERS * 3 / 4);
        assertThat(joined.values()).anyMatch(same -> same.size() > 1);
        assertThat(longest).isGreaterThan(1408);
    }
}
