package herald.writers.syslog;

import herald.writer.EventWriter;
import herald.writers.EventBatches;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * A UDP writer in a process of its own, whose names and clock a test sets. Each line of its input says how many
 * seconds pass, and the message that is sent then.
 */
final class UdpChild {
    private UdpChild() {
    }

    /** Arguments: host, port. */
    public static void main(final String[] args) throws Exception {
        final long[] nowNs = {Long.MAX_VALUE};
        final SyslogEncoder encoder = new Rfc5424Encoder(new SyslogEncoder.Style(1, "", "", 2_048));
        final BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (EventWriter writer =
            new UdpSyslogWriter("s", args[0], Integer.parseInt(args[1]), encoder, () -> nowNs[0])) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                final String[] words = line.split(" ", 2);
                nowNs[0] += TimeUnit.SECONDS.toNanos(Integer.parseInt(words[0]));
                writer.write(EventBatches.of(EventBatches.event().message(words[1])), 0);
                writer.flush();
            }
        }
    }
}
