package herald.tools;

import herald.engine.EventProxy;
import herald.engine.ProxyException;
import herald.engine.ThreadingMode;
import herald.io.ErrorText;
import herald.io.Escape;
import herald.io.OutOfMemory;
import herald.io.PathText;
import herald.link.Endpoint;
import herald.link.Profile;
import herald.log.LogException;
import herald.stage.Durability;
import herald.tools.admin.AdminServer;
import herald.tools.config.ConfigFile;
import herald.tools.config.ProxyConfig;
import herald.tools.policy.EventPolicies;
import herald.writer.WriterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Runs this node's proxy in the foreground.
 */
@Command(
    name = "proxy",
    description = "Run this node's proxy in the foreground: take events, keep them, deliver them.")
final class ProxyCommand extends AbstractCommand {
    /** Where a proxy delivers to by default. */
    enum Mode {
        /** To the configured writers alone. */
        STANDALONE,
        /** To a central events manager too. */
        MANAGED
    }

    private static final Logger LOG = LoggerFactory.getLogger(ProxyCommand.class);
    private static final String MANAGED_WRITER = "venice";
    private static final String DEFAULT_ADMIN = "127.0.0.1:0";

    @Option(names = "--config", paramLabel = "FILE",
        description = "Settings in YAML; options given here come first.")
    private Path config;

    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Where everything is kept; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Option(names = "--adopt-copy",
        description = "Go on in a data directory that is a copy, or a backup that was restored, under an identity of " +
            "its own; without this it is refused.")
    private boolean adoptCopy;

    @Option(names = "--aeron-dir", paramLabel = "DIR",
        description = "Directory of the media driver. One that is alive there is used, otherwise one is started; " +
            "default: one is started in a directory of the data directory's own.")
    private String aeronDir;

    @Option(names = "--group", paramLabel = "GROUP",
        description = "Group whose members may record here, by name or number; default: the proxy's own user alone.")
    private String group;

    @Option(names = "--node", paramLabel = "NAME", description = "Name of this node; default: the host's.")
    private String node;

    @Option(names = "--dedup-interval", paramLabel = "TIME",
        description = "How long repeats are folded, from the first one on; default: 10s.")
    private Duration dedupInterval;

    @Option(names = "--batch-interval", paramLabel = "TIME",
        description = "How long a batch collects before it is delivered; default: 1s.")
    private Duration batchInterval;

    @Option(names = "--durability", paramLabel = "WHEN",
        description = "When an event is acknowledged: process (it outlives the proxy), disk (it outlives a power " +
            "cut) or interval (as disk, many at a time); default: process.")
    private Durability durability;

    @Option(names = "--profile", paramLabel = "NAME", converter = ProfileConverter.class,
        description = "What threads are tuned for: default, low-latency (a core is kept busy) or throughput.")
    private Profile profile;

    @Option(names = "--threading", paramLabel = "MODE",
        description = "shared or dedicated; default: by the number of cores.")
    private ThreadingMode threading;

    @Option(names = "--mode", paramLabel = "MODE",
        description = "standalone, or managed: deliver to an events manager too, on this host unless a writer venice " +
            "says where; default: standalone.")
    private Mode mode;

    @Option(names = "--admin", paramLabel = "HOST:PORT",
        description = "Where the admin endpoint listens, on loopback; default: 127.0.0.1 and any free port.")
    private String admin;

    @Option(names = "--writer", paramLabel = "SPEC",
        description = "Where to deliver, may be repeated: stdout, file:PATH, " +
            "syslog:udp://HOST:PORT, syslog:tcp://HOST:PORT, syslog:tls://HOST:PORT, venice:udp://HOST:PORT.")
    private List<String> writers = new ArrayList<>();

    @Override
    public Integer call() {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final ConfigFile file = readConfig();
        final Endpoint listen = adminEndpoint(file);
        final AtomicReference<EventProxy> running = new AtomicReference<>();
        try (Foreground foreground = new Foreground(() -> reopen(running.get()));
            EventProxy proxy = launch(context(file).failureListener(cause -> {
                failure.set(cause);
                foreground.exitCode(exitCode(cause));
                foreground.stop();
            }));
            AdminServer server = administer(proxy, listen)) {
            final PrintWriter told = hasJsonOnStdout(file) ? err() : out();
            told.println(Escape.escape("herald proxy ready: node=" + proxy.node() + " data-dir=" + proxy.dataDir() +
                " aeron-dir=" + proxy.aeronDirectoryName() +
                (proxy.remoteEndpoint() == null ? "" : " remote=" + proxy.remoteEndpoint()) +
                " admin=" + server.address()));
            told.flush();
            running.set(proxy);
            foreground.await();
        }
        if (failure.get() != null) {
            throw new CommandFailure(exitCode(failure.get()), "the proxy stopped, what it had journaled is kept: " +
                (OutOfMemory.isIn(failure.get()) ? OutOfMemory.describe(failure.get()) : ErrorText.of(failure.get())),
                failure.get());
        }
        return ExitCode.OK;
    }

