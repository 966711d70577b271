package herald.tools.agent;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The watcher of file systems, on a host that the test makes up.
 */
@Timeout(120)
class DiskWatcherTest {
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
}
