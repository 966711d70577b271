package herald.engine;

import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.io.SystemDisk;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;
import herald.verify.DispatchedBatches;
import herald.verify.ModelBatch;
import herald.verify.Verification;
import org.agrona.IoUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A data directory that a proxy of the first folding rules left when it was killed keeps its meaning: what it had
 * dispatched, and what it had only journaled.
 *
 * <pre>
 *   journal   start | down cable pulled, up, down transceiver burnt | tick | up, down port disabled, up | killed
 *   dispatch        | down ×2, up                                   |
 * </pre>
 */
@Timeout(60)
class FirstRulesTest {
    private static final ObjectReference NODE = ObjectReference.of("Node", "n");

    @TempDir
    private Path dir;
    private Path dataDir;

    @BeforeEach
    void unpack() throws IOException {
        dataDir = Files.createDirectories(dir.resolve("data"));
        try (InputStream resource = FirstRulesTest.class.getResourceAsStream("data-of-first-rules.zip");
            ZipInputStream zip = new ZipInputStream(resource)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                final Path file = dataDir.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.copy(zip, file);
            }
        }
    }

    private List<String> dispatched() {
        final List<String> lines = new ArrayList<>();
        for (final ModelBatch batch : DispatchedBatches.read(DataDirectory.dispatch(dataDir), damage -> {
            throw new AssertionError(damage);
        })) {
            batch.entries().forEach(entry -> lines.add(entry.message() + ' ' + entry.count()));
            lines.add("-");
        }
        return lines;
    }

    private void assertWhole() throws IOException {
        assertThat(Verification.of(SystemDisk.INSTANCE, dataDir).damages()).isEmpty();
    }

    @Test
    void shouldBeWholeAsItIs() throws IOException {
        assertWhole();
        assertThat(dispatched()).containsExactly("down 2", "up 1", "-");
    }

    @Test
    void shouldDispatchTheRestByTheRulesThatItWasJournaledUnderAndWhatComesByTheOnesInForce() throws IOException {
        try (SteppedNode node = new SteppedNode(dataDir, 1)) {
            node.startProxy(node.context().dedupIgnoredAttributes(List.of("pid")));
            node.startRecorders();
            final EventRecorder recorder = node.recorder(0);
            record(recorder, ClusterEvents.LEADER_LOST, "down", Map.of("reason", "cable pulled", "pid", "1"));
            record(recorder, ClusterEvents.LEADER_ELECTED, "up", Map.of());
            record(recorder, ClusterEvents.LEADER_LOST, "down", Map.of("reason", "transceiver burnt"));
            record(recorder, ClusterEvents.LEADER_LOST, "down", Map.of("pid", "2", "reason", "cable pulled"));
            node.stepUntil("all is journaled",
                () -> recorder.acknowledgedSequence() == recorder.lastSequence());
        }

        assertThat(dispatched()).containsExactly(
            "down 2", "up 1", "-",
            "up 3", "down 3", "-",
            "up 1", "down 1", "down 2", "-");
        assertWhole();
        IoUtil.delete(DataDirectory.dispatch(dataDir).toFile(), false);
        try (SteppedNode node = new SteppedNode(dataDir, 2)) {
            node.startProxy(node.context().dedupIgnoredAttributes(List.of("pid")));
            node.step();
        }
        assertThat(dispatched()).startsWith(
            "down 2", "up 1", "-",
            "up 3", "down 3", "-",
            "up 1", "down 1", "down 2", "-");
        assertWhole();
    }

    @Test
    void shouldForgetWindowsWhereRulesDiffer() {
        final ProxyStart start = WireEvents.start(1, 1, 1, 1);

        assertThat(start.forgetsWindowsOf(WireEvents.under(start, FoldingRules.FIRST))).isTrue();
        assertThat(start.forgetsWindowsOf(start.withMaintenance(true))).isFalse();
    }

    private static void record(
        final EventRecorder recorder, final EventType type, final String message,
        final Map<String, String> attributes) {
        assertThat(recorder.record(type, null, message, NODE, attributes)).isPositive();
    }
}
