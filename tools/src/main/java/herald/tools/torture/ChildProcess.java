package herald.tools.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A process of a round: can be killed, stopped, continued, asked to end. What it says goes to files.
 */
final class ChildProcess {
    private static final long SIGNAL_TIMEOUT_SECONDS = 10;
    private static final int KILLED = 128 + 9;
    /** Where SIGTERM came before the process minded signals. */
    private static final int TERMINATED = 128 + 15;
    /** What Java says, and exits with 1, where SIGTERM came while it was starting: no class of ours has run then. */
    private static final String ENDED_WHILE_STARTING = "Error occurred during initialization of VM";

    private final String name;
    private final Process process;
    private final Path out;
    private final Path err;
    private volatile boolean endExpected;

    private ChildProcess(final String name, final Process process, final Path out, final Path err) {
        this.name = name;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts a process.
     *
     * @param name    of it and of its files.
     * @param command to run.
     * @param dir     of its files.
     * @return the process.
     * @throws IOException where it can't be started.
     */
    static ChildProcess start(final String name, final List<String> command, final Path dir) throws IOException {
        final Path out = dir.resolve(name + ".out");
        final Path err = dir.resolve(name + ".err");
        final Process process = new ProcessBuilder(command)
            .redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        return new ChildProcess(name, process, out, err);
    }

    String name() {
        return name;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * The files that it has mapped.
     *
     * @param suffix of their names.
     * @return their paths, as the kernel tells them; none where it has ended.
     */
    Set<Path> mappedFiles(final String suffix) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/maps"))) {
            return lines.filter(line -> line.endsWith(suffix))
                .map(line -> Path.of(line.substring(line.indexOf('/')))).collect(Collectors.toSet());
        } catch (final IOException | UncheckedIOException e) {
            return Set.of();
        }
    }

    /** Where what it complains about is. */
    Path err() {
        return err;
    }

    /**
     * Whether it has said something.
     *
     * @param word at the beginning of a line.
     * @return true once it has.
     */
    boolean hasSaid(final String word) {
        try {
            return Files.exists(out) && Files.readString(out).lines().anyMatch(line -> line.startsWith(word));
        } catch (final IOException e) {
            return false;
        }
    }

    /**
     * Whether it has complained of something.
     *
     * @param word in what it wrote to standard error.
     * @return true where it has.
     */
    boolean hasComplainedOf(final String word) {
        try {
            return Files.exists(err) && Files.readString(err).contains(word);
        } catch (final IOException e) {
            return false;
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        endExpected = true;
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, from outside: {@link Process#destroy()} would close the pipes too. */
    void terminate() throws IOException, InterruptedException {
        endExpected = true;
        signal("-TERM");
    }

    /** SIGSTOP. */
    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /**
     * SIGSTOP, and waits until none of its threads runs any more.
     *
     * @param timeoutMs how long at most.
     * @throws Difference where one does.
     */
    void pauseWholly(final long timeoutMs) throws IOException, InterruptedException, Difference {
        pause();
        if (!Await.until(() -> !process.isAlive() || isStopped(), timeoutMs)) {
            throw new Difference("stuck: " + this + " is not stopped " + timeoutMs + " ms after SIGSTOP");
        }
    }

    /** The state of a thread follows its name, which is in brackets. */
    private boolean isStopped() {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            for (final Path thread : threads.toList()) {
                final String stat = Files.readString(thread.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    /** SIGCONT. */
    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(final String signal) throws IOException, InterruptedException {
        if (process.isAlive()) {
            new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
                .waitFor(SIGNAL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Asks it to finish. */
    void finish() throws IOException {
        endExpected = true;
        final OutputStream stdin = process.getOutputStream();
        stdin.write("finish\n".getBytes(StandardCharsets.US_ASCII));
        stdin.flush();
    }

    /** Whether it was killed or asked to end. */
    boolean isEndExpected() {
        return endExpected;
    }

    /** Whether it ended as one does that is killed or asked to end. */
    boolean hasEndedInOrder() {
        final int code = process.exitValue();
        return code == 0 || code == KILLED || code == TERMINATED || (code == 1 && hasSaid(ENDED_WHILE_STARTING));
    }

    /** Whether it ended without having been asked to. */
    boolean hasEndedByItself() {
        return !endExpected && !process.isAlive();
    }

    /**
     * Waits for its end.
     *
     * @param timeoutMs how long at most.
     * @return whether it has ended.
     */
    boolean awaitEnd(final long timeoutMs) throws InterruptedException {
        return process.waitFor(timeoutMs, TimeUnit.MILLISECONDS);
    }

    int exitCode() {
        return process.exitValue();
    }

    @Override
    public String toString() {
        return name + " (see " + err + ')';
    }
}
