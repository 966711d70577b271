package herald.engine;

import herald.events.ClusterEvents;
import herald.recorder.EventRecorder;
import herald.recorder.RecorderCounter;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A spool that is moved, deleted, replaced, restored or cut under a live recorder: the recorder notices, keeps what it
 * has accepted, and accepts nothing that nobody would find.
 */
@Tag("slow")
@Timeout(180)
class SpoolTakenAwayTest {
    private static final long ACK_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    /** What is done to the file. */
    enum Deed {
        MOVED(true), DELETED(true), DIRECTORY_MOVED(true), REPLACED(true), LOCK_REPLACED(true), RESTORED(false),
        WRITTEN_OVER(false), CUT(false);

        private final boolean keepsTheMapping;

        Deed(final boolean keepsTheMapping) {
            this.keepsTheMapping = keepsTheMapping;
        }

        void doTo(final Path spool, final Path earlier) throws IOException {
            final Path elsewhere = spool.resolveSibling("elsewhere");
            switch (this) {
                case MOVED -> Files.move(spool, elsewhere);
                case DELETED -> Files.delete(spool);
                case DIRECTORY_MOVED -> Files.move(spool.getParent(), spool.getParent().resolveSibling("moved"));
                case REPLACED -> Files.copy(earlier, spool, StandardCopyOption.REPLACE_EXISTING);
                case LOCK_REPLACED -> {
                    final Path lock = spool.resolveSibling("cmd.lock");
                    Files.move(lock, elsewhere);
                    Files.createFile(lock);
                }
                case RESTORED -> write(spool, Files.readAllBytes(earlier));
                case WRITTEN_OVER -> write(spool, new byte[(int)Files.size(spool)]);
                case CUT -> write(spool, new byte[10]);
                default -> throw new AssertionError(this);
            }
        }

        /** As cp does: the file stays the same one. */
        private static void write(final Path file, final byte[] bytes) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(bytes.length);
                channel.write(ByteBuffer.wrap(bytes), 0);
            }
        }
    }

    @TempDir
    private Path dir;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private EventRecorder recorder;
    private EventProxy proxy;

    @AfterEach
    void tearDown() {
        if (recorder != null) {
            recorder.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private EventRecorder launchRecorder() {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .dataDir(dataDir())
            .spoolLength(64 * 1024)
            .closeLingerNs(0)
            .errorHandler(error -> errors.add(error.getMessage())));
    }

    private void launchProxy() {
        proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(dataDir()).node("n").dedupKeyLimit(10_000).journalSegmentLength(4 * 1024 * 1024)
            .adoptIntervalNs(TimeUnit.MILLISECONDS.toNanos(20)));
    }

    private long record(final String message) {
        return recorder.record(ClusterEvents.LEADER_LOST, null, message, null);
    }

    private long journaled() {
        return proxy.counters().get(ProxyCounter.JOURNALED);
    }

    /** How many were accepted before it was noticed. */
    private int recordUntilRefused() {
        final int[] accepted = {0};
        await().until(() -> {
            final long result = record("accepted meanwhile");
            accepted[0] += result > 0 ? 1 : 0;
            return result == EventRecorder.SPOOL_LOST;
        });
        return accepted[0];
    }

    /** Told by the conductor, at the end of its turn. */
    private void awaitError(final String... texts) {
        await().untilAsserted(() -> assertThat(errors).anySatisfy(error -> assertThat(error).contains(texts)));
    }

    private List<Path> spools() {
        try (Stream<Path> files = Files.walk(dataDir())) {
            return files.filter(file -> file.toString().endsWith(".old.spool")).toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Deed.class, names = "RESTORED", mode = EnumSource.Mode.EXCLUDE)
    void shouldAcceptNothingMoreAndSendWhatItHas(final Deed deed) throws IOException {
        launchProxy();
        recorder = launchRecorder();
        final Path earlier = Files.copy(recorder.spoolFile(), dir.resolve("earlier"));
        assertThat(recorder.awaitAcknowledged(record("before"), ACK_TIMEOUT_NS)).isTrue();

        deed.doTo(recorder.spoolFile(), earlier);
        if (deed == Deed.CUT) {
            // Until it is noticed, no checksum may be made of pages that are not there: that ends the JVM.
            await().until(recorder::isSpoolLost);
        }
        final int accepted = recordUntilRefused();

        assertThat(recorder.isSpoolLost()).isTrue();
        assertThat(record("refused")).isEqualTo(EventRecorder.SPOOL_LOST);
        assertThat(recorder.counter(RecorderCounter.SPOOL_LOST)).isPositive();
        awaitError("cmd.spool of recorder", "while in use", "accepts nothing more, launch it again");
        if (deed.keepsTheMapping) {
            await().until(() -> journaled() == 1 + accepted);
        }
        recorder.close();
        assertThat(spools()).isEmpty();
        recorder = launchRecorder();
        assertThat(recorder.awaitAcknowledged(record("after"), ACK_TIMEOUT_NS)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = Deed.class, names = {"MOVED", "DELETED", "DIRECTORY_MOVED", "REPLACED"})
    void shouldKeepForTheProxyWhatWasAccepted(final Deed deed) throws IOException {
        recorder = launchRecorder();
        final Path earlier = Files.copy(recorder.spoolFile(), dir.resolve("earlier"));
        for (int i = 0; i < 10; i++) {
            assertThat(record("before " + i)).isPositive();
        }
        deed.doTo(recorder.spoolFile(), earlier);
        final int accepted = recordUntilRefused();

        assertThat(recorder.isKept()).isTrue();
        assertThat(recorder.spoolFile()).exists();
        assertThat(spools()).containsExactly(recorder.spoolFile());
        awaitError((10 + accepted) + " events", "are kept in " + recorder.spoolFile());
        recorder.close();

        launchProxy();
        await().until(() -> journaled() == 10 + accepted);
        await().until(() -> spools().isEmpty());
    }

    @Test
    void shouldKeepAtTheEndWhatWasTakenAwaySinceTheLastLook() throws IOException {
        recorder = launchRecorder();
        assertThat(record("accepted")).isPositive();
        Files.delete(recorder.spoolFile());
        recorder.close();

        assertThat(spools()).hasSize(1);
        launchProxy();
        await().until(() -> journaled() == 1);
    }

    @Test
    void shouldSayWhatIsLostWithWhatWasWrittenOver() throws IOException {
        recorder = launchRecorder();
        final Path earlier = Files.copy(recorder.spoolFile(), dir.resolve("earlier"));
        assertThat(record("lost")).isPositive();
        Deed.RESTORED.doTo(recorder.spoolFile(), earlier);
        recordUntilRefused();

        assertThat(recorder.isKept()).isFalse();
        awaitError("was written over or cut while in use",
            "events that the proxy has not acknowledged are kept in no file");
    }

    @Test
    void shouldGoOnWhereOnlyTheLockFileIsGone() throws IOException {
        launchProxy();
        recorder = launchRecorder();
        assertThat(recorder.awaitAcknowledged(record("before"), ACK_TIMEOUT_NS)).isTrue();
        Files.delete(recorder.spoolFile().resolveSibling("cmd.lock"));
        assertThat(recorder.isKept()).isTrue();
        assertThat(recorder.isSpoolLost()).isFalse();
        assertThat(recorder.awaitAcknowledged(record("after"), ACK_TIMEOUT_NS)).isTrue();
    }
}
