package herald.bench.compare;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A peer in a process of its own, with a class path of its own: the bench has no peer on its own one.
 */
final class PeerProcess implements Contender {
    /** Names the directory that the peers were built into. */
    static final String PEERS_PROPERTY = "herald.bench.peers";

    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long END_SECONDS = 10;
    private static final List<String> OPENS = List.of(
        "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
        "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
        "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-opens=java.base/java.io=ALL-UNNAMED",
        "--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

    private final String name;
    private final Process process;
    private final BufferedReader answers;
    private final Path log;
    private final PeerProcess needed;

    private PeerProcess(
        final Workspace workspace, final Path dir, final String name, final PeerProcess needed, final String... args)
        throws IOException {
        this.name = name;
        this.needed = needed;
        log = dir.resolve(name + ".err");
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPENS);
        command.addAll(List.of("-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Djava.io.tmpdir=" + dir, "-cp", classPath(), "herald.peers.PeerMain", name,
            dir.resolve(name).toString()));
        command.addAll(List.of(args));
        process = workspace.start(new ProcessBuilder(command).redirectError(log.toFile()));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        answer();
    }

    /** A peer that is a library, its data in the memory that Herald's in-process rows use too. */
    static PeerProcess library(final Workspace workspace, final String name) throws IOException {
        return new PeerProcess(workspace, workspace.inMemory(), name, null);
    }

    /** A broker with its data on disk, and a producer in another process. */
    static PeerProcess kafka(final Workspace workspace) throws IOException {
        final Path dir = workspace.onDisk();
        final String port = freePort();
        final PeerProcess broker = new PeerProcess(workspace, dir, "kafka-broker", null, port, freePort());
        return new PeerProcess(workspace, dir, "kafka-producer", broker, port);
    }

    private static String freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Integer.toString(socket.getLocalPort());
        }
    }

    private static String classPath() {
        final Path peers = directory();
        return peers.resolve("classes") + File.pathSeparator + peers.resolve("lib") + File.separator + '*';
    }

    /** Where the peers were built. */
    static Path directory() {
        final Path peers = Path.of(System.getProperty(PEERS_PROPERTY, "bench/peers/target")).toAbsolutePath();
        if (!Files.isDirectory(peers.resolve("lib"))) {
            throw new IllegalStateException("no peers in " + peers + ": build them with mvn -pl bench/peers package, " +
                "or name their directory with -D" + PEERS_PROPERTY);
        }
        return peers;
    }

    private String answer() throws IOException {
        final String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " has ended: " + (Files.exists(log) ? Files.readString(log) : ""));
        }
        return line;
    }

    @Override
    public Map<String, Double> measure(final long durationNs) throws IOException {
        final OutputStream stdin = process.getOutputStream();
        stdin.write((TimeUnit.NANOSECONDS.toMillis(durationNs) + "\n").getBytes(StandardCharsets.US_ASCII));
        stdin.flush();
        final String[] words = answer().split(" ", -1);
        final String figure = needed == null ? name : "kafka";
        return Map.of(figure, Long.parseLong(words[0]) * NS_PER_SECOND / Long.parseLong(words[1]));
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (final IOException e) {
            process.destroyForcibly();
        } catch (final InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        if (needed != null) {
            needed.close();
        }
    }
}
