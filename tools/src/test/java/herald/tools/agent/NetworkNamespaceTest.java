package herald.tools.agent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Links of the kernel that change between two looks, in a network namespace of the test's own. Needs the right to make
 * one and to mount.
 */
@Timeout(120)
class NetworkNamespaceTest {
    private static final String NAMESPACE = "herald-test-" + ProcessHandle.current().pid();

    @TempDir
    private Path dir;
    private final RecordedEvents events = new RecordedEvents();
    private boolean added;
    private boolean mounted;
    private Path sys;
    private LinkWatcher watcher;

    @BeforeEach
    void setUp() throws Exception {
        added = Commands.run("ip", "netns", "add", NAMESPACE);
        assumeTrue(added, "needs ip and the right to add network namespaces");
        sys = Files.createDirectory(dir.resolve("sys"));
        mounted = Commands.run("nsenter", "--net=/run/netns/" + NAMESPACE, "mount", "-t", "sysfs", "herald-test",
            sys.toString());
        assumeTrue(mounted, "may not mount a file system");
        watcher = new LinkWatcher(sys.resolve("class/net"));
        watcher.poll(events);
    }

    @AfterEach
    void tearDown() throws Exception {
        if (mounted) {
            assertThat(Commands.run("umount", sys.toString())).isTrue();
        }
        if (added) {
            assertThat(Commands.run("ip", "netns", "delete", NAMESPACE)).isTrue();
        }
    }

    @Test
    void shouldSeeALinkThatIsDeletedAndMadeAgain() throws Exception {
        addPair("");
        look();
        link("delete", "va");
        addPair("");

        assertThat(look()).startsWith("LinkDown Link/va: link va disappeared")
            .contains("LinkDown Link/va: link va appeared and is down").hasSize(4);
        assertThat(look()).isEmpty();
    }

    @Test
    void shouldSeeALinkThatIsMadeAgainWithItsNumber() throws Exception {
        addPair("77");
        look();
        link("delete", "va");
        addPair("77");

        assertThat(look()).contains(
            "LinkDown Link/va: link va disappeared", "LinkDown Link/va: link va appeared and is down");
    }

    @Test
    void shouldSeeFlapsBetweenTwoLooks() throws Exception {
        addPair("");
        link("set", "va", "up");
        link("set", "vb", "up");
        awaitUp("va");
        assertThat(look()).contains("LinkUp Link/va: link va appeared and is up");
        for (int i = 0; i < 2; i++) {
            link("set", "vb", "down");
            link("set", "vb", "up");
        }
        awaitUp("va");

        assertThat(look()).contains(
            "LinkDown Link/va: link va went down 2 times", "LinkUp Link/va: link va came up 2 times");
        assertThat(events.lastAttributes()).containsEntry("times", "2");

        link("set", "vb", "down");
        link("set", "vb", "up");
        link("set", "vb", "down");
        assertThat(look()).contains("LinkUp Link/va: link va came up", "LinkDown Link/va: link va went down 2 times");
    }

    @Test
    void shouldSeeALinkThatIsRenamed() throws Exception {
        addPair("");
        look();
        link("set", "va", "name", "lan0");

        assertThat(look()).containsExactly("LinkDown Link/va: link va was renamed to lan0",
            "LinkDown Link/lan0: link lan0 was renamed from va and is down");
        assertThat(events.lastAttributes()).containsEntry("renamedFrom", "va");
    }

    @Test
    void shouldSeeLinksThatExchangeTheirNames() throws Exception {
        addPair("");
        look();
        link("set", "va", "name", "other");
        link("set", "vb", "name", "va");
        link("set", "other", "name", "vb");

        assertThat(look()).containsExactly("LinkDown Link/va: link va was renamed to vb",
            "LinkDown Link/vb: link vb was renamed to va", "LinkDown Link/va: link va was renamed from vb and is down",
            "LinkDown Link/vb: link vb was renamed from va and is down");
    }

    /** The kernel's state follows the carrier. */
    private void awaitUp(final String name) {
        final Path state = sys.resolve("class/net").resolve(name).resolve("operstate");
        await().until(() -> "up".equals(Files.readString(state).trim()));
    }

    private List<String> look() throws IOException {
        watcher.poll(events);
        return events.take();
    }

    private void addPair(final String index) throws Exception {
        if (index.isEmpty()) {
            link("add", "va", "type", "veth", "peer", "name", "vb");
        } else {
            link("add", "va", "index", index, "type", "veth", "peer", "name", "vb");
        }
    }

    private static void link(final String... args) throws Exception {
        final String[] command = new String[args.length + 4];
        System.arraycopy(new String[] {"ip", "-n", NAMESPACE, "link"}, 0, command, 0, 4);
        System.arraycopy(args, 0, command, 4, args.length);
        assertThat(Commands.run(command)).as(String.join(" ", command)).isTrue();
    }
}
