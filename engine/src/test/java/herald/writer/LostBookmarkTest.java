package herald.writer;

import herald.event.EventFilter;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.stage.DispatchMark;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A writer whose bookmark is gone, or is another writer's, is not taken for new: it delivers again, counted.
 */
@Timeout(60)
class LostBookmarkTest {
    @TempDir
    private Path dir;
    private final Map<CounterId, Long> counters = new HashMap<>();
    private BatchLog log;
    private ScriptedWriter writer;
    private WriterAgent agent;
    private long nowNs;

    @BeforeEach
    void openLog() {
        log = new BatchLog(dir.resolve("dispatch"));
    }

    @AfterEach
    void close() {
        closeAgent();
        log.close();
    }

    private void closeAgent() {
        if (agent != null) {
            agent.onClose();
            agent = null;
        }
    }

    private void start(final boolean oldest) throws IOException {
        closeAgent();
        writer = new ScriptedWriter();
        Files.createDirectories(dir.resolve("bookmarks"));
        agent = new WriterAgent(
            new WriterAgent.Context(SystemDisk.INSTANCE, dir.resolve("dispatch"), BatchLog.LOG_ID,
                DispatchMark.at(log.position()),
                dir.resolve("bookmarks"), dir.resolve("dead"), true, () -> nowNs, () -> 0, new Random(1),
                (counter, amount) -> counters.merge(counter, amount, Long::sum)),
            writer, EventFilter.ALL, oldest);
    }

    private void drain() {
        for (int i = 0; i < 1_000 && agent.doWork() > 0; i++) {
            nowNs++;
        }
    }

    private Path bookmarkFile() {
        return dir.resolve("bookmarks").resolve("w" + Bookmark.SUFFIX);
    }

    private long counted(final ProxyCounter counter) {
        return counters.getOrDefault(counter, 0L);
    }

    private Path statusFile() {
        return dir.resolve("bookmarks").resolve("w" + WriterStatus.SUFFIX);
    }

    @Test
    void shouldDeliverFromTheOldestWhereABookmarkIsGoneBesideItsStatus() throws IOException {
        start(true);
        log.append("a", "b");
        drain();
        closeAgent();
        Files.delete(bookmarkFile());

        start(false);
        drain();
        assertThat(writer.delivered).containsExactly("a", "b");
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(1);
        closeAgent();
        start(false);
        drain();
        assertThat(writer.delivered).isEmpty();
    }

    @Test
    void shouldBeginAtTheEndWhereItIsNewOrWasForgotten() throws IOException {
        log.append("a", "b");
        start(false);
        drain();
        assertThat(writer.delivered).isEmpty();
        closeAgent();
        Bookmark.forget(SystemDisk.INSTANCE, dir.resolve("bookmarks"), "w");
        assertThat(statusFile()).doesNotExist();

        start(false);
        drain();
        assertThat(writer.delivered).isEmpty();
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isZero();
    }

    @Test
    void shouldDeliverFromTheOldestWhereTheBookmarkIsAnotherWriters() throws IOException {
        start(true);
        log.append("a", "b");
        drain();
        closeAgent();
        final Path other = dir.resolve("bookmarks").resolve("other" + Bookmark.SUFFIX);
        try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, other, true)) {
            bookmark.move(BatchLog.LOG_ID, log.position(), 0);
        }
        Files.move(other, bookmarkFile(), StandardCopyOption.REPLACE_EXISTING);

        start(false);
        drain();
        assertThat(writer.delivered).containsExactly("a", "b");
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(1);
        closeAgent();
        start(false);
        drain();
        assertThat(writer.delivered).isEmpty();
        assertThat(counted(ProxyCounter.BOOKMARKS_DAMAGED)).isEqualTo(1);
    }
}
