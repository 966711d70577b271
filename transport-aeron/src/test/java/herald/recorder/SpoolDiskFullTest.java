package herald.recorder;

import herald.events.ClusterEvents;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * On a full disk, a real one of 1 MiB, no spool can begin, and one that has begun goes on. Needs the right to mount.
 */
@Timeout(120)
class SpoolDiskFullTest {
    @TempDir
    private Path dir;
    private Path disk;
    private LinkFixture fixture;
    private boolean mounted;

    @BeforeEach
    void setUp() throws Exception {
        disk = Files.createDirectory(dir.resolve("disk"));
        fixture = new LinkFixture(dir);
        mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "herald-test", disk.toString());
        assumeTrue(mounted, "may not mount a file system");
    }

    @AfterEach
    void tearDown() throws Exception {
        fixture.close();
        if (mounted) {
            assertThat(run("umount", disk.toString())).isTrue();
        }
    }

    private static boolean run(final String... command) throws Exception {
        try {
            final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (final IOException e) {
            return false;
        }
    }

    private EventRecorder.Context context() {
        return fixture.context().spoolDir(disk.resolve("spools"));
    }

    private void fillDisk() throws IOException {
        try (OutputStream filler = Files.newOutputStream(disk.resolve("filler"))) {
            assertThatThrownBy(() -> {
                while (true) {
                    filler.write(new byte[1024]);
                }
            }).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        }
    }

    @Test
    void shouldSayThatThereIsNoRoomAndLeaveNothingBehind() throws IOException {
        assertThatThrownBy(() -> EventRecorder.launch(context().spoolLength(2 * 1024 * 1024)))
            .isInstanceOf(SpoolException.class)
            .hasMessageContaining("No space left on device").hasMessageContaining("component cmd")
            .hasMessageContaining("2097152 bytes free");
        assertThat(disk.resolve("spools").toFile().list()).containsExactly("cmd.lock");

        fixture.recorder = EventRecorder.launch(context().spoolLength(256 * 1024));
        assertThat(fixture.recorder.spoolFile()).hasFileName("cmd.spool");
    }

    @ParameterizedTest
    @EnumSource(SpoolDurability.class)
    void shouldGoOnWhereTheDiskIsFull(final SpoolDurability durability) throws IOException {
        fixture.recorder = EventRecorder.launch(context().durability(durability));
        fillDisk();
        long last = 0;
        long result = record();
        while (result > 0) {
            last = result;
            result = record();
        }
        assertThat(result).isEqualTo(EventRecorder.SPOOL_FULL);
        assertThat(last).isGreaterThan(100);

        fixture.recorder.close();
        fixture.recorder = EventRecorder.launch(context().durability(durability));
        assertThat(fixture.recorder.lastSequence()).isEqualTo(last);
        assertThat(fixture.errors).isEmpty();
        assertThat(SpoolInspection.of(new FaultyDisk(), fixture.recorder.spoolFile()).events()).isEqualTo(last);
    }

    private long record() {
        return fixture.recorder.record(ClusterEvents.LEADER_LOST, null, "on a full disk", null);
    }
}
