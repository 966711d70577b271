package herald.bench.rig;

import herald.bench.BenchJvm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process that the rig started, with commands and answers of one line. It never outlives the rig.
 */
final class RigProcess {
    private static final long STOP_TIMEOUT_SECONDS = 30;
    private static final long KILL_TIMEOUT_SECONDS = 10;
    private static final int POLL_MS = 100;

    private final String name;
    private final Process process;
    private final Path err;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private RigProcess(final String name, final Process process, final Path err) {
        this.name = name;
        this.process = process;
        this.err = err;
    }

    /**
     * Starts a JVM.
     *
     * @param name       of it and of the file with its complaints.
     * @param dir        of that file.
     * @param jvmOptions beside those that Herald needs.
     * @param main       class, then its arguments.
     * @return the process.
     */
    static RigProcess start(
        final String name, final Path dir, final List<String> jvmOptions, final Class<?> main, final String... args) {
        final List<String> command = new ArrayList<>(BenchJvm.command(jvmOptions));
        command.add("-XX:ErrorFile=" + dir.resolve(name + "-crash.log"));
        command.add(main.getName());
        command.addAll(List.of(args));
        try {
            return startCommand(name, dir, command);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    /**
     * Starts any command.
     *
     * @param name    of it and of the file with its complaints.
     * @param dir     of that file.
     * @param command to run.
     * @return the process.
     * @throws IOException where it can't be started.
     */
    static RigProcess startCommand(final String name, final Path dir, final List<String> command)
        throws IOException {
        final Path err = dir.resolve(name + ".err");
        final RigProcess started =
            new RigProcess(name, new ProcessBuilder(command).redirectError(err.toFile()).start(), err);
        final Thread reader = new Thread(started::read, "rig-answers-" + name);
        reader.setDaemon(true);
        reader.start();
        return started;
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                answers.add(line);
            }
        } catch (final IOException e) {
            System.err.println(name + " can't be read any more: " + e.getMessage());
        }
    }

    long pid() {
        return process.pid();
    }

    /** Gives a command. */
    void tell(final String command) {
        final OutputStream stdin = process.getOutputStream();
        try {
            stdin.write((command + '\n').getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (final IOException e) {
            throw ended(e);
        }
    }

    /**
     * Waits for an answer; what the JVM or its agents print otherwise is passed over.
     *
     * @param firstWord  of it.
     * @param timeoutSeconds how long at most.
     * @return its words.
     */
    String[] awaitAnswer(final String firstWord, final long timeoutSeconds) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds);
        while (System.nanoTime() - deadlineNs < 0) {
            final String line = answers.poll(POLL_MS, TimeUnit.MILLISECONDS);
            if (line != null) {
                final String[] words = line.split(" ", -1);
                if (words[0].equals(firstWord)) {
                    return words;
                }
            } else if (!process.isAlive() && answers.isEmpty()) {
                throw ended(null);
            }
        }
        throw new IllegalStateException(name + " did not answer \"" + firstWord + "\" within " + timeoutSeconds +
            " s" + complaints());
    }

    /** Gives a command and waits for its answer. */
    String[] ask(final String command, final String firstWord, final long timeoutSeconds)
        throws InterruptedException {
        tell(command);
        return awaitAnswer(firstWord, timeoutSeconds);
    }

    private IllegalStateException ended(final Throwable cause) {
        return new IllegalStateException(name + " has ended" + complaints(), cause);
    }

    /** What it wrote to standard error. */
    String complaints() {
        try {
            final String text = Files.exists(err) ? Files.readString(err).strip() : "";
            return text.isEmpty() ? "" : ":\n" + text;
        } catch (final IOException e) {
            return ": " + err + " can't be read";
        }
    }

    /** SIGSTOP or SIGCONT. */
    void signal(final String signal) throws InterruptedException {
        try {
            new ProcessBuilder("kill", signal, Long.toString(pid())).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor(KILL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets it end in its own order. */
    void stop() throws InterruptedException {
        if (process.isAlive()) {
            tell(ChildCommands.STOP);
            if (!process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                kill();
                throw new IllegalStateException(name + " did not stop within " + STOP_TIMEOUT_SECONDS + " s");
            }
        }
    }

    /** SIGTERM, for a process that has no ear for commands. */
    void terminate() throws InterruptedException {
        process.destroy();
        process.waitFor(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Ends it at once. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(KILL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
