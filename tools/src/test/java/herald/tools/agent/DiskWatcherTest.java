package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The watcher of file systems, on a host that the test makes up.
 */
@Timeout(120)
class DiskWatcherTest {
    private static final InodeProbe NO_INODES = new InodeProbe(1, List.of("true"));

    @TempDir
    private Path tempDir;
    private final RecordedEvents events = new RecordedEvents();
    private final List<String> log = new ArrayList<>();

    @Test
    void shouldRecordOncePerRiseOverDiskThreshold() throws IOException {
        final Path mount = Path.of("/data");
        final AtomicLong used = new AtomicLong(89);
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(mount)), 90,
            path -> new DiskWatcher.Space(100, 100 - used.get()), NO_INODES, log::add);

        for (final long percent : new long[] {89, 90, 95, 89, 91, 87, 90}) {
            used.set(percent);
            watcher.poll(events);
        }

        assertThat(events.take()).containsExactly(
            "DiskThresholdExceeded FileSystem//data: file system /data is 90% full, over its threshold of 90%",
            "DiskRecovered FileSystem//data: file system /data is 87% full, under its threshold of 90% again",
            "DiskThresholdExceeded FileSystem//data: file system /data is 90% full, over its threshold of 90%");
        assertThat(events.lastAttributes()).containsEntry("usedPercent", "90").containsEntry("totalBytes", "100");
    }

    @Test
    void shouldWatchOtherFileSystemsWhereOneFails() throws IOException {
        final Path broken = Path.of("/broken");
        final AtomicReference<String> reason = new AtomicReference<>("one");
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(broken, Path.of("/full"))), 90,
            path -> {
                if (path.equals(broken) && reason.get() != null) {
                    throw new IOException(reason.get());
                }
                return new DiskWatcher.Space(100, path.equals(broken) ? 100 : 9);
            }, NO_INODES, log::add);

        for (final String next : new String[] {"one", "one", "two", "one", null, null}) {
            reason.set(next);
            watcher.poll(events);
        }
        assertThat(events.take()).hasSize(1);
        assertThat(log).containsExactly(
            "cannot watch file system /broken: java.io.IOException: one; tried again every interval",
            "cannot watch file system /broken: java.io.IOException: two; tried again every interval",
            "file system /broken can be watched again");
    }

    @Test
    void shouldRecordThatADiskIsFullAndRecovers() throws IOException {
        final AtomicLong usable = new AtomicLong();
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(Path.of("/data"))), 90,
            path -> new DiskWatcher.Space(1_000_000, usable.get()), NO_INODES, log::add);

        for (final long left : new long[] {500_000, 900, 0, 15_000, 30_000, 0, 500_000}) {
            usable.set(left);
            watcher.poll(events);
        }

        assertThat(events.take()).containsExactly(
            "DiskThresholdExceeded FileSystem//data: file system /data is 99% full, over its threshold of 90%",
            "DiskFull FileSystem//data: file system /data is full",
            "DiskRecovered FileSystem//data: file system /data is 97% full, and has room again",
            "DiskFull FileSystem//data: file system /data is full",
            "DiskRecovered FileSystem//data: file system /data is 50% full, and has room again",
            "DiskRecovered FileSystem//data: file system /data is 50% full, under its threshold of 90% again");
    }

    @Test
    void shouldRecordLaterWhatSinkDoesNotTake() throws IOException {
        final AtomicLong usable = new AtomicLong();
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(Path.of("/data"))), 90,
            path -> new DiskWatcher.Space(100, usable.get()), NO_INODES, log::add);
        events.limit(1);
        watcher.poll(events);
        usable.set(100);
        watcher.poll(events);
        assertThat(events.take()).singleElement().asString().startsWith("DiskThresholdExceeded");
        events.limit(Integer.MAX_VALUE);
        watcher.poll(events);

        assertThat(events.take()).extracting(line -> line.substring(0, line.indexOf(' ')))
            .containsExactly("DiskFull", "DiskRecovered", "DiskRecovered");
    }

    @Test
    void shouldSayOnceThatNobodyCountsInodes() throws IOException {
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(tempDir)), 100,
            path -> new DiskWatcher.Space(100, 100), new InodeProbe(1, List.of("herald-no-such-program")), log::add);
        watcher.poll(events);
        watcher.poll(events);

        assertThat(log).singleElement().asString()
            .startsWith("cannot watch inodes of file systems: ").contains("herald-no-such-program");
    }

    @Test
    void shouldListFileSystemsThatCanFill() throws IOException {
        final Path mounts = Files.writeString(tempDir.resolve("mounts"), """
            proc /proc proc rw 0 0
            /dev/vda / ext4 rw,relatime 0 0
            /dev/vda /bind ext4 rw,relatime 0 0
            /dev/vdb /mnt/two\\040words xfs rw 0 0
            /dev/loop0 /snap squashfs ro 0 0
            /dev/vdc /frozen ext4 ro,relatime 0 0
            tmpfs /dev/shm tmpfs rw 0 0
            tmpfs /run tmpfs rw 0 0
            host:/x /nfs nfs4 rw 0 0
            """);

        assertThat(new MountTable(mounts, List.of()).mounts()).extracting(mount -> mount.path().toString())
            .containsExactly("/", "/mnt/two words", "/dev/shm", "/run");
    }

    @Test
    void shouldKeepThePlaceOfAFileSystemThatIsMountedSeveralTimes() throws IOException {
        final Path mounts = tempDir.resolve("mounts");
        final MountTable table = new MountTable(mounts, List.of());
        Files.writeString(mounts, """
            /dev/vda /first ext4 ro 0 0
            /dev/vda /second ext4 rw 0 0
            /dev/vdb /hidden ext4 rw 0 0
            /dev/vdc /hidden xfs rw 0 0
            """);
        assertThat(table.mounts()).extracting(MountTable.Mount::name, MountTable.Mount::readOnly)
            .containsExactly(tuple("/second", false), tuple("/hidden", false));

        Files.writeString(mounts, """
            /dev/vda /first ext4 rw 0 0
            /dev/vda /second ext4 ro 0 0
            /dev/vdd /new ext4 ro 0 0
            """);
        assertThat(table.mounts()).extracting(MountTable.Mount::name, MountTable.Mount::readOnly)
            .containsExactly(tuple("/second", true));
    }

    @Test
    void shouldReadNamesAsTheBytesThatTheyAre() throws IOException {
        final String lines = """
            a /caf\u00E9 tmpfs rw 0 0
            b /caf\u00E9\\134x tmpfs rw 0 0
            c /x\\012y\\9 tmpfs rw 0 0
            d /caf\u00C3\u00A9 tmpfs rw 0 0
            """;
        final Path mounts =
            Files.write(tempDir.resolve("mounts"), lines.getBytes(StandardCharsets.ISO_8859_1));
        final List<MountTable.Mount> found = new MountTable(mounts, List.of()).mounts();

        assertThat(found).extracting(MountTable.Mount::name)
            .containsExactly("/caf\\xE9", "/caf\\xE9\\x", "/x\\x0Ay\\9", "/caf\u00E9");
        assertThat(FileNames.bytes(found.get(1).path()))
            .isEqualTo("/caf\u00E9\\x".getBytes(StandardCharsets.ISO_8859_1));
    }
}
