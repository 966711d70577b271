package herald.manager;

import herald.engine.ProxyException;
import herald.io.ErrorText;
import herald.io.Escape;
import herald.io.FileAccess;
import herald.io.OutOfMemory;
import herald.io.PathText;
import herald.io.Signals;
import herald.io.SizeText;
import herald.io.TimeText;
import herald.link.Endpoint;
import herald.seal.SharedKey;
import herald.writers.stdout.StandardStreams;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code herald manager}: runs the central events manager in the foreground until SIGTERM or Ctrl-C.
 */
@Command(
    name = "herald manager",
    mixinStandardHelpOptions = true,
    description = "Run the central events manager in the foreground: take events from many nodes, keep an index, " +
        "answer queries.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
        " 0:all went well", " 1:--verify found damage", "64:the call is wrong",
        "74:a file or directory can't be used, or an address is taken"})
public final class ManagerCommand implements Callable<Integer> {
    private static final int DAMAGED = 1;
    private static final int USAGE = 64;
    private static final int IO = 74;
    private static final long CLOSE_TIMEOUT_S = 30;

    @Spec
    private CommandSpec spec;

    @Option(names = "--data-dir", paramLabel = "DIR", required = true, description = "Where everything is kept.")
    private Path dataDir;

    @Option(names = "--listen", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:4820",
        description = "Where nodes reach it, over UDP; default: ${DEFAULT-VALUE}.")
    private String listen;

    @Option(names = "--key-file", paramLabel = "FILE",
        description = "Key that nodes must have which reach it over UDP, and that it proves to have: 16 to 4,096 " +
            "bytes, in a secret file, see docs/access.md. Without one nobody is asked.")
    private Path keyFile;

    @Option(names = "--http", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:4880",
        description = "Where it answers queries; default: ${DEFAULT-VALUE}.")
    private String http;

    @Option(names = "--aeron-dir", paramLabel = "DIR",
        description = "Directory of its media driver, for nodes on the same host with venice:ipc; default: one named " +
            "after the data directory.")
    private String aeronDir;

    @Option(names = "--group", paramLabel = "GROUP",
        description = "Group whose members' nodes reach it with venice:ipc, by name or number; default: nodes of its " +
            "own user alone.")
    private String group;

    @Option(names = "--retention-age", paramLabel = "TIME", defaultValue = "30d",
        description = "How long an event is kept, from when it was received last; default: ${DEFAULT-VALUE}.")
    private String retentionAge;

    @Option(names = "--retention-size", paramLabel = "SIZE", defaultValue = "10GiB",
        description = "How long the index may grow, then the oldest events go; default: ${DEFAULT-VALUE}.")
    private String retentionSize;

    @Option(names = "--commit-interval", paramLabel = "TIME", defaultValue = "200ms",
        description = "How often what came is forced and acknowledged; default: ${DEFAULT-VALUE}.")
    private String commitInterval;

    @Option(names = "--verify",
        description = "Read every file of the index in --data-dir, compare its checksum, and end; of a manager that " +
            "runs, too. Nothing is changed.")
    private boolean verify;

    @Option(names = "--driver-timeout", paramLabel = "TIME", hidden = true, defaultValue = "10s")
    private String driverTimeout;

    ManagerCommand() {
    }

    /**
     * Runs the command and ends the process.
     *
     * @param args as typed.
     */
    public static void main(final String[] args) {
        final StandardStreams streams = StandardStreams.install();
        OutOfMemory.endsProcess(IO);
        System.exit(streams.exitCode(run(args), IO));
    }

    /** Where memory is short, Java would end with 1, which means damage here. */
    private static int run(final String[] args) {
        final CommandLine command = commandLine();
        try {
            return command.execute(args);
        } catch (final OutOfMemoryError e) {
            command.getErr().println("herald: " + OutOfMemory.describe(e));
            return IO;
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new ManagerCommand())
            .setExpandAtFiles(false)
            .registerConverter(Path.class, ManagerCommand::path)
            .setExecutionStrategy(ManagerCommand::refuseEmptyOrRun)
            .setParameterExceptionHandler((mistake, args) -> {
                mistake.getCommandLine().getErr().println("herald: " + mistake.getMessage());
                mistake.getCommandLine().getErr().println("Try 'herald manager --help'");
                return USAGE;
            })
            .setExecutionExceptionHandler((failure, command, result) -> {
                command.getErr().println("herald: " + FileAccess.reason(failure));
                return IO;
            });
    }

