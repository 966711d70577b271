package herald.engine;

import herald.dispatch.EventBatch;
import herald.event.EventFilter;
import herald.testing.Mount;
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

    private static void assertTaken(final Path one, final Path other) {
        assertThatCode(() -> WriterFiles.requireApart(List.of(new FileOnly("a", one), new FileOnly("b", other))))
            .doesNotThrowAnyException();
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
    void shouldRefuseOneFileWhoseDirectoryIsMountedTwice() throws Exception {
        final Path one = Files.createDirectory(dir.resolve("one"));
        final Path plain = Files.createDirectory(dir.resolve("two"));
        try (Mount mount = Mount.again(one, plain)) {
            final Path two = mount.point();
            assertRefused(one.resolve("events.ndjson"), two.resolve("events.ndjson"));
            assertRefused(one.resolve("deep/er/events.ndjson"), two.resolve("deep/er/events.ndjson"));
            assertRefused(one.resolve("events.ndjson"), two.resolve("events.ndjson.3"));
            Files.createSymbolicLink(one.resolve("dangling.ndjson"), two.resolve("new/events.ndjson"));
            assertRefused(two.resolve("dangling.ndjson"), one.resolve("new/events.ndjson"));
            Files.createDirectories(one.resolve("deep/er"));
            assertRefused(one.resolve("deep/er/events.ndjson"), two.resolve("deep/er/events.ndjson"));
            Files.createFile(two.resolve("deep/er/events.ndjson"));
            assertRefused(one.resolve("deep/er/events.ndjson"), two.resolve("deep/er/events.ndjson"));
            assertTaken(one.resolve("a.ndjson"), two.resolve("b.ndjson"));
            assertTaken(one.resolve("a/events.ndjson"), two.resolve("events.ndjson"));
        }
        assertTaken(one.resolve("events.ndjson"), plain.resolve("events.ndjson"));
    }

    @Test
    void shouldRefuseOneFileThatIsMountedTwice() throws Exception {
        final Path one = Files.createFile(dir.resolve("one.ndjson"));
        final Path two = Files.createFile(dir.resolve("two.ndjson"));
        try (Mount mount = Mount.again(one, two)) {
            assertRefused(one, mount.point());
        }
        assertTaken(one, two);
    }

    @Test
    void shouldRefuseHeraldsOwnFilesAndTakeOthersBesideThem() throws Exception {
        final Path data = dir.resolve("data");
        assertNotHeralds(data);
        try (EventProxy proxy = EventProxy.launch(small(data))) {
            assertNotHeralds(data);
            Files.createSymbolicLink(dir.resolve("link"), data.resolve("journal"));
            assertOwn(data, dir.resolve("link/events.ndjson"));
            final Path mounted = Files.createDirectory(dir.resolve("mounted"));
            try (Mount mount = Mount.again(data.resolve("dispatch"), mounted)) {
                assertOwn(data, mount.point().resolve("events.ndjson"));
            }
            try (Mount mount = Mount.again(data, mounted)) {
                assertOwn(data, mount.point().resolve("counters.dat"));
            }
            assertThatThrownBy(() -> proxy.writers()
                .add(new FileOnly("late", data.resolve("spool/events.ndjson")), EventFilter.ALL, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("late")
                .hasMessageContaining("outside the data directory");
            proxy.writers().add(new FileOnly("beside", data.resolve("events.ndjson")), EventFilter.ALL, false);
        }
    }

    private void assertNotHeralds(final Path data) {
        for (final String name : List.of("lock", ".lock.owner", "identity", "counters.dat", "journal/events.ndjson",
            "bookmarks/audit.bookmark", "spool/a/b.spool", "remote-spool/h/x", "policies/p.yaml", "x/../format")) {
            assertOwn(data, data.resolve(name));
        }
        // Rotation would rename what is there.
        assertOwn(dir.resolve("data.1"), dir.resolve("data"));
        assertOwn(dir.resolve("data.3/deep"), dir.resolve("data"));
        for (final String name : List.of(".", "journal", "spool/driver")) {
            assertThatThrownBy(() -> EventProxy.launch(small(data).aeronDirectoryName(data.resolve(name).toString())))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("aeronDirectoryName is ")
                .hasMessageContaining("outside the data directory " + data);
        }
    }

    private void assertOwn(final Path data, final Path file) {
        assertThatThrownBy(() -> EventProxy.launch(small(data).writer(new FileOnly("a", file))))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("writer a writes to " + file)
            .hasMessageContaining("data directory").hasMessageContaining("name ");
    }

    private static EventProxy.Context small(final Path data) {
        return new EventProxy.Context().dataDir(data).node("n")
            .dedupKeyLimit(10_000).journalSegmentLength(256 * 1024).dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024);
    }

    @Test
    void shouldRefuseTheNameOfARotatedFile() throws IOException {
        assertRefused(dir.resolve("events.ndjson"), dir.resolve("events.ndjson.1"));
        assertRefused(dir.resolve("events.ndjson.12"), dir.resolve("events.ndjson"));
        // What is renamed is the link.
        Files.createDirectory(dir.resolve("out"));
        Files.createSymbolicLink(dir.resolve("link.ndjson"), dir.resolve("out/events.ndjson"));
        assertRefused(dir.resolve("link.ndjson"), dir.resolve("link.ndjson.1"));
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
        final EventProxy.Context both = small(dir.resolve("data"))
            .writer(new FileOnly("a", file)).writer(new FileOnly("b", file));
        assertThatThrownBy(() -> EventProxy.launch(both))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a file of its own");

        final EventProxy.Context one = small(dir.resolve("data")).writer(new FileOnly("a", file));
        try (EventProxy proxy = EventProxy.launch(one)) {
            assertThatThrownBy(() -> proxy.writers().add(new FileOnly("b", file), EventFilter.ALL, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a file of its own");
        }
    }
}
