package herald.io;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A second process with the class path of the tests, which can be killed at any instruction.
 */
public final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader output;

    /**
     * Starts a process.
     *
     * @param main      class to run.
     * @param arguments of it.
     * @throws IOException where it can't be started.
     */
    public ChildJvm(final Class<?> main, final String... arguments) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--add-")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-Xmx64m", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * The next line that the process says.
     *
     * @return null where it ended.
     * @throws IOException where it can't be read.
     */
    public String readLine() throws IOException {
        return output.readLine();
    }

    /**
     * Kills the process, as {@code kill -9} does, and waits until it is gone.
     *
     * @throws InterruptedException where the test is late.
     */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor(60, TimeUnit.SECONDS);
    }

    /** Gone when this returns: its locks go with it. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
