package herald.engine;

import herald.dispatch.EventBatch;
import herald.event.EventFilter;
import herald.writer.EventWriter;
import herald.writer.WriterFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Two writers never meet in a file, however its path is spelled.
 */
@Timeout(120)
class WriterFilesTest {
    @TempDir
    private Path dir;

    /** Has a file and never writes to it. */
    private record FileOnly(String name, Path file) implements EventWriter {
        @Override
        public int write(final EventBatch batch, final int index) {
            return batch.size() - index;
        }

        @Override
        public void close() {
        }
    }

    private static void assertRefused(final Path one, final Path other) {
        assertThatThrownBy(() -> WriterFiles.requireApart(List.of(new FileOnly("a", one), new FileOnly("b", other))))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("give").hasMessageContaining(" a").hasMessageContaining(" b");
    }

    @Test
    void shouldRefuseOneFileUnderAnySpelling() throws IOException {
        final Path file = dir.resolve("out/events.ndjson");
        assertRefused(file, file);
        assertRefused(file, dir.resolve("out/./x/../events.ndjson"));
        assertRefused(file, Path.of("").toAbsolutePath().relativize(file));
        Files.createDirectories(file.getParent());
        Files.createSymbolicLink(dir.resolve("linked"), Path.of("out"));
        assertRefused(file, dir.resolve("linked/events.ndjson"));
        Files.createSymbolicLink(dir.resolve("dangling.ndjson"), Path.of("out/events.ndjson"));
        assertRefused(file, dir.resolve("dangling.ndjson"));
        Files.createFile(file);
        assertRefused(file, dir.resolve("dangling.ndjson"));
        Files.createLink(dir.resolve("hard.ndjson"), file);
        assertRefused(file, dir.resolve("hard.ndjson"));
    }

    @Test
    void shouldRefuseTheNameOfARotatedFile() {
        assertRefused(dir.resolve("events.ndjson"), dir.resolve("events.ndjson.1"));
        assertRefused(dir.resolve("events.ndjson.12"), dir.resolve("events.ndjson"));
    }

    @Test
    void shouldTakeFilesThatDiffer() {
        assertThatCode(() -> WriterFiles.requireApart(List.of(
            new FileOnly("a", dir.resolve("events.ndjson")),
            new FileOnly("b", dir.resolve("events.ndjson.old")),
            new FileOnly("c", dir.resolve("other/events.ndjson.1")),
            new CollectingWriter("d"),
            new CollectingWriter("e")))).doesNotThrowAnyException();
    }

    @Test
    void shouldRefuseThemAtTheStartOfAProxyAndLater() {
        final Path file = dir.resolve("events.ndjson");
        final EventProxy.Context both = new EventProxy.Context().dataDir(dir.resolve("data")).node("n")
            .writer(new FileOnly("a", file)).writer(new FileOnly("b", file));
        assertThatThrownBy(() -> EventProxy.launch(both))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a file of its own");

        final EventProxy.Context one = new EventProxy.Context().dataDir(dir.resolve("data")).node("n")
            .dedupKeyLimit(10_000).journalSegmentLength(256 * 1024).dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024).writer(new FileOnly("a", file));
        try (EventProxy proxy = EventProxy.launch(one)) {
            assertThatThrownBy(() -> proxy.writers().add(new FileOnly("b", file), EventFilter.ALL, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a file of its own");
        }
    }
}
