package herald.writers.file;

import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** What a file writer finds behind the last end of line: nobody's text is lost, whoever wrote it. */
@Timeout(120)
class LastLineTest {
    private static final String KUBERNETES =
        "{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"pod.1\"}";

    @TempDir
    private Path directory;

    @Test
    void shouldEndAndKeepWhatIsNoTornEvent() throws WriterException, IOException {
        final String event = eventLine();
        for (final String last : List.of(event + "\r", event + event, event + "{", KUBERNETES, KUBERNETES + "}",
            "Dear reader", "{}", "[", "{\"kind\":\"Event\",\"meta\":{\"name\":\"disk-full\",\"uu", "\n\r",
            "{\"kind\":\"Event\",\"meta\":{\"name\":\"0193A", "x".repeat(1 << 20), "{" + " ".repeat(1 << 20))) {
            final Path file = directory.resolve("events.ndjson");
            Files.writeString(file, "first\n" + last);
            write(file);

            final String shown = last.substring(0, Math.min(40, last.length()));
            assertThat(Files.readString(file).startsWith("first\n" + last + "\n{\"kind\":\"Event\",")).as(shown)
                .isTrue();
            assertThat(kept()).as(shown).isEmpty();
        }
    }

    @Test
    void shouldKeepWhatItCuts() throws WriterException, IOException {
        final String event = eventLine();
        final Path file = directory.resolve("events.ndjson");
        Files.writeString(directory.resolve("events.ndjson.torn.1"), "somebody's");
        int number = 2;
        for (final String torn : List.of("{", "{\"kind\":\"Ev", event.substring(0, 40), event.substring(0, 150),
            event.substring(0, event.length() - 1), event.substring(0, 150) + "\0\0\0")) {
            Files.writeString(file, "first\n" + torn);
            write(file);

            assertThat(Files.readString(file)).startsWith("first\n{\"kind\":\"Event\",").endsWith("}\n")
                .doesNotContain("\0");
            final Path kept = directory.resolve("events.ndjson.torn." + number++);
            assertThat(Files.readString(kept)).isEqualTo(torn);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept))).isEqualTo("rw-------");
        }
        assertThat(directory.resolve("events.ndjson.torn.1")).hasContent("somebody's");
        assertThat(kept()).hasSize(number - 1);
    }

    @Test
    void shouldKeepNoZeros() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        Files.write(file, new byte[5_000]);
        write(file);

        assertThat(Files.readString(file)).startsWith("{\"kind\":\"Event\",").endsWith("}\n");
        assertThat(kept()).isEmpty();
    }

    /** A link's target has what was cut beside it. */
    @Test
    void shouldKeepItBesideTheFileThatALinkLeadsTo() throws WriterException, IOException {
        final Path data = Files.createDirectory(directory.resolve("data"));
        Files.writeString(data.resolve("file"), "{\"kind\"");
        final Path link = Files.createSymbolicLink(directory.resolve("events.ndjson"), data.resolve("file"));
        write(link);

        assertThat(data.resolve("file.torn.1")).hasContent("{\"kind\"");
        assertThat(kept()).isEmpty();
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().contains(".torn.")).toList();
        }
    }

    private String eventLine() throws WriterException, IOException {
        final Path file = directory.resolve("sample");
        write(file);
        final byte[] line = Files.readAllBytes(file);
        return new String(Arrays.copyOf(line, line.length - 1), StandardCharsets.UTF_8);
    }

    private static void write(final Path file) throws WriterException {
        final WriterSpec spec = new WriterSpec("audit", "file", file.toString(), Map.of());
        try (EventWriter writer = new FileWriterFactory().create(spec)) {
            writer.write(EventBatches.numbered(1, "m"), 0);
        }
    }
}
