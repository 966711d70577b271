package herald.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command line of a JVM that the bench starts beside itself: this Java, this class path, and the options that
 * {@code herald proxy} gets.
 */
public final class BenchJvm {
    private static final List<String> OPTIONS = List.of(
        "-XX:+UseSerialGC", "-XX:+UseTransparentHugePages", "-Xms16m", "-Xmx512m", "-XX:-UsePerfData",
        "-Djava.awt.headless=true");

    private BenchJvm() {
    }

    /**
     * All before the main class.
     *
     * @param more options, which win over those of the bench.
     * @return the words.
     */
    public static List<String> command(final List<String> more) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(Benchmarks.jvmOptions());
        command.addAll(more);
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        return command;
    }
}