    private static void reopen(final EventProxy proxy) {
        LOG.info("SIGHUP: opening files, certificates and keys anew");
        try {
            if (proxy != null) {
                proxy.reopen();
            }
        } catch (final IllegalArgumentException e) {
            LOG.error("remote.key-file stays what it was: {}", e.getMessage());
        }
    }

    /** A program reads it then, and everything on it is to be an event. */
    private static boolean hasJsonOnStdout(final ConfigFile file) {
        return file.writers() != null && file.writers().stream().anyMatch(writer ->
            WriterSpec.parse(writer.spec()).scheme().equals("stdout") && writer.options() != null &&
                "json".equals(writer.options().get("format")));
    }

    /** A file that is gone, or a device that fails, is no defect of Herald's. */
    private static int exitCode(final Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IOException || cause instanceof UncheckedIOException) {
                return ExitCode.IO;
            }
        }
        return ExitCode.INTERNAL;
    }

    private EventProxy launch(final EventProxy.Context context) {
        try {
            return EventProxy.launch(context);
        } catch (final IllegalArgumentException e) {
            throw mistake(ProxyConfig.inSettings(e.getMessage()));
        } catch (final ProxyException | LogException e) {
            throw new CommandFailure(ExitCode.IO, ErrorText.of(e), e);
        }
    }

    private AdminServer administer(final EventProxy proxy, final Endpoint listen) {
        try {
            return AdminServer.start(listen, proxy, new EventPolicies(proxy.dataDir(), proxy.writers()));
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot open the admin endpoint: " + ErrorText.of(e) +
                "; choose a free port with --admin", e);
        }
    }

    private Endpoint adminEndpoint(final ConfigFile file) {
        final String said = admin != null || file.admin() == null ? admin : file.admin().listen();
        try {
            final Endpoint listen = Endpoint.parse("admin.listen", said == null ? DEFAULT_ADMIN : said);
            AdminServer.requireLoopback(listen);
            return listen;
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        } catch (final IOException e) {
            throw mistake("admin.listen is \"" + said + "\", of a host that is not known: " + e.getMessage() +
                "; write 127.0.0.1:0, for example");
        }
    }

    private ConfigFile readConfig() {
        try {
            return config == null ? ConfigFile.EMPTY : ConfigFile.read(config);
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    /** What the file and the options say. */
    EventProxy.Context context() {
        return context(readConfig());
    }

    private EventProxy.Context context(final ConfigFile file) {
        final EventProxy.Context context = new EventProxy.Context();
        final ProxyConfig proxyConfig = new ProxyConfig(new DurationConverter(), new SizeConverter());
        try {
            inFile(() -> proxyConfig.apply(file, context));
            applyOptions(context);
            if (isManaged(file) && namesNoManager(file)) {
                proxyConfig.addWriter(ConfigFile.Writer.of(MANAGED_WRITER), context);
            }
            if (file.writers() != null) {
                inFile(() -> file.writers().forEach(writer -> proxyConfig.addWriter(writer, context)));
            }
            for (final String spec : writers) {
                proxyConfig.addWriter(ConfigFile.Writer.of(spec), context);
            }
            return context;
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    private void inFile(final Runnable reading) {
        try {
            reading.run();
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(config + ": " + e.getMessage(), e);
        }
    }

    private void applyOptions(final EventProxy.Context context) {
        if (dataDir != null) {
            context.dataDir(dataDir);
        }
        context.adoptCopy(adoptCopy);
        if (aeronDir != null) {
            context.aeronDirectoryName(PathText.parse("--aeron-dir", aeronDir).toString());
        }
        if (group != null) {
            context.group(group);
        }
        if (node != null) {
            context.node(node);
        }
        if (dedupInterval != null) {
            context.dedupIntervalNs(dedupInterval.toNanos());
        }
        if (batchInterval != null) {
            context.batchIntervalNs(batchInterval.toNanos());
        }
        if (durability != null) {
            context.durability(durability);
        }
        if (profile != null) {
            context.profile(profile);
        }
        if (threading != null) {
            context.threadingMode(threading);
        }
        if (context.isInvoked()) {
            throw new IllegalArgumentException("threading INVOKER is for programs that embed the proxy: choose " +
                "shared or dedicated");
        }
    }

    private boolean isManaged(final ConfigFile file) {
        if (mode != null || file.mode() == null) {
            return mode == Mode.MANAGED;
        }
        return switch (file.mode().toLowerCase(Locale.ROOT)) {
            case "managed" -> true;
            case "standalone" -> false;
            default -> throw new IllegalArgumentException(
                "mode is \"" + file.mode() + "\": it must be standalone or managed");
        };
    }

    /** A managed node delivers to a manager on its own host, unless it is told of another one. */
    private boolean namesNoManager(final ConfigFile file) {
        final Stream<String> inFile = file.writers() == null ? Stream.of() :
            file.writers().stream().filter(Objects::nonNull).map(ConfigFile.Writer::spec).filter(Objects::nonNull);
        return Stream.concat(inFile, writers.stream())
            .noneMatch(spec -> WriterSpec.parse(spec).scheme().equals(MANAGED_WRITER));
    }
}
