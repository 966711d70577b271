package herald.testing;

import java.util.ArrayList;
import java.util.List;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A host of its own for what a test talks to, at the other end of a link that can be cut: then packets get lost without
 * a word. Where this user may not make one, the test is skipped.
 */
public final class NetworkNamespace implements AutoCloseable {
    private static final int BYTE = 256;
    private static final int NETWORK_LENGTH = 4;
    private static final int MOST_DIGITS = 1_000_000;

    private final String name;
    private final String link;
    private final String farLink;
    private final String nearAddress;
    private final String farAddress;

    private NetworkNamespace(final long pid) {
        name = "hv" + pid % MOST_DIGITS;
        link = name + 'a';
        farLink = name + 'b';
        // Of the networks that RFC 2544 sets aside for tests.
        final String network = "198.18." + pid % BYTE + '.';
        final long first = pid / BYTE % (BYTE / NETWORK_LENGTH) * NETWORK_LENGTH;
        nearAddress = network + (first + 1);
        farAddress = network + (first + 2);
    }

    /**
     * Makes one, linked to this host.
     *
     * @return the host.
     */
    public static NetworkNamespace open() {
        final NetworkNamespace host = new NetworkNamespace(ProcessHandle.current().pid());
        assumeTrue(Mount.run("ip", "netns", "add", host.name), "may not make a network namespace");
        try {
            host.begin();
            return host;
        } catch (final AssertionError e) {
            host.close();
            throw e;
        }
    }

    private void begin() {
        ip("link", "add", link, "type", "veth", "peer", "name", farLink, "netns", name);
        ip("address", "add", nearAddress + "/30", "dev", link);
        ip("link", "set", link, "up");
        ip("-n", name, "address", "add", farAddress + "/30", "dev", farLink);
        ip("-n", name, "link", "set", farLink, "up");
        ip("-n", name, "link", "set", "lo", "up");
    }

    private static void ip(final String... arguments) {
        final List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        assertTrue(Mount.run(command.toArray(new String[0])), () -> String.join(" ", command));
    }

    /** Where it is reached. */
    public String address() {
        return farAddress;
    }

    /** What stands before a command that runs there. */
    public List<String> prefix() {
        return List.of("ip", "netns", "exec", name);
    }

    /** Cuts the link: nothing arrives any more, and nobody is told. */
    public void vanish() {
        ip("-n", name, "link", "set", farLink, "down");
    }

    /** Mends the link. */
    public void comeBack() {
        ip("-n", name, "link", "set", farLink, "up");
    }

    @Override
    public void close() {
        Mount.run("ip", "link", "delete", link);
        Mount.run("ip", "netns", "delete", name);
    }
}
