package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The watchers of file systems, clock and processes, on a host that the test makes up.
 */
@Timeout(120)
class WatcherTest {
    @TempDir
    private Path tempDir;
    private final RecordedEvents events = new RecordedEvents();

    @Test
    void shouldRecordOncePerRiseOverDiskThreshold() throws IOException {
        final Path mount = Path.of("/data");
        final AtomicLong used = new AtomicLong(89);
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(mount)), 90,
            path -> new DiskWatcher.Space(100, 100 - used.get()));

        for (final long percent : new long[] {89, 90, 95, 89, 91, 87, 90}) {
            used.set(percent);
            watcher.poll(events);
        }

        assertThat(events.take()).containsExactly(
            "DiskThresholdExceeded FileSystem//data: file system /data is 90% full, over its threshold of 90%",
            "DiskThresholdExceeded FileSystem//data: file system /data is 90% full, over its threshold of 90%");
        assertThat(events.lastAttributes()).containsEntry("usedPercent", "90").containsEntry("totalBytes", "100");
    }

    @Test
    void shouldWatchOtherFileSystemsWhereOneFails() {
        final Path broken = Path.of("/broken");
        final DiskWatcher watcher = new DiskWatcher(new MountTable(tempDir, List.of(broken, Path.of("/full"))), 90,
            path -> {
                if (path.equals(broken)) {
                    throw new IOException("broken");
                }
                return new DiskWatcher.Space(100, 0);
            });

        assertThatThrownBy(() -> watcher.poll(events)).hasMessage("broken");
        assertThat(events.take()).hasSize(1);
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

        assertThat(new MountTable(mounts, List.of()).mounts()).extracting(Path::toString)
            .containsExactly("/", "/mnt/two words", "/dev/shm", "/run");
    }

    @Test
    void shouldRecordStepsOfWallClock() {
        final AtomicLong nano = new AtomicLong();
        final AtomicLong wall = new AtomicLong(1_000_000_000_000L);
        final ClockWatcher watcher =
            new ClockWatcher(nano::get, wall::get, TimeUnit.SECONDS.toNanos(1), "node-1");
        watcher.poll(events);
        for (final long wallSeconds : new long[] {10, 70, 10, 5, 10}) {
            nano.addAndGet(TimeUnit.SECONDS.toNanos(10));
            wall.addAndGet(TimeUnit.SECONDS.toNanos(wallSeconds));
            watcher.poll(events);
        }

        assertThat(events.take()).containsExactly(
            "ClockSyncFailed Node/node-1: wall clock jumped ahead by 60000 ms",
            "ClockSyncFailed Node/node-1: wall clock jumped back by 5000 ms");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("stepMs", "-5000"));
    }

    @Test
    void shouldRecordProcessesThatStartAndStop() throws IOException {
        process(10, "nginx", 'S');
        process(11, "other (x) y", 'S');
        final ProcessWatcher watcher =
            new ProcessWatcher(List.of("nginx", "a-name-of-more-than-15"), new ProcessTable(tempDir));

        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStarted Process/nginx: process nginx runs");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("pid", "10", "initial", "true"));

        process(12, "nginx", 'S');
        process(13, "a-name-of-more-", 'R');
        watcher.poll(events);
        process(10, "nginx", 'Z');
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "ServiceStarted Process/a-name-of-more-than-15: process a-name-of-more-than-15 started");

        process(12, "nginx", 'X');
        process(14, "nginx", 'S');
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "ServiceStopped Process/nginx: process nginx stopped",
            "ServiceStarted Process/nginx: process nginx started");

        process(14, "nginx", 'Z');
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/nginx: process nginx stopped");
        assertThat(events.lastAttributes()).isEqualTo(new HashMap<>(Map.of("pid", "14")));
    }

    private void process(final int pid, final String name, final char state) throws IOException {
        final Path directory = Files.createDirectories(tempDir.resolve(Integer.toString(pid)));
        Files.writeString(directory.resolve("stat"), pid + " (" + name + ") " + state + " 1 1\n");
    }
}
