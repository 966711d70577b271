package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Texts from outside, in any locale: they arrive as they were typed, or are refused.
 */
@Timeout(120)
class TextArgumentsTest {
    private static final String TEXT = "Größe 5 µm, 大小";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @ValueSource(strings = {
        "LC_ALL=C", "LC_ALL=POSIX", "LC_CTYPE=UTF-8", "LC_ALL=de_DE.UTF-8", "LANG=xx_YY", "LC_ALL=C.UTF-8"})
    void shouldRecordWhatWasTypedInAnyLocale(final String locale) throws Exception {
        assertThat(record(locale, TEXT.getBytes(StandardCharsets.UTF_8))).isEqualTo(ExitCode.SPOOLED);

        assertThat(spooled()).contains(new String(TEXT.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"LC_ALL=C", "LC_CTYPE=UTF-8", "LC_ALL=C.UTF-8"})
    void shouldRefuseBytesThatAreNoText(final String locale) throws Exception {
        assertThat(record(locale, TEXT.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(ExitCode.USAGE);

        assertThat(Files.readString(dir.resolve("out"))).contains("argument ", "is not UTF-8");
        assertThat(dir.resolve("data/spool/cmd.spool")).doesNotExist();
    }

    @Test
    void shouldTakeFilesWithAByteOrderMarkAndRefuseThoseThatAreNoUtf8() throws Exception {
        final Path events = Files.writeString(dir.resolve("events"),
            "\uFEFF{\"type\":\"network.LinkDown\",\"message\":\"" + TEXT + "\"}\n");
        assertThat(run("", List.of("sh", "-c", "exec \"$@\" <" + events, "sh"), HeraldProcess.command("record",
            "--data-dir=" + dir.resolve("data"), "--component=cmd", "--timeout=0s", "--stdin")))
            .as(Files.readString(dir.resolve("out"))).isEqualTo(ExitCode.SPOOLED);
        assertThat(spooled()).contains(new String(TEXT.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));

        final Path latin = Files.write(
            dir.resolve("herald.yaml"), "node: Größe\n".getBytes(StandardCharsets.ISO_8859_1));
        final Cli proxy = Cli.run("proxy", "--config=" + latin);
        assertThat(proxy.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(proxy.err()).contains(latin + ": byte 9 is not UTF-8");
        final Cli policy = Cli.run("policy", "apply", "-f", latin.toString());
        assertThat(policy.exitCode()).isEqualTo(ExitCode.DATA);
        assertThat(policy.err()).contains(latin + ": byte 9 is not UTF-8");

        final Path wrong = Files.writeString(dir.resolve("marked.yaml"), "\uFEFFdurability: always\n");
        assertThat(Cli.run("proxy", "--config=" + wrong).err()).contains("durability is \"always\"");
    }

    private int record(final String locale, final byte[] message) throws IOException, InterruptedException {
        final Path text = Files.write(dir.resolve("message"), message);
        return run(locale, List.of("sh", "-c", "exec \"$@\" \"$(cat " + text + ")\"", "sh"),
            HeraldProcess.command("record", "--data-dir=" + dir.resolve("data"), "--component=cmd",
                "--type=network.LinkDown", "--timeout=0s"));
    }

    private int run(final String locale, final List<String> shell, final List<String> herald)
        throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(shell);
        command.addAll(herald);
        final ProcessBuilder builder = new ProcessBuilder(command)
            .redirectErrorStream(true).redirectOutput(dir.resolve("out").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        if (!locale.isEmpty()) {
            final String[] variable = locale.split("=", -1);
            builder.environment().put(variable[0], variable[1]);
        }
        return builder.start().waitFor();
    }

    private String spooled() throws IOException {
        return Files.readString(dir.resolve("data/spool/cmd.spool"), StandardCharsets.ISO_8859_1);
    }
}
