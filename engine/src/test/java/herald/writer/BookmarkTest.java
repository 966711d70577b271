package herald.writer;

import herald.io.SystemDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A bookmark names the last place, the one before it, or says that it is damaged; never anything else.
 */
@Timeout(30)
class BookmarkTest {
    private static final UUID LOG_ID = new UUID(3, 4);
    private static final int FILE_LENGTH = 1024;
    private static final int SLOT_LENGTH = 48;

    @TempDir
    private Path dir;
    private Path file;

    @BeforeEach
    void name() {
        file = dir.resolve("w" + Bookmark.SUFFIX);
    }

    private Bookmark open() throws IOException {
        return Bookmark.open(SystemDisk.INSTANCE, file, true);
    }

    private byte[] moved(final int times) throws IOException {
        try (Bookmark bookmark = open()) {
            for (int i = 1; i <= times; i++) {
                bookmark.move(LOG_ID, i * 100L, i);
            }
        }
        return Files.readAllBytes(file);
    }

    @Test
    void shouldKeepItsPlace() throws IOException {
        try (Bookmark bookmark = open()) {
            assertThat(bookmark.state()).isEqualTo(Bookmark.State.NEW);
        }
        try (Bookmark bookmark = open()) {
            assertThat(bookmark.state()).as("never moved").isEqualTo(Bookmark.State.NEW);
        }
        for (int times = 1; times < 5; times++) {
            Files.delete(file);
            moved(times);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
                assertThat(bookmark.logId()).isEqualTo(LOG_ID);
                assertThat(bookmark.position()).isEqualTo(times * 100L);
                assertThat(bookmark.index()).isEqualTo(times);
            }
        }
    }

    @Test
    void shouldSurviveEveryFlippedBit() throws IOException {
        final byte[] image = moved(3);
        for (int i = 0; i < 2 * SLOT_LENGTH * 8; i++) {
            final int bit = i < SLOT_LENGTH * 8 ? i : (512 - SLOT_LENGTH) * 8 + i;
            final byte[] flipped = image.clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Files.write(file, flipped);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
                assertThat(bookmark.position()).isIn(200L, 300L).isEqualTo(bookmark.index() * 100L);
            }
        }
    }

    @Test
    void shouldSayThatItIsDamagedWhereItsOnlyPlaceIs() throws IOException {
        final byte[] image = moved(1);
        for (int bit = 512 * 8; bit < (512 + 48) * 8; bit++) {
            final byte[] flipped = image.clone();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Files.write(file, flipped);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
            }
        }
    }

    @Test
    void shouldNotBeTakenForNewWhereItHasAnotherLength() throws IOException {
        final byte[] image = moved(2);
        for (final int length : new int[] {0, 1, 47, 512, 560, FILE_LENGTH - 1, FILE_LENGTH + 1}) {
            Files.write(file, Arrays.copyOf(image, length));
            try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, file, false)) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
            }
            assertThat(Files.size(file)).as("a reader changes nothing").isEqualTo(length);
            for (int i = 0; i < 2; i++) {
                try (Bookmark bookmark = open()) {
                    assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
                }
            }
            try (Bookmark bookmark = open()) {
                bookmark.move(LOG_ID, 700, 1);
            }
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.position()).isEqualTo(700);
            }
        }
    }
}
