package herald.tools.tail;

import herald.dispatch.DispatchReader;
import herald.engine.DataDirectory;
import herald.event.EventFilter;
import herald.event.EventView;
import herald.events.Severity;
import herald.io.ErrorText;
import herald.io.SystemDisk;
import herald.journal.JournalReader;
import herald.link.HeraldDirectory;
import herald.log.LogDamage;
import herald.log.LogDescriptor;
import herald.log.LogReader;
import herald.tools.AbstractCommand;
import herald.tools.CommandFailure;
import herald.tools.ExitCode;
import herald.writers.json.EventJson;
import herald.writers.stdout.StandardOutput;
import herald.writers.text.EventLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Shows the events of a proxy's journal or dispatch log, from its files: the proxy is neither asked nor disturbed.
 */
@Command(name = "tail", description = "Show and follow the events of this node's proxy, from its files.")
public final class TailCommand extends AbstractCommand {
    /** What to read. */
    enum Stream {
        /** Every accepted event. */
        JOURNAL,
        /** Deduplicated batches: what writers deliver. */
        DISPATCH
    }

    /** How to show it. */
    enum Output {
        /** A line for people. */
        PRETTY,
        /** A line of JSON. */
        JSON
    }

    private static final long POLL_PARK_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int BUFFER_LENGTH = 64 * 1024;

    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Option(names = "--stream", paramLabel = "STREAM", defaultValue = "dispatch",
        description = "journal: every accepted event. dispatch: what writers get, repeats folded. " +
            "Default: ${DEFAULT-VALUE}.")
    private Stream stream;

    @Option(names = "--from", paramLabel = "PLACE", defaultValue = "start",
        description = "start, end, a position, a time (RFC 3339, a date, or @ and seconds), or how long ago " +
            "(10m, 1h30m); default: ${DEFAULT-VALUE}.")
    private String from;

    @Option(names = {"-f", "--follow"}, description = "Wait for more.")
    private boolean follow;

    @Option(names = "--severity", paramLabel = "MIN", description = "At least: DEBUG, INFO, WARN or CRITICAL.")
    private Severity severity;

    @Option(names = "--type", paramLabel = "GLOB", description = "Qualified type, such as cluster.*")
    private String type;

    @Option(names = "--component", paramLabel = "GLOB", description = "Component that recorded.")
    private String component;

    @Option(names = "--filter", paramLabel = "EXPRESSION", description =
        "Conditions between blanks, as filters of writers have them: FIELD=VALUE, or not FIELD=VALUE; the fields are " +
            "severity, type, component, category, tenant, namespace, object-kind, object, attribute.NAME. May be " +
            "repeated.")
    private List<String> expressions = List.of();

    @Option(names = "--ref", paramLabel = "KIND/NAME", description = "Object that the event is about.")
    private String reference;

    @Option(names = "--grep", paramLabel = "REGEX", description = "Found in the message.")
    private String regex;

    @Option(names = "--output", paramLabel = "FORM", defaultValue = "pretty",
        description = "pretty or json; default: ${DEFAULT-VALUE}.")
    private Output form;

    @Option(names = {"-n", "--limit"}, paramLabel = "N", description = "Stop after N events.")
    private long limit = Long.MAX_VALUE;

    /** One of its own: a reader that has seen enough is no failure of this command. */
    private OutputStream output = StandardOutput.out();
    private final EventJson json = new EventJson();
    private final StringBuilder line = new StringBuilder();
    private EventLine pretty;
    private long shown;

    /** Made by the command line. */
    public TailCommand() {
    }

    /** Shows events elsewhere than on the process's stdout. */
    public TailCommand output(final OutputStream value) {
        output = value;
        return this;
    }

