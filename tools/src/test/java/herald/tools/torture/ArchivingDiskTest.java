package herald.tools.torture;

import herald.io.SystemDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is deleted of a log is kept in an archive, and both together are the whole log.
 */
@Timeout(120)
class ArchivingDiskTest {
    private static final String FIRST = "00000000000000000000.log";
    private static final String SECOND = "00000000000000065536.log";
    private static final int LENGTH = 128;
    private static final int RECORD_OFFSET = 64;

    @TempDir
    private Path dir;

    private Path segment(final String name, final int recordLength) throws IOException {
        final Path live = Files.createDirectories(dir.resolve("journal"));
        final byte[] bytes = new byte[LENGTH];
        bytes[RECORD_OFFSET] = (byte)recordLength;
        return Files.write(live.resolve(name), bytes);
    }

    @Test
    void shouldKeepWhatIsDeletedAndJoinItWithWhatIsNot() throws IOException {
        final Path archive = dir.resolve("archive");
        final Path first = segment(FIRST, 48);
        final Path second = segment(SECOND, 48);
        final byte[] bytes = Files.readAllBytes(first);

        new ArchivingDisk(SystemDisk.INSTANCE, archive).delete(first);

        assertThat(first).doesNotExist();
        final WholeLog whole = WholeLog.of(second.getParent(), archive);
        assertThat(whole.released()).isEqualTo(1);
        assertThat(whole.keptFrom()).isEqualTo(65536);
        assertThat(Files.readAllBytes(whole.directory().resolve(FIRST))).isEqualTo(bytes);
        assertThat(whole.directory().resolve(SECOND)).isSymbolicLink();
    }

    @Test
    void shouldNotTakeSegmentForReleasedThatKillLeftInBothPlaces() throws IOException {
        final Path archive = dir.resolve("archive");
        final Path first = segment(FIRST, 48);
        new ArchivingDisk(SystemDisk.INSTANCE, archive).delete(first);
        segment(FIRST, 48);

        final WholeLog whole = WholeLog.of(first.getParent(), archive);

        assertThat(whole.released()).isZero();
        assertThat(whole.keptFrom()).isZero();
    }

    @Test
    void shouldNotArchiveSegmentWithoutRecord() throws IOException {
        final Path archive = dir.resolve("archive");
        final Path first = segment(FIRST, 0);

        new ArchivingDisk(SystemDisk.INSTANCE, archive).delete(first);

        assertThat(first).doesNotExist();
        assertThat(archive).doesNotExist();
    }
}
