package herald.engine;

import herald.log.FaultyDisk;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A proxy whose disk has no room for another segment: what it has appended is forced and acknowledged all the same, and
 * it goes on once there is room.
 */
@Timeout(120)
class FullDiskTest {
    @TempDir
    private Path dir;
    private final FaultyDisk disk = new FaultyDisk();

    @Test
    void shouldAcknowledgeAtTheIntervalWhatItAppendedBeforeTheDiskWasFull() throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 92)) {
            node.startRecorders();
            node.startProxy(node.context().disk(disk).durability(Durability.INTERVAL)
                .forceIntervalNs(TimeUnit.MILLISECONDS.toNanos(50)));
            node.work(20);
            disk.full(true);
            while (node.proxy().counters().get(ProxyCounter.DISK_FULL) == 0) {
                node.work(10);
            }
            final long journaled = node.proxy().counters().get(ProxyCounter.JOURNALED);
            node.stepUntil("all that is journaled is acknowledged", () -> node.acknowledged() >= journaled);
            assertThat(node.acknowledged()).isEqualTo(journaled);
            assertThat(node.unacknowledged()).isPositive();

            disk.full(false);
            node.settle();
            node.stopProxy();
            node.check("at the end", true);
        }
    }
}