    @Override
    public Integer call() {
        final Path root = dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir;
        final Path directory = stream == Stream.JOURNAL ? DataDirectory.journal(root) : DataDirectory.dispatch(root);
        final EventFilter filter = filter();
        final TailStart start = start();
        if (limit < 1) {
            throw mistake("--limit is " + limit + ": it must be 1 or more");
        }
        pretty = new EventLine(Ansi.AUTO.enabled());
        requireReadable(root);
        requireLogs(root);
        if (follow && Files.notExists(root)) {
            err().println("herald: there is no data directory " + root + " yet: waiting for a proxy to make it " +
                "(another one is named with --data-dir)");
            err().flush();
        }
        if (!follow && LogReader.segmentBases(SystemDisk.INSTANCE, directory).isEmpty()) {
            throw new CommandFailure(ExitCode.IO, "there is no " + stream.name().toLowerCase(Locale.ROOT) +
                " in " + directory + ": name the data directory of a proxy with --data-dir");
        }
        try (TailSource source = open(directory, start)) {
            show(source, start, filter);
            return ExitCode.OK;
        }
    }

    private EventFilter filter() {
        try {
            return EventFilter.parse(String.join(" ", expressions)).toBuilder()
                .minimumSeverity(severity)
                .type(type)
                .component(component)
                .object(reference)
                .message(regex)
                .build();
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    private TailStart start() {
        try {
            return TailStart.parse(from, TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()));
        } catch (final IllegalArgumentException e) {
            throw mistake("--from: " + e.getMessage());
        }
    }

    private TailSource open(final Path directory, final TailStart start) {
        final long position = start.atEnd() ? Long.MAX_VALUE : start.position();
        if (!start.atEnd() && position % LogDescriptor.RECORD_ALIGNMENT != 0) {
            throw mistake("--from: position " + position + " is none of a log: it must be a multiple of " +
                LogDescriptor.RECORD_ALIGNMENT);
        }
        final long base = segmentAt(directory, position);
        final TailSource source = stream == Stream.JOURNAL ?
            new JournalSource(new JournalReader(SystemDisk.INSTANCE, directory, base, this::onDamage)) :
            new DispatchSource(new DispatchReader(SystemDisk.INSTANCE, directory, base, this::onDamage));
        try {
            if (!start.atEnd()) {
                source.seek(position);
            }
            return source;
        } catch (final IllegalArgumentException e) {
            source.close();
            throw mistake("--from: " + e.getMessage());
        }
    }

    /** Base of the last segment that begins at a position or before, or that position where none does. */
    private static long segmentAt(final Path directory, final long position) {
        final List<Long> bases = LogReader.segmentBases(SystemDisk.INSTANCE, directory);
        long segment = bases.isEmpty() && position == Long.MAX_VALUE ? 0 : position;
        for (final long base : bases) {
            if (base <= position) {
                segment = base;
            }
        }
        return segment;
    }

    private void onDamage(final LogDamage damage) {
        err().println("herald: no valid record at " + damage);
        err().flush();
    }

    private void show(final TailSource source, final TailStart start, final EventFilter filter) {
        boolean more = true;
        if (start.atEnd()) {
            while (more) {
                more = source.next();
            }
        }
        try (OutputStream out = new BufferedOutputStream(output, BUFFER_LENGTH)) {
            while (shown < limit) {
                more = source.next();
                if (more) {
                    final EventView event = source.event();
                    if (event.journalTimeNs() >= start.timeNs() && matches(filter, event)) {
                        show(source, out);
                    }
                } else {
                    out.flush();
                    if (!follow || isReaderGone()) {
                        return;
                    }
                    LockSupport.parkNanos(POLL_PARK_NS);
                }
            }
        } catch (final IOException e) {
            if (!isClosedPipe(e)) {
                throw new CommandFailure(ExitCode.IO, "cannot write to standard output: " + ErrorText.of(e), e);
            }
        }
    }

    private boolean matches(final EventFilter filter, final EventView event) {
        try {
            return filter.matches(event);
        } catch (final IllegalArgumentException e) {
            throw mistake(e.getMessage());
        }
    }

    private void show(final TailSource source, final OutputStream out) throws IOException {
        shown++;
        if (form == Output.JSON) {
            source.writeJson(json, out);
            return;
        }
        line.setLength(0);
        pretty.append(source.event(), line);
        line.append('\n');
        out.write(line.toString().getBytes(StandardCharsets.UTF_8));
    }

    private boolean isReaderGone() {
        return output instanceof StandardOutput standard && standard.isReaderGone();
    }

    /** The reader of the pipe, such as head, has seen enough: that is no error. */
    private static boolean isClosedPipe(final IOException e) {
        return e.getMessage() != null && e.getMessage().contains("Broken pipe");
    }
}
