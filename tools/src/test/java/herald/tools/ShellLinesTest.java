package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The reading of snippets that are tried by {@link ReadmeTest}.
 */
@Timeout(120)
class ShellLinesTest {
    @Test
    void shouldReadWhatSnippetsUse() {
        final String script = """
            # a comment; ./herald no
            ./herald record --attr "a b" 'it''s' x\\ y \\
                --more > out 2> /dev/null   # trailing
            cd x && A=b ./herald proxy &
            ./herald tail < in | head -1; ls
            """;

        assertThat(ShellLines.commands(script)).containsExactly(
            List.of("./herald", "record", "--attr", "a b", "its", "x y", "--more"),
            List.of("cd", "x"),
            List.of("A=b", "./herald", "proxy"),
            List.of("./herald", "tail"),
            List.of("head", "-1"),
            List.of("ls"));
    }
}
