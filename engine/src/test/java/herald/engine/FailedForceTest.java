package herald.engine;

import herald.log.FaultyDisk;
import herald.log.LogException;
import herald.stage.Durability;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A proxy whose device fails: it acknowledges nothing more, starts on a device that works alone, and then has every
 * event once.
 */
@Timeout(120)
class FailedForceTest {
    @TempDir
    private Path dir;
    private final FaultyDisk disk = new FaultyDisk();

    @ParameterizedTest
    @EnumSource(value = Durability.class, names = {"DISK", "INTERVAL"})
    void shouldHaveEveryEventOnceAfterAForceFailed(final Durability durability) throws IOException {
        try (SteppedNode node = new SteppedNode(dir, 91)) {
            node.startRecorders();
            node.startProxy(node.context().disk(disk).durability(durability));
            node.work(300);
            node.settle();
            disk.failing(true);
            node.stepUntilTheProxyFails();
            disk.failing(false);
            final long cutBefore = node.proxy().counters().get(ProxyCounter.CUT_BYTES);
            assertThat(node.unacknowledged()).isPositive();
            node.stopProxy();

            disk.failing(true);
            assertThatThrownBy(() -> node.startProxy(node.context().disk(disk).durability(durability)))
                .isInstanceOf(LogException.class).hasMessageContaining("nothing is accepted");
            disk.failing(false);
            node.startProxy(node.context().disk(disk).durability(durability));
            assertThat(node.proxy().counters().get(ProxyCounter.CUT_BYTES) > cutBefore)
                .isEqualTo(durability == Durability.DISK);
            node.work(300);
            node.settle();
            node.stopProxy();
            node.check(durability + " at the end", true);
        }
    }
}
