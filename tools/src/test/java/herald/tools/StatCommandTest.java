package herald.tools;

import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.recorder.EventRecorder;
import herald.recorder.RecorderCounter;
import herald.stage.ProxyCounter;
import herald.writer.Bookmark;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What {@code herald stat} shows of a data directory.
 */
@Timeout(120)
class StatCommandTest {
    @TempDir
    private Path dir;

    @Test
    void shouldShowCountersAndWritersOfLiveAndOfStoppedProxy() throws IOException {
        final WriterSpec spec = new WriterSpec("events", "file", dir.resolve("events.ndjson").toString(), Map.of());
        try (EventProxy proxy = EventProxy.launch(
            Recorded.proxyContext(dataDir()).writer(EventWriters.factory(spec).create(spec)));
            EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            for (int i = 0; i < 5; i++) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null);
            }
            Recorded.awaitJournaled(recorder);

            await().untilAsserted(() -> assertThat(stat().out()).contains("1  events delivered, by all writers"));
            assertThat(stat().out()).containsPattern(" 5 +events journaled").contains("writer events: delivered up to");
        }
        final Map<String, String> before = files();

        final Cli call = stat();

        assertThat(call.exitCode()).isZero();
        assertThat(call.err()).isEmpty();
        assertThat(call.out()).containsPattern(" 5 +events journaled")
            .containsPattern("writer events: delivered up to position \\d+ of the dispatch log, 0 batches behind")
            .contains("  delivered=1 filtered=0 retries=0 dead-letters=0 lost-bytes=0\n");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void shouldShowWhatRecordersRefusedWhereNoProxyHasRun() throws IOException {
        try (EventRecorder recorder = EventRecorder.launch(
            new EventRecorder.Context().component("lonely").eventTypes(ClusterEvents.CATALOG)
                .dataDir(dataDir()))) {
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "x".repeat(100_000), null))
                .isEqualTo(EventRecorder.TOO_LONG);
            final Cli call = stat();

            assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
            assertThat(call.out()).contains("1  recorder lonely: events refused: over the length limit");
            assertThat(call.err()).contains(dataDir().toString());
        }
    }

    @Test
    void shouldShowSinceWhenAWriterCanNotRotateItsFile() throws IOException {
        final Path rotated = dir.resolve("events.ndjson.1");
        final WriterSpec spec = new WriterSpec("events", "file", dir.resolve("events.ndjson").toString(),
            Map.of("maxBytes", "1KiB", "keep", "1"));
        try (EventProxy proxy = EventProxy.launch(
            Recorded.proxyContext(dataDir()).writer(EventWriters.factory(spec).create(spec)));
            EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            Files.writeString(rotated, "somebody's");
            for (int i = 0; i < 5; i++) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "lost " + i + "x".repeat(500), null);
            }
            await().untilAsserted(() -> assertThat(stat().out()).contains(" hindered-since=20"));
            assertThat(proxy.writers().failing()).containsEntry("events", true);
            await().untilAsserted(() -> assertThat(Files.readAllLines(dir.resolve("events.ndjson"))).hasSize(5));

            Files.delete(rotated);
            recorder.record(ClusterEvents.LEADER_LOST, null, "found", null);
            await().untilAsserted(() -> assertThat(stat().out()).contains("delivered=6").doesNotContain("hindered"));
            assertThat(proxy.writers().failing()).containsEntry("events", false);
        }
        assertThat(Files.readAllLines(rotated)).hasSize(5);
    }

    @Test
    void shouldShowCountersThatAreZeroOnlyWhereAsked() {
        EventProxy.launch(Recorded.proxyContext(dataDir())).close();

        assertThat(stat().out()).doesNotContain("events journaled");
        assertThat(stat("--all").out()).containsPattern(" 0 +events journaled");
    }

    /** What was refused reached no proxy: the recorders' spools say so, while they run and after. */
    @Test
    void shouldAddUpWhatRecordersRefused() {
        EventProxy.launch(Recorded.proxyContext(dataDir())).close();
        final String tooLong = "x".repeat(100_000);
        try (EventRecorder recorder = refusing("cmd"); EventRecorder second = refusing("cmd");
            EventRecorder other = refusing("net")) {
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, tooLong, null))
                .isEqualTo(EventRecorder.TOO_LONG);
            int accepted = 0;
            while (second.record(ClusterEvents.LEADER_LOST, null, "lost", null) > 0) {
                accepted++;
            }
            assertThat(second.record(ClusterEvents.LEADER_LOST, null, tooLong, null))
                .isEqualTo(EventRecorder.TOO_LONG);

            assertThat(other.counter(RecorderCounter.SPOOL_FULL)).isZero();
            assertThat(stat().out()).containsPattern("\n +1  recorder cmd: events refused: spool full\n")
                .containsPattern("\n +2  recorder cmd: events refused: over the length limit\n")
                .doesNotContain("recorder net");
            assertThat(stat("-a").out())
                .containsPattern("\n +" + accepted + "  recorder cmd: events accepted into the spool\n")
                .containsPattern("\n +0  recorder net: events refused: spool full\n");
        }
        assertThat(stat().out()).containsPattern("\n +2  recorder cmd: events refused: over the length limit\n");
    }

    @Test
    void shouldStillCountWhatRecordersRefusedWhoseSpoolsAreDeleted() {
        try (EventProxy proxy = EventProxy.launch(
            Recorded.proxyContext(dataDir()).spoolAgeNs(TimeUnit.MILLISECONDS.toNanos(100)))) {
            for (int job = 1; job <= 3; job++) {
                try (EventRecorder recorder = refusing("job-" + job)) {
                    assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "x".repeat(100_000), null))
                        .isEqualTo(EventRecorder.TOO_LONG);
                    assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "lost", null)).isEqualTo(1);
                }
            }
            await().until(() -> proxy.counters().get(ProxyCounter.SPOOLS_RETIRED) == 3);

            assertThat(proxy.counters().get(ProxyCounter.JOURNALED)).isEqualTo(3);
            assertThat(dataDir().resolve("spool")).isDirectoryNotContaining("glob:**.spool");
            assertThat(stat().out()).containsPattern(" 3  spools deleted: drained, and long without an owner\n")
                .containsPattern("\n +1  recorder job-1: events refused: over the length limit\n")
                .containsPattern("\n +1  recorder job-3: events refused: over the length limit\n");
        }
    }

    private EventRecorder refusing(final String component) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component(component)
            .eventTypes(ClusterEvents.CATALOG)
            .dataDir(dataDir())
            .spoolLength(64 * 1024)
            .closeLingerNs(0));
    }

    @Test
    void shouldSayThatNoProxyHasRun() {
        final Cli call = stat();

        assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(call.err().lines()).singleElement().asString()
            .contains("no proxy has run in " + dataDir(), "--data-dir");
        assertThat(dataDir()).doesNotExist();
    }

    @Test
    void shouldSayWhatIsDamaged() throws IOException {
        EventProxy.launch(Recorded.proxyContext(dataDir())).close();
        Files.writeString(Files.createDirectories(dataDir().resolve("bookmarks")).resolve("w.bookmark"), "short");
        Bookmark.open(SystemDisk.INSTANCE, dataDir().resolve("bookmarks/x.bookmark"), true).close();
        final byte[] noise = new byte[1024];
        Arrays.fill(noise, (byte)7);
        Files.write(dataDir().resolve("bookmarks/y.bookmark"), noise);

        assertThat(stat().out()).contains(
            "writer w: its bookmark is damaged", "writer x: new", "writer y: its bookmark is damaged");
        assertThat(dataDir().resolve("bookmarks/w.bookmark")).hasContent("short");

        Files.write(dataDir().resolve("counters.dat"), new byte[3]);
        final Cli call = stat();
        assertThat(call.exitCode()).isEqualTo(ExitCode.IO);
        assertThat(call.err()).contains("counters.dat", "3 bytes").doesNotContain("internal", "\tat ");
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private Cli stat(final String... more) {
        return Cli.run(Stream.concat(Stream.of("stat", "--data-dir=" + dataDir()), Arrays.stream(more))
            .toArray(String[]::new));
    }

    /** Every file with its content and the time of its last change. */
    private Map<String, String> files() throws IOException {
        final Map<String, String> files = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(dataDir())) {
            for (final Path path : paths.toList()) {
                files.put(path.toString(), Files.getLastModifiedTime(path).toString() +
                    (Files.isRegularFile(path) ? Arrays.hashCode(Files.readAllBytes(path)) : ""));
            }
        }
        return files;
    }
}
