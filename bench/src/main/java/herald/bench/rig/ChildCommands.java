package herald.bench.rig;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child's ear for the rig: a command is a line on standard input, its answer a line on standard output. The end of
 * the input comes when the rig dies, and ends the child.
 */
final class ChildCommands {
    /** Asks a child to end. */
    static final String STOP = "stop";

    private static final int ORPHANED = 3;

    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private volatile boolean orphaned;

    private ChildCommands() {
    }

    static ChildCommands listen() {
        final ChildCommands commands = new ChildCommands();
        final Thread thread = new Thread(commands::read, "rig-commands");
        thread.setDaemon(true);
        thread.start();
        return commands;
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (final IOException e) {
            System.err.println("the rig is gone: " + e);
        }
        orphaned = true;
        System.exit(ORPHANED);
    }

    /** Whether the rig died before it asked this process to end. */
    boolean isOrphaned() {
        return orphaned;
    }

    /** Waits for a command. */
    String[] take() throws InterruptedException {
        return lines.take().split(" ", -1);
    }

    /** Waits for a command; null where none comes in time. */
    String[] poll(final long timeoutMs) throws InterruptedException {
        final String line = lines.poll(timeoutMs, TimeUnit.MILLISECONDS);
        return line == null ? null : line.split(" ", -1);
    }

    static void answer(final String line) {
        System.out.println(line);
        System.out.flush();
    }
}
