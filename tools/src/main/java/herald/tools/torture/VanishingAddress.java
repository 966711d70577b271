package herald.tools.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * An address of this host that can be taken away: what is sent to it then gets lost, and nobody is told. Only root can
 * make one.
 *
 * <pre>
 *   there:     lo has the address
 *   vanished:  its route leads into a link at whose other end nobody takes anything
 * </pre>
 */
final class VanishingAddress implements AutoCloseable {
    private static final long TIMEOUT_S = 20;
    private static final int BYTE = 256;
    private static final int MOST_DIGITS = 1_000_000;

    private final String link;
    private final String address;

    private VanishingAddress(final long pid) {
        link = "ht" + pid % MOST_DIGITS + 'a';
        // Of the networks that RFC 2544 sets aside for tests.
        address = "198.19." + pid / BYTE % BYTE + '.' + pid % BYTE;
    }

    /**
     * Makes the address of this process.
     *
     * @return one that is there.
     * @throws IOException where this user may not make it.
     */
    static VanishingAddress open() throws IOException, InterruptedException {
        final VanishingAddress made = new VanishingAddress(ProcessHandle.current().pid());
        boolean done = false;
        try {
            made.ip("link", "add", made.link, "type", "veth", "peer", "name", made.link.replace('a', 'b'));
            made.ip("link", "set", made.link, "arp", "off", "up");
            made.ip("link", "set", made.link.replace('a', 'b'), "up");
            made.ip("route", "add", made.address + "/32", "dev", made.link);
            made.comeBack();
            done = true;
            return made;
        } finally {
            if (!done) {
                made.close();
            }
        }
    }

    /** Whether this user may make one. */
    static boolean isAllowed() throws InterruptedException {
        try {
            open().close();
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    private void ip(final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        if (!run(command)) {
            throw new IOException("it fails: " + String.join(" ", command));
        }
    }

    private static boolean run(final List<String> command) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(command)
            .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor(TIMEOUT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
    }

    /** The address, in digits. */
    String text() {
        return address;
    }

    /** The address. */
    InetAddress inet() throws IOException {
        return InetAddress.getByName(address);
    }

    /** Nothing reaches it any more. */
    void vanish() throws IOException, InterruptedException {
        run(List.of("ip", "address", "del", address + "/32", "dev", "lo"));
    }

    /** It is reached again. */
    void comeBack() throws IOException, InterruptedException {
        ip("address", "replace", address + "/32", "dev", "lo");
    }

    @Override
    public void close() {
        try {
            vanish();
            run(List.of("ip", "link", "delete", link));
        } catch (final IOException e) {
            // There is no such command: then there is no address either.
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
