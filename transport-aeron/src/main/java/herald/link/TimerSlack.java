package herald.link;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes short parks of a thread short: Linux wakes a sleeper up to 50 us late unless its thread asks for less.
 */
final class TimerSlack {
    private static final String SLACK_NS = "1000";

    private TimerSlack() {
    }

    /**
     * Asks for the calling thread.
     *
     * @return false where the system does not know such a setting or refuses it: parks are longer, nothing else.
     */
    static boolean shorten() {
        try {
            final Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
            Files.writeString(Path.of("/proc", thread.toString(), "timerslack_ns"), SLACK_NS);
            return true;
        } catch (final IOException | RuntimeException e) {
            return false;
        }
    }
}
