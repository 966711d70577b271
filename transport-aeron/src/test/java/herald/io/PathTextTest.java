package herald.io;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Paths that no shell has read.
 */
@Timeout(120)
class PathTextTest {
    private static final Path HOME = Path.of(System.getProperty("user.home"));

    @Test
    void shouldKnowTheHomeDirectory() {
        assertThat(PathText.parse("data-dir", "~")).isEqualTo(HOME);
        assertThat(PathText.parse("data-dir", "~/herald/data")).isEqualTo(HOME.resolve("herald/data"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/var/lib/herald", "relative", "./~", "./$name", "a~b", "price$", " with blanks "})
    void shouldTakeEverythingElseToTheLetter(final String text) {
        assertThat(PathText.parse("data-dir", text)).isEqualTo(Path.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"~bob/herald", "~bob", "$HOME/herald", "${HOME}",
        "/var/log/$HOSTNAME/e", "/var/${X}", "events-$USER.ndjson", "/d/$(hostname)", "nul\0"})
    void shouldRefuseWhatOnlyAShellWouldKnow(final String text) {
        assertThatThrownBy(() -> PathText.parse("data-dir", text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("data-dir ").hasMessageContaining('"' + text + '"');
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void shouldRefuseNothing(final String text) {
        assertThatThrownBy(() -> PathText.parse("data-dir", text)).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("data-dir is empty: give it a name, or leave it out");
    }
}
