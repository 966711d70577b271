package herald.engine;

import herald.link.Profile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

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
            .hasMessageContaining("dedupIndexLimit is 0").hasMessageContaining("from 1 to 16777216");
    }
}
