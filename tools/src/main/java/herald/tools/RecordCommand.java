package herald.tools;

import herald.events.EventType;
import herald.events.Severity;
import herald.io.ErrorText;
import herald.io.SizeText;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Records one event from its options, or many from stdin, and waits until the proxy has journaled them.
 */
@Command(
    name = "record",
    description = "Record an event, or many from stdin.",
    footerHeading = "%nExamples:%n",
    footer = {
        "  herald record --component cmd --type cluster.ElectionStarted \"Started\"",
        "  herald record --component net --type network.LinkDown --ref Link/eth0 \\",
        "      --attr mtu=1500 \"eth0 went down\"",
        "  herald record --component import --stdin < events.ndjson",
        "  herald record --component cmd --type cluster.ElectionStarted \\",
        "      --proxy 10.0.0.1:4810 --key-file herald.key \"Started\"",
        "",
        "With --stdin each line is a JSON object of type and message and, if wanted,",
        "severity, ref (\"KIND/NAME\", or an object of kind, name, tenant, namespace",
        "and uri) and attributes (an object of strings).",
        "",
        "Exits with 0 once the proxy has journaled all, 65 where lines were bad, 74",
        "where events were not accepted, 75 where they are kept in the spool."})
final class RecordCommand extends AbstractCommand {
    @Option(names = "--component", required = true, paramLabel = "COMPONENT",
        description = "The part of the node that records.")
    private String component;

    @Option(names = "--type", paramLabel = "TYPE", description = "Qualified name, such as cluster.ElectionStarted.")
    private EventType type;

    @Option(names = "--severity", paramLabel = "SEVERITY",
        description = "DEBUG, INFO, WARN or CRITICAL; default: that of the type.")
    private Severity severity;

    @Option(names = "--ref", paramLabel = "KIND/NAME", description = "What the event is about.")
    private ObjectReference reference;

    @Option(names = "--attr", paramLabel = "NAME=VALUE", description = "Carried with the event; may be repeated.")
    private Map<String, String> attributes = new LinkedHashMap<>();

    @Option(names = "--stdin", description = "Record the events of stdin, one JSON object a line.")
    private boolean stdin;

    @Option(names = "--timeout", paramLabel = "TIME", defaultValue = "5s",
        description = "How long to wait for the proxy; default: ${DEFAULT-VALUE}.")
    private Duration timeout;

    @Mixin
    private RecorderOptions recorderOptions;

    @Parameters(arity = "0..1", paramLabel = "MESSAGE", description = "What happened, for people.")
    private String message;

    private InputStream input = System.in;

    /** Reads events from elsewhere than the process's stdin. */
    RecordCommand input(final InputStream value) {
        input = value;
        return this;
    }

    @Override
    public Integer call() throws IOException {
        check();
        final LinkErrors linkErrors = new LinkErrors(isDebug() ? err() : null);
        try (RecorderOptions options = recorderOptions;
            EventRecorder recorder = launch(linkErrors)) {
            return stdin ? recordMany(recorder, options, linkErrors) : recordOne(recorder, linkErrors);
        }
    }

    /** A signal ends the input: what was read of it is recorded and told. */
    private int recordMany(
        final EventRecorder recorder, final RecorderOptions options, final LinkErrors linkErrors) throws IOException {
        final EventLineParser parser = new EventLineParser(options.tenant(), options.namespace());
        final StreamRecording recording = new StreamRecording(recorder, parser, options.maxLength(), err(),
            timeout.toNanos(), linkErrors, () -> options.kept(recorder));
        try (Foreground foreground = new Foreground()) {
            foreground.onStop(this::endInput);
            final int code = recording.run(input);
            foreground.exitCode(code);
            return code;
        }
    }

    private void endInput() {
        try {
            input.close();
        } catch (final IOException e) {
            err().println("herald: cannot close standard input: " + ErrorText.of(e));
        }
    }

    private EventRecorder launch(final LinkErrors linkErrors) {
        final EventRecorder.Context context = recorderOptions.context(component, linkErrors, spec().commandLine())
            .fullSpoolWaitNs(timeout.toNanos())
            .closeLingerNs(0);
        return RecorderOptions.launch(context, spec().commandLine());
    }

    private void check() {
        if (stdin) {
            final boolean mixed = type != null || severity != null || reference != null || !attributes.isEmpty() ||
                message != null;
            if (mixed) {
                throw mistake("--stdin takes type, severity, ref, attributes and message from its lines, not from " +
                    "the call");
            }
        } else if (type == null) {
            throw mistake("Missing required option: '--type=TYPE' (or --stdin)");
        } else if (message == null) {
            throw mistake("Missing required parameter: 'MESSAGE'");
        }
        for (final String name : attributes.keySet()) {
            if (name.isBlank()) {
                throw mistake("--attr needs a name before the '='");
            }
        }
    }

    private int recordOne(final EventRecorder recorder, final LinkErrors linkErrors) throws IOException {
        final long sequence = recorder.record(type, severity, message, inTenant(), attributes);
        if (sequence == EventRecorder.TOO_LONG) {
            throw mistake("the event is too long: message " + bytes(message) + " bytes, attributes " +
                attributes.entrySet().stream().mapToInt(e -> bytes(e.getKey()) + bytes(e.getValue())).sum() +
                " bytes, and the limit of all of it, encoded, is " + recorderOptions.maxLength() +
                " bytes: shorten it, or give --max-length, up to event.max-length of the proxy");
        }
        if (sequence < 0) {
            throw new CommandFailure(ExitCode.IO, "not accepted: " + describeRefusal(recorder, sequence));
        }
        if (recorder.awaitAcknowledged(sequence, timeout.toNanos())) {
            return ExitCode.OK;
        }
        err().println("herald: " + recorderOptions.kept(recorder) + linkErrors.suffix());
        return recorder.isKept() ? ExitCode.SPOOLED : ExitCode.IO;
    }

    private ObjectReference inTenant() {
        return reference == null ? null : ObjectReference.of(
            recorderOptions.tenant(), recorderOptions.namespace(), reference.kind(), reference.name(), "");
    }

    /**
     * Says why a spool takes no more and what would help.
     *
     * @param recorder that has it.
     * @param code     that it gave back.
     * @return the end of a sentence.
     * @throws IOException where the spool's size can't be read.
     */
    static String describeRefusal(final EventRecorder recorder, final long code) throws IOException {
        if (code == EventRecorder.SPOOL_LOST || !recorder.isKept() || !Files.exists(recorder.spoolFile())) {
            return "the spool was moved, deleted or written over meanwhile; start this command again";
        }
        return "the spool " + recorder.spoolFile() + " (" + SizeText.format(Files.size(recorder.spoolFile())) +
            ") is full; start the proxy of this data directory, and it will drain it";
    }

    private static int bytes(final String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
