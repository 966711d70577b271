package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the link watcher makes of a directory like {@code /sys/class/net}.
 */
@Timeout(120)
class LinkWatcherTest {
    @TempDir
    private Path sysClassNet;
    private final RecordedEvents events = new RecordedEvents();

    @Test
    void shouldRecordPresentStateOnce() throws IOException {
        link("eth0", "operstate", "up", "mtu", "1500", "speed", "1000", "address", "02:00:00:00:00:01");
        link("lo", "operstate", "unknown", "carrier", "1", "speed", "-1");
        link("wlan0", "operstate", "down");
        Files.writeString(sysClassNet.resolve("bonding_masters"), "");
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);

        assertThat(watcher.poll(events)).isEqualTo(3);
        assertThat(events.take()).containsExactly(
            "LinkUp Link/eth0: link eth0 is up", "LinkUp Link/lo: link lo is up",
            "LinkDown Link/wlan0: link wlan0 is down");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("initial", "true"));
        assertThat(watcher.poll(events)).isZero();
    }

    @Test
    void shouldRecordLifeOfLink() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        watcher.poll(events);

        link("veth0", "operstate", "down");
        watcher.poll(events);
        link("veth0", "operstate", "up", "mtu", "1500", "speed", "10000");
        watcher.poll(events);
        assertThat(events.lastAttributes()).isEqualTo(Map.of("mtu", "1500", "speed", "10000"));
        link("veth0", "operstate", "lowerlayerdown");
        watcher.poll(events);
        remove("veth0");
        watcher.poll(events);
        watcher.poll(events);

        assertThat(events.take()).containsExactly(
            "LinkDown Link/veth0: link veth0 appeared and is down", "LinkUp Link/veth0: link veth0 came up",
            "LinkDown Link/veth0: link veth0 went down", "LinkDown Link/veth0: link veth0 disappeared");
    }

    @Test
    void shouldRecordWhatHappenedBetweenTwoLooks() throws IOException {
        link("eth0", "operstate", "up", "carrier_up_count", "1", "carrier_down_count", "1");
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        watcher.poll(events);
        events.take();

        link("eth0", "operstate", "up", "carrier_up_count", "2", "carrier_down_count", "2");
        link("veth0", "operstate", "down", "carrier_up_count", "1", "carrier_down_count", "2");
        watcher.poll(events);

        assertThat(events.take()).containsExactly(
            "LinkDown Link/eth0: link eth0 went down", "LinkUp Link/eth0: link eth0 came up",
            "LinkUp Link/veth0: link veth0 appeared and came up", "LinkDown Link/veth0: link veth0 went down");
    }

    @Test
    void shouldRecordLaterWhatSinkDoesNotTake() throws IOException {
        link("eth0", "operstate", "up");
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        watcher.poll(events);
        events.take();

        events.full(true);
        remove("eth0");
        assertThat(watcher.poll(events)).isZero();
        events.full(false);
        watcher.poll(events);

        assertThat(events.take()).containsExactly("LinkDown Link/eth0: link eth0 disappeared");
    }

    @Test
    void shouldSayHowOftenALinkFlapped() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        link("eth0", "operstate", "up", "carrier_up_count", "4", "carrier_down_count", "4");
        watcher.poll(events);
        events.take();

        link("eth0", "operstate", "up", "carrier_up_count", "7", "carrier_down_count", "7");
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "LinkDown Link/eth0: link eth0 went down 3 times", "LinkUp Link/eth0: link eth0 came up 3 times");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("times", "3"));

        link("eth0", "operstate", "down", "carrier_up_count", "9", "carrier_down_count", "10");
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "LinkUp Link/eth0: link eth0 came up 2 times", "LinkDown Link/eth0: link eth0 went down 3 times");

        link("eth0", "operstate", "up", "carrier_up_count", "12", "carrier_down_count", "12");
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "LinkDown Link/eth0: link eth0 went down 2 times", "LinkUp Link/eth0: link eth0 came up 3 times");
    }

    /** The carrier is counted at once, and the state follows. */
    @Test
    void shouldNotTakeAStateThatIsLateForAFlap() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        link("eth0", "operstate", "up", "carrier", "1", "carrier_up_count", "1", "carrier_down_count", "1");
        watcher.poll(events);
        events.take();

        link("eth0", "operstate", "up", "carrier", "0", "carrier_up_count", "1", "carrier_down_count", "2");
        watcher.poll(events);
        link("eth0", "operstate", "down", "carrier", "1", "carrier_up_count", "2", "carrier_down_count", "2");
        watcher.poll(events);
        link("eth0", "operstate", "up", "carrier", "1", "carrier_up_count", "2", "carrier_down_count", "2");
        watcher.poll(events);

        assertThat(events.take()).containsExactly(
            "LinkDown Link/eth0: link eth0 went down", "LinkUp Link/eth0: link eth0 came up");
    }

    @Test
    void shouldTakeCountsThatStartAgainForAnotherLink() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        link("eth0", "operstate", "up", "ifindex", "3", "carrier_up_count", "5", "carrier_down_count", "5");
        watcher.poll(events);
        events.take();

        link("eth0", "operstate", "up", "ifindex", "3", "carrier_up_count", "1", "carrier_down_count", "1");
        watcher.poll(events);

        assertThat(events.take()).containsExactly(
            "LinkDown Link/eth0: link eth0 disappeared", "LinkUp Link/eth0: link eth0 appeared and is up");
    }

    @Test
    void shouldWatchOthersWhereOneCannotBeRead() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        link("eth0", "operstate", "up", "ifindex", "3");
        link("eth1", "operstate", "up", "ifindex", "4");
        watcher.poll(events);
        events.take();

        link("eth0", "operstate", "down", "ifindex", "three");
        link("eth1", "operstate", "down");
        watcher.poll(events);
        assertThat(events.take()).containsExactly("LinkDown Link/eth1: link eth1 went down");

        link("eth0", "operstate", "down", "ifindex", "3");
        watcher.poll(events);
        assertThat(events.take()).containsExactly("LinkDown Link/eth0: link eth0 went down");
    }

    @Test
    void shouldRecordEachEventOnceWhereSinkTakesOnlySome() throws IOException {
        final LinkWatcher watcher = new LinkWatcher(sysClassNet);
        link("eth0", "operstate", "up", "carrier_up_count", "1", "carrier_down_count", "1");
        watcher.poll(events);
        events.take();

        events.limit(1);
        link("eth0", "operstate", "up", "carrier_up_count", "2", "carrier_down_count", "2");
        watcher.poll(events);
        watcher.poll(events);
        assertThat(events.take()).containsExactly("LinkDown Link/eth0: link eth0 went down");
        events.limit(Integer.MAX_VALUE);
        watcher.poll(events);
        assertThat(events.take()).containsExactly("LinkUp Link/eth0: link eth0 came up");
    }

    @Test
    void shouldTellLinksWhoseNamesAreNotUtf8() throws IOException {
        for (final String octet : new String[] {"%FE", "%FF"}) {
            final Path directory = Path.of(URI.create(sysClassNet.toUri() + "eth" + octet));
            Files.writeString(Files.createDirectory(directory).resolve("operstate"), "up\n");
        }
        new LinkWatcher(sysClassNet).poll(events);

        assertThat(events.take()).containsExactly(
            "LinkUp Link/eth\\xFE: link eth\\xFE is up", "LinkUp Link/eth\\xFF: link eth\\xFF is up");
    }

    private void link(final String name, final String... files) throws IOException {
        final Path directory = Files.createDirectories(sysClassNet.resolve(name));
        for (int i = 0; i < files.length; i += 2) {
            Files.writeString(directory.resolve(files[i]), files[i + 1] + '\n');
        }
    }

    private void remove(final String name) throws IOException {
        try (var files = Files.list(sysClassNet.resolve(name))) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(sysClassNet.resolve(name));
    }
}
