package herald.tools;

import herald.tools.tail.TailCommand;
import picocli.CommandLine;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;

/**
 * Calls {@code herald} in this process and keeps what it says.
 *
 * @param exitCode of the call.
 * @param out      what it wrote to stdout.
 * @param err      what it wrote to stderr.
 */
record Cli(int exitCode, String out, String err) {
    static Cli run(final String... args) {
        return runWith("", args);
    }

    static Cli runWith(final String stdin, final String... args) {
        final StringWriter out = new StringWriter();
        final StringWriter err = new StringWriter();
        final CommandLine command = HeraldCommand.commandLine();
        final RecordCommand record = command.getSubcommands().get("record").getCommand();
        record.input(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)));
        final ByteArrayOutputStream tailed = new ByteArrayOutputStream();
        final TailCommand tail = command.getSubcommands().get("tail").getCommand();
        tail.output(tailed);
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        final int exitCode = command.execute(args);
        return new Cli(exitCode, out.toString() + tailed.toString(StandardCharsets.UTF_8), err.toString());
    }
}
