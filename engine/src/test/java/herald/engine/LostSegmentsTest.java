package herald.engine;

import herald.stage.ProxyCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Segments that are deleted, renamed or replaced under a running proxy: within a second it acknowledges nothing more
 * and says what happened.
 */
@Timeout(120)
class LostSegmentsTest {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    @TempDir
    private Path dir;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private SteppedNode node;

    @BeforeEach
    void setUp() throws IOException {
        node = new SteppedNode(Files.createDirectory(dir.resolve("data")), 3);
        node.startRecorders();
        node.startProxy(node.context().failureListener(failure::set));
        node.work(1_000);
        node.settle();
    }

    @AfterEach
    void tearDown() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldStopWhereAllSegmentsAreDeleted(final String log) throws IOException {
        for (final Path file : segments(log)) {
            Files.delete(file);
        }
        assertStops(log, "was deleted or renamed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldStopWhereTheDirectoryIsRenamed(final String log) throws IOException {
        Files.move(node.dir().resolve(log), dir.resolve("elsewhere"));
        assertStops(log, "is gone with its directory");
    }

    @ParameterizedTest
    @ValueSource(strings = {"journal", "dispatch"})
    void shouldStopWhereSegmentsAreReplaced(final String log) throws IOException {
        for (final Path file : segments(log)) {
            final Path copy = Files.copy(file, dir.resolve("copy"));
            Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);
        }
        assertStops(log, "was replaced by another file");
    }

    @Test
    void shouldSayThatAFullSegmentIsGoneAndGoOn() throws IOException {
        Files.delete(segments("journal").get(0));
        node.stepUntil("it is told", () -> node.proxy().counters().get(ProxyCounter.SEGMENTS_LOST) == 1);

        node.work(200);
        node.settle();
        assertThat(node.proxy().counters().get(ProxyCounter.SEGMENTS_LOST)).isEqualTo(1);
        assertThat(failure).hasValue(null);
    }

    private void assertStops(final String log, final String what) {
        final long before = node.clock().nanoTime();
        node.stepUntilTheProxyFails();
        assertThat(node.clock().nanoTime() - before).isLessThan(SECOND_NS);
        assertThat(failure.get()).hasMessageContaining("/" + log + "/").hasMessageContaining(what)
            .hasMessageContaining("nothing more is acknowledged");

        final long acknowledged = node.acknowledged();
        node.workWithoutTheProxy(100);
        assertThat(node.acknowledged()).isEqualTo(acknowledged);
        assertThat(node.unacknowledged()).isPositive();
    }

    private List<Path> segments(final String log) throws IOException {
        try (Stream<Path> files = Files.list(node.dir().resolve(log))) {
            return files.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
    }
}
