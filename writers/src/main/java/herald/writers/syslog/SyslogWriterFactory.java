package herald.writers.syslog;

import herald.io.HostBounds;
import herald.io.PathText;
import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;
import herald.writers.syslog.SyslogTarget.Protocol;
import org.agrona.concurrent.SystemNanoClock;

import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes writers to a syslog receiver: {@code syslog:udp://HOST:PORT}, {@code syslog:tcp://HOST:PORT},
 * {@code syslog:tls://HOST:PORT}.
 */
public final class SyslogWriterFactory implements EventWriterFactory {
    private static final String FACILITY = "facility";
    private static final String APP_NAME = "appName";
    private static final String PREFIX = "prefix";
    private static final String FORMAT = "format";
    private static final String MAX_LENGTH = "maxLength";
    private static final String FRAMING = "framing";
    private static final String WINDOW_MESSAGES = "windowMessages";
    private static final String WINDOW_SECONDS = "windowSeconds";
    private static final String CA_FILE = "caFile";
    private static final String CERT_FILE = "certFile";
    private static final String KEY_FILE = "keyFile";
    private static final String SERVER_NAME = "serverName";
    private static final List<String> ALL = List.of(FACILITY, APP_NAME, PREFIX, FORMAT, MAX_LENGTH);
    private static final List<String> STREAM = List.of(FRAMING, WINDOW_MESSAGES, WINDOW_SECONDS);
    private static final List<String> TLS = List.of(CA_FILE, CERT_FILE, KEY_FILE, SERVER_NAME);

    private static final String RFC5424 = "rfc5424";
    private static final String OCTET_COUNTING = "octet-counting";
    private static final String DEFAULT_FACILITY = "user";
    private static final int DEFAULT_DATAGRAM_LENGTH = 2_048;
    private static final int DEFAULT_STREAM_LENGTH = 8_192;
    private static final int DEFAULT_WINDOW_MESSAGES = 50_000;
    private static final int MOST_WINDOW_MESSAGES = 10_000_000;
    private static final int WINDOW_MESSAGE_LENGTH = 64;
    private static final int DEFAULT_WINDOW_SECONDS = 5;
    private static final int MOST_WINDOW_SECONDS = 3_600;

    private final long silenceNs;

    /** A factory of writers as the manual says. */
    public SyslogWriterFactory() {
        this(StreamSyslogWriter.SILENCE_NS);
    }

    /**
     * A factory of writers that are less patient, or more.
     *
     * @param silenceNs for which the host of a receiver over TCP or TLS may take or acknowledge nothing.
     */
    public SyslogWriterFactory(final long silenceNs) {
        this.silenceNs = silenceNs;
    }

    @Override
    public String scheme() {
        return "syslog";
    }

    @Override
    public EventWriter create(final WriterSpec spec) {
        final SyslogTarget target;
        try {
            target = SyslogTarget.parse(spec.target());
        } catch (final IllegalArgumentException e) {
            throw new SpecOptions(spec, spec.options().keySet().toArray(new String[0])).mistake(e.getMessage());
        }
        final List<String> known = new ArrayList<>(ALL);
        if (target.protocol() != Protocol.UDP) {
            known.addAll(STREAM);
        }
        if (target.protocol() == Protocol.TLS) {
            known.addAll(TLS);
        }
        final SpecOptions options = new SpecOptions(spec, known.toArray(new String[0]));
        if (target.protocol() == Protocol.UDP) {
            return new UdpSyslogWriter(spec.name(), target.host(), target.port(),
                encoder(options, DEFAULT_DATAGRAM_LENGTH), SystemNanoClock.INSTANCE);
        }
        final StreamSyslogWriter.Settings settings = new StreamSyslogWriter.Settings(
            target,
            target.protocol() == Protocol.TLS ? tls(options) : null,
            OCTET_COUNTING.equals(options.oneOf(FRAMING, OCTET_COUNTING, "newline")),
            options.integer(WINDOW_MESSAGES, DEFAULT_WINDOW_MESSAGES, 1, mostWindowMessages()),
            TimeUnit.SECONDS.toNanos(
                options.integer(WINDOW_SECONDS, DEFAULT_WINDOW_SECONDS, 0, MOST_WINDOW_SECONDS)),
            silenceNs);
        return new StreamSyslogWriter(
            spec.name(), settings, encoder(options, DEFAULT_STREAM_LENGTH), SystemNanoClock.INSTANCE);
    }

    private static SyslogEncoder encoder(final SpecOptions options, final int defaultLength) {
        final SyslogEncoder.Style style = new SyslogEncoder.Style(
            facility(options),
            options.text(APP_NAME, ""),
            options.text(PREFIX, ""),
            options.integer(
                MAX_LENGTH, defaultLength, SyslogEncoder.LEAST_MAX_LENGTH, SyslogEncoder.MOST_MAX_LENGTH));
        return RFC5424.equals(options.oneOf(FORMAT, RFC5424, "rfc3164")) ?
            new Rfc5424Encoder(style) : new Rfc3164Encoder(style, ZoneId.systemDefault());
    }

    private static int facility(final SpecOptions options) {
        final String text = options.text(FACILITY, DEFAULT_FACILITY);
        final int facility = SyslogFacility.parse(text);
        if (facility < 0) {
            throw options.mistake(FACILITY, text,
                "neither a number from 0 to 23 nor one of " + String.join(", ", SyslogFacility.keywords()));
        }
        return facility;
    }

    /** Each is remembered until it is settled, in a quarter of the heap. */
    private static int mostWindowMessages() {
        return (int)Math.min(MOST_WINDOW_MESSAGES,
            Math.max(DEFAULT_WINDOW_MESSAGES, HostBounds.heap() / 4 / WINDOW_MESSAGE_LENGTH));
    }

    private static TlsSettings tls(final SpecOptions options) {
        final TlsSettings tls = new TlsSettings(
            path(options, CA_FILE), path(options, CERT_FILE), path(options, KEY_FILE),
            options.text(SERVER_NAME, null));
        if ((tls.certFile() == null) != (tls.keyFile() == null)) {
            throw options.mistake("option " + (tls.certFile() == null ? CERT_FILE : KEY_FILE) + " is missing: " +
                CERT_FILE + " and " + KEY_FILE + " go together");
        }
        try {
            tls.load();
            return tls;
        } catch (final IOException e) {
            throw options.mistake(e.getMessage());
        }
    }

    private static Path path(final SpecOptions options, final String option) {
        final String text = options.text(option, null);
        try {
            return text == null ? null : PathText.parse(option, text);
        } catch (final IllegalArgumentException e) {
            throw options.mistake(e.getMessage());
        }
    }
}
