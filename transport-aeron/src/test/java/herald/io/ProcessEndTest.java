package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process before its end and in it.
 */
@Timeout(120)
class ProcessEndTest {
    @Test
    void shouldKnowThatTheProcessEnds() throws IOException {
        assertThat(ProcessEnd.hasBegun()).isFalse();
        try (ChildJvm child = new ChildJvm(Ending.class)) {
            assertThat(child.readLine()).isEqualTo("running: false");
            assertThat(child.readLine()).isEqualTo("ending: true");
        }
    }

    /** Says what it knows while it runs, and in a shutdown hook. */
    static final class Ending {
        private Ending() {
        }

        public static void main(final String[] args) {
            Runtime.getRuntime().addShutdownHook(
                new Thread(() -> System.out.println("ending: " + ProcessEnd.hasBegun())));
            System.out.println("running: " + ProcessEnd.hasBegun());
        }
    }
}
