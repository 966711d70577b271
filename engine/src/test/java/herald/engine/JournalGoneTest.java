package herald.engine;

import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A start that finds its journal gone says so, and goes on with what is known otherwise.
 */
@Timeout(120)
class JournalGoneTest {
    @TempDir
    private Path dir;

    private static void deleteJournal(final Path dir) throws IOException {
        try (Stream<Path> files = Files.list(DataDirectory.journal(dir))) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldSayThatTheJournalIsGoneAndKeepTheMode(final boolean maintenance) throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 311)) {
            node.startRecorders();
            node.startProxy(node.context());
            node.work(300);
            node.settle();
            node.proxy().maintenance(maintenance);
            node.stopProxy();
            deleteJournal(dir);

            node.startProxy(node.context());
            node.step();
            assertThat(node.proxy().counters().get(ProxyCounter.JOURNALS_GONE)).isEqualTo(1);
            assertThat(node.proxy().maintenance()).isEqualTo(maintenance);
            node.work(100);
            node.settle();
            assertThat(node.proxy().counters().get(ReceiverCounter.VOIDED)).isZero();
            node.stopProxy();
            node.startProxy(node.context());
            node.step();
            assertThat(node.proxy().counters().get(ProxyCounter.JOURNALS_GONE)).isEqualTo(1);
            assertThat(node.proxy().maintenance()).isEqualTo(maintenance);
        }
    }

    /** The batch was still open: the counters alone know that there was more. */
    @Test
    void shouldSayThatAJournalIsGoneOfWhichNothingWasDispatched(@TempDir final Path other) throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 313)) {
            node.startRecorders();
            node.startProxy(node.context().batchIntervalNs(TimeUnit.HOURS.toNanos(1)));
            node.workOfOneRecorder(1);
            node.stepUntil("deduplicated",
                () -> node.proxy().counters().get(ProxyCounter.DEDUPLICATED_POSITION) > 0);
            final Path copy = other.resolve("copy");
            node.crashInto(copy);
            deleteJournal(copy);

            node.startProxy(node.context());
            node.step();
            assertThat(node.proxy().counters().get(ProxyCounter.JOURNALS_GONE)).isEqualTo(1);
        }
    }

    @Test
    void shouldSayNothingOfADirectoryThatIsNew() throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 312)) {
            node.startProxy(node.context());
            node.step();
            assertThat(node.proxy().counters().get(ProxyCounter.JOURNALS_GONE)).isZero();
        }
    }
}
