package herald.engine;

import herald.io.Escape;
import herald.io.HostBounds;
import herald.link.Profile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a profile decides, and what it leaves to a setting that was given by itself.
 */
@Timeout(120)
class ProxySettingsTest {
    @TempDir
    private Path dir;

    private EventProxy.Context concluded(final EventProxy.Context context) {
        context.dataDir(dir).node("node-1").conclude();
        return context;
    }

    @Test
    void shouldTakeFromTheProfileWhatWasNotSet() {
        final EventProxy.Context context = concluded(new EventProxy.Context().profile(Profile.LOW_LATENCY));

        assertThat(context.threadingMode).isEqualTo(ThreadingMode.SHARED);
        assertThat(context.pollLimit).isEqualTo(Profile.LOW_LATENCY.pollLimit());
        assertThat(context.turnLimit).isEqualTo(Profile.LOW_LATENCY.turnLimit());
        assertThat(context.maxParkNs).isEqualTo(Profile.LOW_LATENCY.maxParkNs());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nherald proxy ready: b", "\u001B[31mred", "nul\0", "zero\u200Bwidth", " "})
    void shouldTakeNoNameOfANodeThatChangesALine(final String node) {
        assertThatThrownBy(() -> new EventProxy.Context().dataDir(dir).node(node).conclude())
            .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("node is ")
            .hasMessageEndingWith(": it must be a name of 1 to 255 characters, all of them visible")
            .satisfies(e -> assertThat(e.getMessage().codePoints()).noneMatch(Escape::isUnsafe));
    }

    @Test
    void shouldPreferWhatWasSetToTheProfile() {
        final EventProxy.Context context = concluded(new EventProxy.Context().profile(Profile.LOW_LATENCY)
            .threadingMode(ThreadingMode.DEDICATED).pollLimit(7).turnLimit(9).maxParkNs(11));

        assertThat(context.threadingMode).isEqualTo(ThreadingMode.DEDICATED);
        assertThat(context.pollLimit).isEqualTo(7);
        assertThat(context.turnLimit).isEqualTo(9);
        assertThat(context.maxParkNs).isEqualTo(11);
    }

    @Test
    void shouldRefuseAnIndexThatCanNotBeMade() {
        assertThatThrownBy(() -> concluded(new EventProxy.Context().dedupIndexLimit(0)))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("dedupIndexLimit is 0").hasMessageContaining("from 1 to ")
            .hasMessageContaining("-Xmx");
    }

    @Test
    void shouldRefuseWhatThisHostHasNoRoomFor() {
        final List<Map.Entry<String, EventProxy.Context>> contexts = List.of(
            Map.entry("dedupKeyLimit is 2000000000", new EventProxy.Context().dedupKeyLimit(2_000_000_000L)),
            Map.entry("dedupKeyLimit is " + Long.MAX_VALUE, new EventProxy.Context().dedupKeyLimit(Long.MAX_VALUE)),
            Map.entry("ringLength is 1073741824", new EventProxy.Context().ringLength(1 << 30)),
            Map.entry("arenaLength is 1073741824", new EventProxy.Context().arenaLength(1 << 30)),
            Map.entry("batchLengthLimit is 268435456", new EventProxy.Context().dispatchSegmentLength(1 << 30)
                .dispatchRetentionLength(1L << 32).batchLengthLimit(1 << 28)));
        contexts.forEach(wrong -> assertThatThrownBy(() -> concluded(wrong.getValue()))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining(wrong.getKey()).hasMessageContaining("here, for ").hasMessageContaining("-Xmx"));
    }

    @Test
    void shouldTakeItsDefaultsOnAnyHost() {
        HostBounds.require("any", 100, 1, 100, 10, "nothing");
        assertThatThrownBy(() -> HostBounds.require("any", 101, 1, 100, 10, "nothing"))
            .hasMessage("any is 101: it must be from 1 to 100 here, for nothing");
        assertThat(HostBounds.memory()).isGreaterThan(HostBounds.heap() / 4);
        assertThat(HostBounds.directMemory()).isPositive();
    }
}
