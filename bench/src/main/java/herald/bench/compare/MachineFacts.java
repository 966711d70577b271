package herald.bench.compare;

import herald.bench.BenchCommand;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a figure depends on beside Herald: the machine, the JVM, the versions of the libraries.
 */
final class MachineFacts {
    private static final Path MEMORY = Path.of("/dev/shm");

    private MachineFacts() {
    }

    static Map<String, Object> collect() {
        final Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("cores", Runtime.getRuntime().availableProcessors());
        facts.put("cpu", valueOf(Path.of("/proc/cpuinfo"), "model name"));
        facts.put("memory", valueOf(Path.of("/proc/meminfo"), "MemTotal"));
        facts.put("kernel", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
        facts.put("jdk", System.getProperty("java.vm.name") + ' ' + System.getProperty("java.vm.version"));
        facts.put("load", valueOf(Path.of("/proc/loadavg"), ""));
        facts.put("fileSystems", Map.of(
            "disk", fileSystem(Path.of(System.getProperty("java.io.tmpdir"))), "memory", fileSystem(MEMORY)));
        return facts;
    }

    /** The versions that Herald is built with, and those of the peers' jars. */
    static Map<String, String> versions() {
        final Map<String, String> versions = new TreeMap<>();
        try (Stream<Path> jars = Files.list(PeerProcess.directory().resolve("lib"))) {
            jars.map(jar -> jar.getFileName().toString())
                .filter(jar -> jar.matches("(kafka_|kafka-clients|log4j-core|chronicle-queue|disruptor).*\\.jar"))
                .sorted()
                .forEach(jar -> versions.put(
                    jar.replaceFirst("-[0-9][^-]*\\.jar$", ""), jar.replaceFirst(".*-([0-9][^-]*)\\.jar$", "$1")));
        } catch (final IOException | IllegalStateException e) {
            versions.put("peers", "not built");
        }
        final Properties own = new Properties();
        try (InputStream in = BenchCommand.class.getResourceAsStream("versions.properties")) {
            own.load(in);
        } catch (final IOException e) {
            throw new UncheckedIOException("cannot read versions.properties, which the build makes: build again", e);
        }
        own.stringPropertyNames().forEach(name -> versions.put(name, own.getProperty(name)));
        return versions;
    }

    private static String valueOf(final Path file, final String key) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(key.isEmpty() ? 0 : line.indexOf(':') + 1).trim()).orElse("unknown");
        } catch (final IOException e) {
            return "unknown";
        }
    }

    private static String fileSystem(final Path path) {
        try {
            return path + " on " + Files.getFileStore(path).type();
        } catch (final IOException e) {
            return path + ": " + e.getMessage();
        }
    }
}
