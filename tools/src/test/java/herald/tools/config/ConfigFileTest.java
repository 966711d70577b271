package herald.tools.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is read from {@code herald.yaml}, and what is said of mistakes in it.
 */
@Timeout(120)
class ConfigFileTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "nod: x | 1 | \"nod\" is no setting; there are admin, aeron, aeron-dir, batch, data-dir",
        "dedup:;  interval: 10s;  key: 5 | 3 | \"dedup.key\" is no setting; there are ignore-attributes, index-keys, "
            + "interval, keys",
        "node: x;dedup: 10s | 2 | \"dedup\" must be settings of its own: interval, keys",
        "event: 5 | 1 | \"event\" must be settings of its own: max-length",
        "dedup:;  keys: many | 2 | \"dedup.keys\" must be a whole number",
        "dedup:;  keys: 1.5 | 2 | \"dedup.keys\" must be a whole number",
        "node:;  - a | 2 | \"node\" must be a text",
        "writers: stdout | 1 | \"writers\" must be a list",
        "writers:;  - spec: stdout;  - stdout | 3 | \"writers[2]\" must be settings of its own: spec, name, start",
        "writers:;  - spec: stdout;    options: [a] | 3 | \"writers[1].options\" must be settings",
        "writers:;  - spec: stdout;    filter:;      sevrity: WARN | 4 | \"writers[1].filter.sevrity\" is no setting",
        "node: x;mode: [standalone | 2 | not readable as YAML",
        "node: x;node: y | 2 | not readable as YAML: Duplicate field 'node'",
        "node: x;\tmode: y | 2 | not readable as YAML: found character '\\t(TAB)'",
        "node: x;mode: \"a | 2 | not readable as YAML: found unexpected end of stream",
        "- node | 1 | this must be settings",
        "just text | 1 | this must be settings"})
    void shouldNameFileLineAndWhatIsWrong(final String text, final int line, final String reason) throws IOException {
        final Path file = file(text.replace(';', '\n'));

        assertThatThrownBy(() -> ConfigFile.read(file)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith(file + ":" + line + ": " + reason);
    }

    @Test
    void shouldTakeOneDocumentOnly() throws IOException {
        final Path file = file("node: a\n---\nnode: b\n");

        assertThatThrownBy(() -> ConfigFile.read(file))
            .hasMessageContaining(file + ":").hasMessageContaining("in one document");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# nothing said\n", "---\n", "---\n...\n"})
    void shouldTakeFileThatSaysNothing(final String text) throws IOException {
        assertThat(ConfigFile.read(file(text))).isEqualTo(ConfigFile.EMPTY);
    }

    @Test
    void shouldTakeNumbersAndWordsAsText() throws IOException {
        final ConfigFile read = ConfigFile.read(file("""
            node: 17
            writers:
              - spec: file:x
                options:
                  keep: 3
                  force: true
            """));

        assertThat(read.node()).isEqualTo("17");
        assertThat(read.writers().get(0).options()).containsEntry("keep", "3").containsEntry("force", "true");
    }

    @Test
    void shouldSayThatFileCannotBeRead() throws IOException {
        assertThatThrownBy(() -> ConfigFile.read(dir.resolve("none"))).isInstanceOf(IllegalArgumentException.class)
            .hasMessage("there is no file " + dir.resolve("none"));
        assertThatThrownBy(() -> ConfigFile.read(dir)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("cannot read " + dir);
        final Path binary = Files.write(dir.resolve("binary"), new byte[] {'a', (byte)0xFF});
        assertThatThrownBy(() -> ConfigFile.read(binary)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("cannot read " + binary);
    }

    private Path file(final String text) throws IOException {
        return Files.writeString(dir.resolve("herald.yaml"), text);
    }
}
