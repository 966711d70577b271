package herald.tools.agent;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs programs of the system.
 */
final class Commands {
    private static final long TIMEOUT_SECONDS = 60;

    private Commands() {
    }

    /**
     * Runs a program to its end; what it says is lost.
     *
     * @return whether it is there and ended with 0.
     */
    static boolean run(final String... command) throws InterruptedException {
        try {
            final Process process = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
            return process.exitValue() == 0;
        } catch (final IOException e) {
            return false;
        }
    }
}
