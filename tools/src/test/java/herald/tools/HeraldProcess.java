package herald.tools;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * {@code herald} in a process of its own, with the class path of the tests. What it says goes to files. It is gone at
 * the end, whatever happened.
 */
final class HeraldProcess implements AutoCloseable {
    private static final long TIMEOUT_SECONDS = 60;

    private final Process process;
    private final Path out;
    private final Path err;

    private HeraldProcess(final Process process, final Path out, final Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** The command that runs herald. */
    static List<String> command(final String... args) {
        return command(List.of(), System.getProperty("java.class.path"), args);
    }

    private static List<String> command(
        final List<String> jvmOptions, final String classPath, final String... args) {
        return command(jvmOptions, classPath, HeraldCommand.class, args);
    }

    private static List<String> command(
        final List<String> jvmOptions, final String classPath, final Class<?> main, final String... args) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-") || argument.startsWith("--sun-") || argument.startsWith("--enable-")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-XX:-UsePerfData", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Starts herald with nothing on stdin. */
    static HeraldProcess start(final Path dir, final String... args) throws IOException {
        return startWith(Redirect.from(Path.of("/dev/null").toFile()), dir, args);
    }

    /** Starts herald. */
    static HeraldProcess startWith(final Redirect stdin, final Path dir, final String... args) throws IOException {
        return start(command(args), stdin, dir);
    }

    /** Starts another main class in the same way, with a pipe as its stdin. */
    static HeraldProcess startMain(
        final Class<?> main, final List<String> jvmOptions, final Path dir, final String... args) throws IOException {
        return start(command(jvmOptions, System.getProperty("java.class.path"), main, args), Redirect.PIPE, dir);
    }

    /** Starts herald with JVM options of its own: the last one of a kind counts. */
    static HeraldProcess startWith(final List<String> jvmOptions, final Path dir, final String... args)
        throws IOException {
        return start(command(jvmOptions, System.getProperty("java.class.path"), args),
            Redirect.from(Path.of("/dev/null").toFile()), dir);
    }

    /** Starts herald with some of its classes replaced by those of a directory. */
    static HeraldProcess startPatched(
        final Path classes, final List<String> jvmOptions, final Path dir, final String... args) throws IOException {
        final String classPath = classes + File.pathSeparator + System.getProperty("java.class.path");
        return start(command(jvmOptions, classPath, args), Redirect.from(Path.of("/dev/null").toFile()), dir);
    }

    /** Starts herald as another user, with a class path that this one can read. */
    static HeraldProcess startAs(
        final OtherUser user, final String classPath, final Redirect stdin, final Path dir, final String... args)
        throws IOException {
        return start(user.command(command(List.of(), classPath, args)), stdin, dir);
    }

    /** Starts herald as another user, by a command that is the outer one and runs its arguments. */
    static HeraldProcess startInside(
        final List<String> outer, final OtherUser user, final String classPath, final Path dir, final String... args)
        throws IOException {
        final List<String> command = new ArrayList<>(outer);
        command.addAll(user.command(command(List.of(), classPath, args)));
        return start(command, Redirect.from(Path.of("/dev/null").toFile()), dir);
    }

    /** Starts herald by a command that is the outer one and runs its arguments. */
    static HeraldProcess startInside(final List<String> outer, final Path dir, final String... args)
        throws IOException {
        final List<String> command = new ArrayList<>(outer);
        command.addAll(command(args));
        return start(command, Redirect.from(Path.of("/dev/null").toFile()), dir);
    }

    private static HeraldProcess start(final List<String> command, final Redirect stdin, final Path dir)
        throws IOException {
        final Path out = Files.createTempFile(dir, "herald-", ".out");
        final Path err = Files.createTempFile(dir, "herald-", ".err");
        final ProcessBuilder builder = new ProcessBuilder(command)
            .redirectInput(stdin).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().remove("HERALD_DATA_DIR");
        builder.environment().remove("HERALD_DEBUG");
        return new HeraldProcess(builder.start(), out, err);
    }

    /** Runs herald to its end. */
    static HeraldProcess run(final Path dir, final String... args) throws IOException, InterruptedException {
        try (HeraldProcess herald = start(dir, args)) {
            herald.exitCode();
            return herald;
        }
    }

    /** Starts a proxy and waits until it is ready. */
    static HeraldProcess proxy(final Path dir, final Path dataDir, final String... more) throws IOException {
        final List<String> args = new ArrayList<>(List.of("proxy", "--data-dir=" + dataDir, "--node=node-1"));
        args.addAll(List.of(more));
        final HeraldProcess proxy = start(dir, args.toArray(new String[0]));
        try {
            proxy.awaitOut("ready");
            return proxy;
        } catch (final RuntimeException | Error e) {
            proxy.close();
            throw e;
        }
    }

    void awaitOut(final String text) {
        await().atMost(TIMEOUT_SECONDS, TimeUnit.SECONDS).until(() -> {
            assertThat(process.isAlive() || out().contains(text))
                .withFailMessage(() -> "ended without \"" + text + "\": " + out() + err()).isTrue();
            return out().contains(text);
        });
    }

    /** What its stdin is fed with, where that is a pipe. */
    OutputStream stdin() {
        return process.getOutputStream();
    }

    String out() {
        return read(out);
    }

    String err() {
        return read(err);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** The processes that it has started, and those that they have. */
    List<ProcessHandle> descendants() {
        return process.descendants().toList();
    }

    /** Waits for the end. */
    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).as("ended in time").isTrue();
        return process.exitValue();
    }

    /** SIGTERM. */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitCode();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitCode();
    }

    /** Leaves a test out where whoever runs it ignores a signal, as nohup does, and so do the processes it starts. */
    static void assumeHeeded(final int signal) throws IOException {
        final String ignored = Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("SigIgn:")).findFirst().orElseThrow();
        final long mask = Long.parseUnsignedLong(ignored.substring("SigIgn:".length()).trim(), 16);
        assumeTrue((mask >> (signal - 1) & 1) == 0, "signal " + signal + " is ignored here");
    }

    /** Sends a signal: STOP, CONT. */
    void signal(final String name) throws IOException, InterruptedException {
        final Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && kill.exitValue() == 0).as(name).isTrue();
    }

    /** Stops the process for a time, as a debugger or a suspended machine would. */
    void pause(final Duration time) throws IOException, InterruptedException {
        signal("STOP");
        await().pollDelay(time).atMost(time.plusSeconds(TIMEOUT_SECONDS)).until(() -> true);
        signal("CONT");
    }

    private static String read(final Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
