package herald.tools.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;

/**
 * A child's ear for its harness, on standard input: a line asks it to finish; the end, which comes when the harness
 * dies, ends the child at once.
 */
final class ParentWatch {
    private static final int ORPHANED = 3;

    private final CountDownLatch finish = new CountDownLatch(1);

    private ParentWatch() {
    }

    static ParentWatch start() {
        final ParentWatch watch = new ParentWatch();
        final Thread thread = new Thread(watch::listen, "torture-parent-watch");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    private void listen() {
        try (BufferedReader reader = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (reader.readLine() != null) {
                finish.countDown();
            }
        } catch (final IOException e) {
            System.err.println("the harness is gone: " + e);
        }
        Runtime.getRuntime().halt(ORPHANED);
    }

    boolean isFinishing() {
        return finish.getCount() == 0;
    }

    void awaitFinish() throws InterruptedException {
        finish.await();
    }
}
