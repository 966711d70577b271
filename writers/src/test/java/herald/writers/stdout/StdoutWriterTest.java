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
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Standard output, in this process and as a pipe of another one. */
@Timeout(120)
class StdoutWriterTest {
    private static final List<String> NON_BLOCKING_STDOUT = List.of("perl", "-MFcntl", "-e",
        "fcntl(STDOUT, F_SETFL, fcntl(STDOUT, F_GETFL, 0) | O_NONBLOCK) or die; exec @ARGV");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StandardOutput output = new StandardOutput(Channels.newChannel(out));

    @Test
    void shouldWriteALineForEachEventFromTheIndexOn() throws WriterException {
        final EventBatch batch = EventBatches.numbered(3, "event é ");

        assertThat(new StdoutWriter("w", false, output).write(batch, 1)).isEqualTo(2);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).satisfiesExactly(
            line -> assertThat(line).endsWith("Link/eth0 event é 1"),
            line -> assertThat(line).endsWith("Link/eth0 event é 2"));
    }

    @Test
    void shouldWriteJson() throws WriterException {
        new StdoutWriter("w", true, output).write(EventBatches.numbered(2, "event "), 0);

        assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(2)
            .allSatisfy(line -> assertThat(line).startsWith("{\"kind\":\"Event\",").endsWith("}"));
    }

    @Test
    void shouldGoOnInTheLineThatWasWrittenInPart() throws WriterException {
        final EventBatch batch = EventBatches.numbered(3, "event ");
        new StdoutWriter("w", false, output).write(batch, 0);
        final String whole = out.toString(StandardCharsets.UTF_8);
        for (int room = 0; room < whole.length(); room += 7) {
            out.reset();
            final Filling filling = new Filling(Channels.newChannel(out), room);
            final StdoutWriter writer = new StdoutWriter("w", false, new StandardOutput(filling));
            int done = 0;
            try {
                done = writer.write(batch, 0);
            } catch (final WriterException e) {
                assertThat(e.retryable()).isTrue();
                assertThat(e).hasMessageContaining("no room");
                assertThat((long)e.done()).isEqualTo(whole.chars().limit(room).filter(c -> c == '\n').count());
                filling.room = whole.length();
                done = e.done();
                done += writer.write(batch, done);
            }
            assertThat(done).isEqualTo(3);
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(whole);
        }
    }

    /** The parent reads a little at a time, from a pipe that is never waited for: the kernel says EAGAIN. */
    @Test
    void shouldWriteEachLineOnceIntoAPipeThatDoesNotBlock() throws Exception {
        final Process process = new ProcessBuilder(ChildJvm.command(NON_BLOCKING_STDOUT, Many.class)).start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            await().until(() -> Files.readString(Path.of("/proc", Long.toString(process.pid()), "fdinfo", "1"))
                .contains("flags:\t04001"));
            for (int i = 0; i < Many.BATCHES * Many.BATCH_SIZE; i++) {
                assertThat(lines.readLine()).endsWith(" event " + i % Many.BATCH_SIZE);
            }
            assertThat(lines.readLine()).isNull();
            assertThat(process.waitFor()).as(new String(process.getErrorStream().readAllBytes(), UTF_8)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** An interrupt, as of an agent that is closed, must not close the descriptor of the application. */
    @Test
    void shouldLeaveStandardOutputOpenWhereItsThreadIsInterrupted() throws Exception {
        final Process process = new ProcessBuilder(ChildJvm.command(List.of(), Interrupted.class)).start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
            BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(errors.readLine()).startsWith("retryable=true done=0");
            assertThat(lines.lines()).anyMatch(line -> line.startsWith("the application's"));
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void shouldReportAClosedPipeAsRetryable() throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(ChildJvm.command(List.of(), Endless.class)).start();
        try (BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
            assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).contains("Link/eth0 event 0");
            process.getInputStream().close();

            assertThat(errors.lines()).anySatisfy(line -> assertThat(line)
                .matches("retryable=true done=\\d+ standard output takes nothing: Broken pipe.*"));
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

    /** Takes no more than there is room for. */
    private static final class Filling implements WritableByteChannel {
        private final WritableByteChannel channel;
        private int room;

        Filling(final WritableByteChannel channel, final int room) {
            this.channel = channel;
            this.room = room;
        }

        @Override
        public int write(final ByteBuffer bytes) throws IOException {
            if (room == 0) {
                throw new IOException("no room");
            }
            final int length = Math.min(room, bytes.remaining());
            final int taken = channel.write(bytes.slice(bytes.position(), length));
            bytes.position(bytes.position() + taken);
            room -= taken;
            return taken;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
        }
    }

    /** Writes more than a pipe holds, many times over. */
    static final class Many {
        static final int BATCHES = 40;
        static final int BATCH_SIZE = 1_000;

        private Many() {
        }

        public static void main(final String[] args) throws WriterException {
            final EventBatch batch = EventBatches.numbered(BATCH_SIZE, "event ");
            final var writer = new StdoutWriterFactory().create(WriterSpec.parse("stdout"));
            for (int i = 0; i < BATCHES; i++) {
                writer.write(batch, 0);
            }
        }
    }

    /** Is interrupted while nobody reads, and goes on to use standard output itself. */
    static final class Interrupted {
        private Interrupted() {
        }

        public static void main(final String[] args) throws InterruptedException {
            final Thread writing = new Thread(() -> Endless.main(args));
            writing.start();
            await().during(Duration.ofMillis(200)).until(Interrupted::isWriting);
            writing.interrupt();
            writing.join();
            System.out.println("\nthe application's");
        }

        private static boolean isWriting() {
            return Thread.getAllStackTraces().entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("herald-stdout"))
                .anyMatch(thread -> thread.getValue()[0].getMethodName().equals("write0"));
        }
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
