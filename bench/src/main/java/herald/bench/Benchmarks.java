package herald.bench;

import org.openjdk.jmh.Main;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Runs the benchmarks: JMH's command line, with the options that the JVMs it starts need. To give them more options use
 * {@code -jvmArgs}; {@code -jvmArgsAppend} is taken.
 */
public final class Benchmarks {
    private static final int NATIVE_ACCESS_RESTRICTED_SINCE = 24;
    private static final String OPTIONS = "jvm.options";
    private static final String ISOLATION = "isolation";

    private Benchmarks() {
    }

    /**
     * Runs what the command line names.
     *
     * @param args as JMH takes them, or {@code isolation} and what {@link Isolation} takes.
     * @throws IOException where JMH can't read or write.
     */
    public static void main(final String[] args) throws IOException {
        if (args.length > 0 && ISOLATION.equals(args[0])) {
            Isolation.run(Arrays.copyOfRange(args, 1, args.length));
            return;
        }
        final List<String> line = new ArrayList<>(List.of("-jvmArgsAppend", String.join(" ", jvmOptions())));
        line.addAll(Arrays.asList(args));
        Main.main(line.toArray(new String[0]));
    }

    /**
     * What a JVM needs to run a benchmark: the manifest of the jar says the same, but only to the JVM that it starts.
     *
     * @return its options.
     */
    static List<String> jvmOptions() {
        final List<String> options = new ArrayList<>();
        try (InputStream in = Benchmarks.class.getResourceAsStream(OPTIONS)) {
            options.addAll(List.of(new String(in.readAllBytes(), StandardCharsets.UTF_8).trim().split("\\s+")));
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read " + OPTIONS + ", which the build makes: build again", e);
        }
        options.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        if (Runtime.version().feature() >= NATIVE_ACCESS_RESTRICTED_SINCE) {
            options.add("--sun-misc-unsafe-memory-access=allow");
            options.add("--enable-native-access=ALL-UNNAMED");
        }
        return options;
    }
}
