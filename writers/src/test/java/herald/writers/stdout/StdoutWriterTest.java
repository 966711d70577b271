package herald.writers.stdout;

import herald.dispatch.EventBatch;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.ChildJvm;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Standard output, in this process and as a pipe of another one. */
@Timeout(120)
class StdoutWriterTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void shouldWriteALineForEachEventFromTheIndexOn() throws WriterException {
        final EventBatch batch = EventBatches.numbered(3, "event é ");

        assertThat(new StdoutWriter("w", false, out).write(batch, 1)).isEqualTo(2);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).satisfiesExactly(
            line -> assertThat(line).endsWith("Link/eth0 event é 1"),
            line -> assertThat(line).endsWith("Link/eth0 event é 2"));
    }

    @Test
    void shouldWriteJson() throws WriterException {
        new StdoutWriter("w", true, out).write(EventBatches.numbered(2, "event "), 0);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(2)
            .allSatisfy(line -> assertThat(line).startsWith("{\"kind\":\"Event\",").endsWith("}"));
    }

    @Test
    void shouldReportAClosedPipeAsRetryable() throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(ChildJvm.command(List.of(), Endless.class)).start();
        try (BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).contains("Link/eth0 event 0");
            process.getInputStream().close();

            assertThat(errors.lines()).anySatisfy(line -> assertThat(line)
                .startsWith("retryable=true done=0 standard output takes nothing: Broken pipe"));
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldNameWhatIsWrongWithASpecification() {
        final StdoutWriterFactory factory = new StdoutWriterFactory();

        assertThatThrownBy(() -> factory.create(new WriterSpec("s", "stdout", "", Map.of("format", "xml"))))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("writer s (stdout): option format \"xml\" is none of pretty, json");
        assertThatThrownBy(() -> factory.create(WriterSpec.parse("stdout:json")))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("\"json\"");
        assertThatThrownBy(() -> factory.create(new WriterSpec("s", "stdout", "", Map.of("colour", "true"))))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("writer s (stdout): has no option colour; its options are format");
    }

    /** Writes until nobody reads any more, and says how it learnt that. */
    static final class Endless {
        private Endless() {
        }

        public static void main(final String[] args) {
            final EventBatch batch = EventBatches.numbered(100, "event ");
            final var writer = new StdoutWriterFactory().create(WriterSpec.parse("stdout"));
            try {
                while (true) {
                    writer.write(batch, 0);
                }
            } catch (final WriterException e) {
                System.err.println("retryable=" + e.retryable() + " done=" + e.done() + " " + e.getMessage());
            }
        }
    }
}
