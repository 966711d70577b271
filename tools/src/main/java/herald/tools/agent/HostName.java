package herald.tools.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the name of this host without asking the network where the kernel can tell.
 */
public final class HostName {
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {
    }

    /**
     * The name.
     *
     * @return {@code localhost} where the host has none.
     */
    public static String get() {
        try {
            return Files.readString(KERNEL).trim();
        } catch (final IOException e) {
            return resolved();
        }
    }

    private static String resolved() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (final UnknownHostException e) {
            return "localhost";
        }
    }
}
