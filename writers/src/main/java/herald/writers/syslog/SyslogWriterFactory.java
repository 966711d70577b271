package herald.writers.syslog;

import herald.writer.EventWriter;
import herald.writer.EventWriterFactory;
import herald.writer.WriterSpec;
import herald.writers.SpecOptions;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes writers to a syslog receiver: {@code syslog:udp://HOST:PORT}.
 */
public final class SyslogWriterFactory implements EventWriterFactory {
    private static final String FACILITY = "facility";
    private static final String APP_NAME = "appName";
    private static final String MAX_LENGTH = "maxLength";
    private static final String DEFAULT_FACILITY = "user";
    private static final int DEFAULT_MAX_LENGTH = 2_048;
    private static final int DEFAULT_PORT = 514;
    private static final int HIGHEST_PORT = 65_535;
    private static final Pattern TARGET =
        Pattern.compile("udp://(?:\\[([0-9A-Fa-f:.]+(?:%[\\w.-]+)?)]|([^:/\\[\\]@?#\\s]+))(?::(\\d{1,5}))?/?");

    @Override
    public String scheme() {
        return "syslog";
    }

    @Override
    public EventWriter create(final WriterSpec spec) {
        final SpecOptions options = new SpecOptions(spec, FACILITY, APP_NAME, MAX_LENGTH);
        final Matcher target = TARGET.matcher(spec.target());
        if (!target.matches()) {
            throw options.mistake("target \"" + spec.target() +
                "\" is not udp://HOST:PORT: write for example syslog:udp://logs.example.com:514 or " +
                "syslog:udp://[::1]:514");
        }
        final int port = target.group(3) == null ? DEFAULT_PORT : Integer.parseInt(target.group(3));
        if (port < 1 || port > HIGHEST_PORT) {
            throw options.mistake("port " + port + " of \"" + spec.target() + "\" is not from 1 to " + HIGHEST_PORT);
        }
        final String host = target.group(1) == null ? target.group(2) : target.group(1);
        final SyslogEncoder encoder = new SyslogEncoder(
            facility(options),
            options.text(APP_NAME, ""),
            options.integer(
                MAX_LENGTH, DEFAULT_MAX_LENGTH, SyslogEncoder.LEAST_MAX_LENGTH, SyslogEncoder.MOST_MAX_LENGTH));
        return new SyslogWriter(spec.name(), host, port, encoder);
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
}
