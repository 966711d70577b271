package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is the same for every command.
 */
@Timeout(120)
class HeraldCommandTest {
    @Test
    void shouldNameTheCommandsThatRunFromOtherJars() {
        assertThat(Cli.run("--help").out()).contains("\n  manager ").contains("\n  bench ");
    }

    @Test
    void shouldSayWhichVersionsRun() {
        final Cli call = Cli.run("--version");

        assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(call.out()).matches("(?s)herald \\d+\\.\\d+\\.\\d+.*Java " + Runtime.version().feature() + ".*");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "proxy", "record", "tail", "stat", "verify", "agent", "demo", "driver", "torture", "completion"})
    void shouldHelpWithEveryCommand(final String command) {
        assertThat(Cli.run(command, "--help").out()).startsWith("Usage: herald " + command);
        assertThat(Cli.run(command, "-h").exitCode()).isEqualTo(ExitCode.OK);
        assertThat(Cli.run("help", command).out()).isEqualTo(Cli.run(command, "--help").out());
    }

    @ParameterizedTest
    @MethodSource("commandsBelowCommands")
    void shouldHelpWithEveryCommandBelowAnother(final String command) {
        final Cli help = Cli.run((command + " --help").split(" "));

        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(help.out()).startsWith("Usage: herald " + command)
            .satisfies(usage -> assertThat(usage.lines()).allMatch(line -> line.length() <= 80));
        assertThat(Cli.run((command + " -h").split(" ")).out()).isEqualTo(help.out());
        assertThat(Cli.run(("help " + command).split(" ")).out()).isEqualTo(help.out());
    }

    static List<String> commandsBelowCommands() {
        final List<String> commands = new ArrayList<>();
        HeraldCommand.commandLine().getSubcommands().forEach((name, command) ->
            command.getSubcommands().keySet().forEach(below -> commands.add(name + ' ' + below)));
        assertThat(commands).contains("policy list", "policy apply", "bookmark forget");
        return commands;
    }

    @Test
    void shouldSayWhichCommandThereIsNoHelpFor() {
        final Cli call = Cli.run("help", "policy", "lits");

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("\"lits\" of herald policy", "apply", "list");
    }

    /** As behind an equals sign, where a shell leaves it as it is. */
    @Test
    void shouldReadPathsAsUsersOfAShellWriteThem() {
        assertThat(Cli.run("stat", "--data-dir=~/no-such-directory").err())
            .contains(System.getProperty("user.home") + "/no-such-directory");
        final Cli call = Cli.run("stat", "--data-dir=~bob/data");
        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("--data-dir", "~bob/data");
    }

    /** The other meaning of an @ is of the tool that reads the command line. */
    @Test
    void shouldTakeArgumentsToTheLetter(@TempDir final Path dir) throws IOException {
        final Path file = Files.writeString(dir.resolve("one.txt"), "--version");

        assertThat(Cli.run("@" + file).err()).contains("@" + file);
        assertThat(Cli.run("@" + file).exitCode()).isEqualTo(ExitCode.USAGE);
        final Cli tail = Cli.run("tail", "--data-dir=" + dir, "--grep", "@" + file, "--limit=0");
        assertThat(tail.err()).contains("--limit is 0");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "proxy", "record", "tail", "stat", "verify", "agent", "demo", "driver", "torture", "completion"})
    void shouldKeepHelpWithinEightyColumns(final String command) {
        assertThat(Cli.run(command, "--help").out().lines()).allMatch(line -> line.length() <= 80);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "proxy --config herald.yaml --data-dir d --aeron-dir a --node n --dedup-interval 10s --batch-interval 1s " +
            "--mode standalone --writer stdout --writer file:p --writer syslog:udp://h:514",
        "proxy --mode managed",
        "record --component C --type cluster.ElectionStarted --severity warn --ref Link/eth0 --attr k=v --attr l=w " +
            "--aeron-dir a --spool-dir s --timeout 5s MESSAGE",
        "record --stdin --component C",
        "tail --data-dir d --stream journal --from start --follow --severity WARN --type cluster.* --component c* " +
            "--ref Link/eth0 --grep a+ --output pretty --limit 5",
        "tail --stream dispatch --from end --output json",
        "verify --data-dir d --repair",
        "agent",
        "driver --aeron-dir a --timeout 2s",
        "demo --duration 30s",
        "torture --rounds 3 --seed 17 --duration 45m --work-dir d --keep",
        "demo"})
    void shouldTakeOptionsAsDocumented(final String args) {
        assertThat(HeraldCommand.commandLine().parseArgs(args.split(" ")).unmatched()).isEmpty();
    }

    @Test
    void shouldNameCommandsWhereNoneIsGiven() {
        final Cli call = Cli.run();

        assertThat(call.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains("record", "agent", "Try 'herald --help'");
    }

    @Test
    void shouldSuggestWhatWasMeant() {
        final Cli command = Cli.run("recrod");
        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("recrod", "Did you mean: herald record").doesNotContain("\tat ");

        final Cli option = Cli.run("agent", "--intervall=1s");
        assertThat(option.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(option.err()).contains("--intervall", "--interval\n", "Try 'herald agent --help'");
    }

    @Test
    void shouldPrintCompletionScript() {
        final Cli call = Cli.run("completion");

        assertThat(call.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(call.out()).contains("complete -F _complete_herald", "--component");
    }

    @Test
    void shouldEscapeWhatWouldSteerTerminal() {
        assertThat(Cli.run("\u001b[31mred").err()).contains("\\u001b[31mred").doesNotContain("\u001b");
    }
}
