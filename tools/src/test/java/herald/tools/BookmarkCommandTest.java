package herald.tools;

import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.recorder.EventRecorder;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A writer that is taken out of the configuration and comes back: it goes on at its bookmark, or is new where that was
 * forgotten.
 */
@Timeout(120)
class BookmarkCommandTest {
    @TempDir
    private Path dir;

    @Test
    void shouldKeepTheBookmarkOfAWriterThatIsAway() throws IOException {
        run(true, "one");
        run(false, "two");
        run(true, "three");

        assertThat(delivered()).containsExactly("one", "two", "three");
    }

    @Test
    void shouldForgetTheBookmarkAsTold() throws IOException {
        run(true, "one");
        run(false, "two");

        final Cli call = Cli.run("bookmark", "forget", "events", "--data-dir=" + dataDir());

        assertThat(call.exitCode()).isZero();
        assertThat(call.out()).isEqualTo("forgotten: events\n");
        run(true, "three");
        assertThat(delivered()).containsExactly("one", "three");
    }

    @Test
    void shouldRefuseWhileAProxyRunsAndNamesThatAreNone() {
        run(true, "one");
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir()))) {
            final Cli running = Cli.run("bookmark", "forget", "events", "--data-dir=" + proxy.dataDir());
            assertThat(running.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(running.err()).contains("a proxy runs in");
        }
        for (final String name : List.of("evnts", "../lock", "")) {
            final Cli unknown = Cli.run("bookmark", "forget", name, "--data-dir=" + dataDir());
            assertThat(unknown.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(unknown.err()).contains("no bookmark of a writer \"" + name + "\"");
        }
        assertThat(dataDir().resolve("bookmarks/events.bookmark")).exists();
        assertThat(Cli.run("bookmark").exitCode()).isEqualTo(ExitCode.USAGE);
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    /** One run of a proxy with or without the writer, in which one event is recorded and dispatched. */
    private void run(final boolean withWriter, final String message) {
        final EventProxy.Context context = Recorded.proxyContext(dataDir());
        if (withWriter) {
            final WriterSpec spec =
                new WriterSpec("events", "file", dir.resolve("events.ndjson").toString(), Map.of());
            context.writer(EventWriters.factory(spec).create(spec));
        }
        try (EventProxy proxy = EventProxy.launch(context);
            EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            recorder.record(ClusterEvents.LEADER_LOST, null, message, null);
            Recorded.awaitJournaled(recorder);
            if (withWriter) {
                await().until(() -> delivered().contains(message));
            }
        }
    }

    private List<String> delivered() throws IOException {
        final Path file = dir.resolve("events.ndjson");
        return Files.exists(file) ? Files.readAllLines(file).stream()
            .map(line -> line.replaceAll(".*\"message\":\"([^\"]*)\".*", "$1")).toList() : List.of();
    }
}
