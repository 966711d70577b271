package herald.link;

import io.aeron.CncFileDescriptor;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which driver a directory belongs to, also where the file of the next one has the inode of the last one's.
 */
@Timeout(120)
class DriverIdentityTest {
    private static final long TIMEOUT_MS = 10_000;

    @TempDir
    private Path dir;
    private Path cncFile;

    @BeforeEach
    void setUp() {
        cncFile = dir.resolve(CncFileDescriptor.CNC_FILE);
    }

    private void startDriver() {
        MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(dir.toString())
            .threadingMode(ThreadingMode.INVOKER)
            .dirDeleteOnStart(true)).close();
    }

    private void write(final int offset, final long value, final int length) throws IOException {
        final ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
        bytes.putLong(0, value).limit(length);
        try (FileChannel channel = FileChannel.open(cncFile, StandardOpenOption.WRITE)) {
            channel.write(bytes, offset);
        }
    }

    private DriverIdentity identity() {
        return DriverIdentity.of(dir.toString());
    }

    @Test
    void shouldBeTheSameWhileTheDriverIs() {
        startDriver();
        assertThat(identity()).isNotNull().isEqualTo(identity());
    }

    @Test
    void shouldDifferForTheNextDriverUnderTheSameInode() throws IOException {
        startDriver();
        final DriverIdentity first = identity();
        write(CncFileDescriptor.startTimestampOffset(0), first.startTimestampMs() + 1, Long.BYTES);
        final DriverIdentity later = identity();
        assertThat(later.fileKey()).isEqualTo(first.fileKey());
        assertThat(later).isNotEqualTo(first);

        write(CncFileDescriptor.pidOffset(0), first.pid() + 1, Long.BYTES);
        assertThat(identity()).isNotEqualTo(later);
    }

    @Test
    void shouldBeNobodysWhereThereIsNoFileOrNoneThatIsWhole() throws IOException {
        assertThat(identity()).isNull();
        assertThat(DriverIdentity.isAlive(dir.toString(), TIMEOUT_MS)).isFalse();

        Files.write(cncFile, new byte[16]);
        assertThat(identity()).isNull();
        Files.delete(cncFile);

        startDriver();
        write(CncFileDescriptor.cncVersionOffset(0), 0, Integer.BYTES);
        assertThat(identity()).isNull();
    }

    @Test
    void shouldBeNobodysWhereAPipeOrADirectoryHasTheNameOfTheFile() throws Exception {
        final Path pipe = dir.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Files.createSymbolicLink(cncFile, pipe);
        assertThat(identity()).isNull();
        assertThat(DriverIdentity.isAlive(dir.toString(), TIMEOUT_MS)).isFalse();
        assertThatThrownBy(() -> DriverOwner.require(dir.toString(), null)).isInstanceOf(IllegalStateException.class)
            .hasMessageContainingAll(cncFile + " is a pipe", "remove it", "--aeron-dir");

        Files.move(pipe, cncFile, StandardCopyOption.REPLACE_EXISTING);
        assertThat(identity()).isNull();
        assertThat(DriverIdentity.isAlive(dir.toString(), TIMEOUT_MS)).isFalse();

        Files.delete(cncFile);
        Files.createDirectory(cncFile);
        assertThat(identity()).isNull();
        assertThatThrownBy(() -> DriverOwner.require(dir.toString(), null))
            .isInstanceOf(IllegalStateException.class).hasMessageContaining(cncFile + " is a directory");
    }

    @Test
    void shouldBeInItsDirectoryWhileItsFileIs() throws Exception {
        startDriver();
        final DriverIdentity driver = identity();
        assertThat(driver.isIn(dir.toString())).isTrue();
        write(CncFileDescriptor.startTimestampOffset(0), driver.startTimestampMs() + 1, Long.BYTES);
        assertThat(driver.isIn(dir.toString())).isFalse();

        Files.move(cncFile, dir.resolve("moved"));
        assertThat(driver.isIn(dir.toString())).isFalse();
        assertThat(new ProcessBuilder("mkfifo", cncFile.toString()).start().waitFor()).isZero();
        assertThat(driver.isIn(dir.toString())).isFalse();
    }

    @Test
    void shouldNotBeAliveWhereItsFileWasCut() throws IOException {
        startDriver();
        try (FileChannel channel = FileChannel.open(cncFile, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);
        }
        assertThat(DriverLiveness.of(dir.toString(), Long.MAX_VALUE).state()).isEqualTo(DriverLiveness.State.NONE);
    }

    @Test
    void shouldBeReadByAThreadThatIsInterrupted() {
        startDriver();
        final DriverIdentity before = identity();
        Thread.currentThread().interrupt();
        assertThat(identity()).isEqualTo(before);
        assertThat(Thread.interrupted()).isTrue();
    }
}
