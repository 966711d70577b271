package herald.engine;

import org.agrona.concurrent.NanoClock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * For how long this host is up, the time that it slept included. Any thread.
 */
final class HostUptime implements NanoClock {
    static final HostUptime INSTANCE = new HostUptime();

    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final double NS_PER_S = 1e9;

    private HostUptime() {
    }

    /** Where the system does not say it, the host counts as up for ever: no leap is told. */
    @Override
    public long nanoTime() {
        try {
            return (long)(Double.parseDouble(Files.readString(UPTIME).split(" ", 2)[0]) * NS_PER_S);
        } catch (final IOException | NumberFormatException e) {
            return Long.MAX_VALUE / 2;
        }
    }
}