    private static Path path(final String text) {
        try {
            return text.isBlank() ? Path.of(text) : PathText.parse("it", text);
        } catch (final IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** An empty path would be the current directory, an empty key none. */
    private static int refuseEmptyOrRun(final ParseResult result) {
        result.matchedOptions().forEach(option -> {
            if (option.arity().max() > 0 && option.stringValues().stream().anyMatch(String::isBlank)) {
                throw new ParameterException(result.commandSpec().commandLine(), option.longestName() +
                    " is empty: give it a value, or leave it out (is a variable in the call not set?)");
            }
        });
        return new CommandLine.RunLast().execute(result);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (verify) {
            return verify(spec.commandLine().getOut());
        }
        final CountDownLatch stopped = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Thread hook = new Thread(() -> onExit(stopped, closed, failure), "herald-shutdown");
        final SharedKey key = keyFile == null ? null : key();
        Signals.handle("HUP", () -> onHangup(key));
        try (EventsManager manager = launch(context(key).failureListener(cause -> {
            failure.set(cause);
            stopped.countDown();
        }))) {
            Runtime.getRuntime().addShutdownHook(hook);
            final PrintWriter out = spec.commandLine().getOut();
            out.println(Escape.escape("herald manager ready: listen=" + manager.listen() + " http=" +
                http.replaceFirst(":\\d+$", ":" + manager.httpPort()) + " data-dir=" + dataDir));
            out.flush();
            stopped.await();
        } finally {
            closed.countDown();
        }
        if (failure.get() != null) {
            throw new IOException("the manager stopped, what it acknowledged is kept: " +
                (OutOfMemory.isIn(failure.get()) ? OutOfMemory.describe(failure.get()) : ErrorText.of(failure.get())),
                failure.get());
        }
        return 0;
    }

    private SharedKey key() {
        try {
            return SharedKey.read(keyFile);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** Sessions that are there stay; those that begin later begin with the new key. */
    private void onHangup(final SharedKey key) {
        final PrintWriter err = spec.commandLine().getErr();
        try {
            if (key != null && key.readAgain()) {
                err.println("herald: nodes that come from now on must have the new key");
            }
        } catch (final IllegalArgumentException e) {
            err.println("herald: the key stays what it was: " + e.getMessage());
        }
    }

    private int verify(final PrintWriter out) throws IOException {
        final Path index = dataDir.resolve(EventsManager.INDEX);
        if (!Files.isDirectory(index)) {
            throw new IOException(dataDir + " has no directory " + EventsManager.INDEX +
                ": name the --data-dir of a manager");
        }
        final List<Path> irregular = IndexNames.irregular(index);
        if (!irregular.isEmpty()) {
            irregular.forEach(file -> out.println("no regular file: " + file + ": " + IndexNames.REMEDY));
            out.println("index: not read, for these files");
            out.flush();
            return DAMAGED;
        }
        final IndexFiles.Inspection found = IndexFiles.inspect(index);
        final List<Path> foreign = IndexNames.foreign(index);
        foreign.forEach(file -> out.println("no file of the index: " + file + ": " + IndexNames.REMEDY));
        found.damages().forEach(damage -> out.println("damaged: " + damage));
        out.println("index: segments=" + found.segments() + " events=" + found.events() + " files=" + found.files() +
            " bytes=" + found.length() + (found.damages().isEmpty() ? ", whole" :
            ", " + found.damages().size() + " files damaged; to mend it, " + IndexFiles.REMEDY));
        out.flush();
        return found.damages().isEmpty() && foreign.isEmpty() ? 0 : DAMAGED;
    }

    /** A stop that was asked for is a normal end: the process exits with 0. A failure keeps its own code. */
    private static void onExit(
        final CountDownLatch stopped, final CountDownLatch closed, final AtomicReference<Throwable> failure) {
        stopped.countDown();
        try {
            if (closed.await(CLOSE_TIMEOUT_S, TimeUnit.SECONDS) && failure.get() == null) {
                Runtime.getRuntime().halt(0);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private EventsManager launch(final EventsManager.Context context) throws IOException {
        try {
            return EventsManager.launch(context);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(),
                e.getMessage().replace("aeronDirectoryName", "--aeron-dir"), e);
        } catch (final ProxyException e) {
            throw new IOException(ErrorText.of(e), e);
        }
    }

    private EventsManager.Context context(final SharedKey key) {
        try {
            final EventsManager.Context context = new EventsManager.Context();
            if (group != null) {
                context.group(group);
            }
            return context
                .dataDir(dataDir)
                .aeronDirectoryName(aeronDir == null ? null : PathText.parse("--aeron-dir", aeronDir).toString())
                .listen(Endpoint.parse("--listen", listen))
                .key(key)
                .http(Endpoint.parse("--http", http))
                .retentionNs(nanos("--retention-age", retentionAge))
                .retentionLength(bytes("--retention-size", retentionSize))
                .commitIntervalNs(nanos("--commit-interval", commitInterval))
                .driverTimeoutMs(TimeUnit.NANOSECONDS.toMillis(nanos("--driver-timeout", driverTimeout)));
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static long nanos(final String option, final String text) {
        if (!TimeText.isDuration(text) || TimeText.duration(text).isZero()) {
            throw new IllegalArgumentException(
                option + " is \"" + text + "\": it must be a time such as 200ms, 12h or 30d");
        }
        return TimeText.duration(text).toNanos();
    }

    private static long bytes(final String option, final String text) {
        final long bytes;
        try {
            bytes = SizeText.bytesOrNumber(text);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(option + ": " + e.getMessage(), e);
        }
        if (bytes == 0) {
            throw new IllegalArgumentException(
                option + " is \"" + text + "\": it must be a size such as 512MiB or 10GiB");
        }
        return bytes;
    }
}
