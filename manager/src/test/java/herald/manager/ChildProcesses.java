package herald.manager;

import herald.link.HeraldDirectory;
import org.agrona.IoUtil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Java processes of a test, with this one's class path and opened packages; each logs to NAME.log and has its data,
 * where it has any, in NAME, both in the test's directory.
 */
final class ChildProcesses implements AutoCloseable {
    private final Path dir;
    private final List<Process> started = new ArrayList<>();

    ChildProcesses(final Path dir) {
        this.dir = dir;
    }

    /** A UDP port and a TCP port that are free. */
    static int[] freePorts() throws IOException {
        try (DatagramSocket udp = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new int[] {udp.getLocalPort(), tcp.getLocalPort()};
        }
    }

    /**
     * Starts one.
     *
     * @param name    of it.
     * @param options of the virtual machine.
     * @param main    class to run.
     * @param args    of it.
     */
    Process start(final String name, final List<String> options, final Class<?> main, final String... args)
        throws IOException {
        return start(name, List.of(), options, main, args);
    }

    /**
     * Starts one that may not open many files.
     *
     * @param name        of it.
     * @param descriptors that it may have.
     * @param options     of the virtual machine.
     * @param main        class to run.
     * @param args        of it.
     */
    Process startWithin(
        final String name, final int descriptors, final List<String> options, final Class<?> main,
        final String... args) throws IOException {
        return start(name, List.of("bash", "-c", "ulimit -n " + descriptors + "; exec \"$0\" \"$@\""), options, main,
            args);
    }

    private Process start(
        final String name, final List<String> before, final List<String> options, final Class<?> main,
        final String... args) throws IOException {
        final List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--")) {
                command.add(argument);
            }
        }
        command.addAll(List.of("-XX:-UsePerfData", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(args));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(dir.resolve(name + ".log").toFile())).start();
        started.add(process);
        return process;
    }

    /** Kills all, and deletes what the media drivers that they embedded left. */
    @Override
    public void close() {
        for (final Process process : started) {
            process.destroyForcibly().onExit().join();
        }
        try (Stream<Path> files = Files.list(dir)) {
            files.filter(Files::isDirectory).forEach(
                data -> IoUtil.delete(HeraldDirectory.aeronDir(data).toFile(), true));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
