package herald.writer;

import herald.io.SystemDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A bookmark's place through moves, reopening and every kind of damage: it is never taken for that of a new writer.
 *
 * <p>Of the bytes that mean nothing a share is swept, all of them with {@code -Dherald.sweep=all}.
 */
@Timeout(600)
class BookmarkTest {
    private static final UUID LOG_ID = new UUID(0x1234, 0x5678);
    private static final boolean ALL = "all".equals(System.getProperty("herald.sweep"));
    private static final int FILE_LENGTH = 1024;

    @TempDir
    private Path dir;

    private Path file() {
        return dir.resolve("w" + Bookmark.SUFFIX);
    }

    private Bookmark open() throws IOException {
        return Bookmark.open(SystemDisk.INSTANCE, file(), true);
    }

    private byte[] moved(final int times) throws IOException {
        Files.deleteIfExists(file());
        try (Bookmark bookmark = open()) {
            for (int i = 1; i <= times; i++) {
                bookmark.move(LOG_ID, i * 64L, i);
            }
        }
        return Files.readAllBytes(file());
    }

    /** Small in both slots of 48 bytes and in the mark of a bookmark that never moved. */
    private static int step(final int offset, final int elsewhere) {
        return ALL || offset % 512 < 48 || offset >= FILE_LENGTH - 8 ? 1 : elsewhere;
    }

    @Test
    void shouldBeNewUntilItMoves() throws IOException {
        for (int i = 0; i < 2; i++) {
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.NEW);
            }
        }
    }

    @Test
    void shouldFindItsLastPlaceAgain() throws IOException {
        for (int times = 1; times < 6; times++) {
            moved(times);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
                assertThat(bookmark.logId()).isEqualTo(LOG_ID);
                assertThat(bookmark.position()).isEqualTo(times * 64L);
                assertThat(bookmark.index()).isEqualTo(times);
            }
        }
    }

    @Test
    void shouldFallBackOneMoveOrSayItIsDamagedWhereABitFlips() throws IOException {
        for (int times = 1; times <= 3; times++) {
            final byte[] whole = moved(times);
            for (int bit = 0; bit < FILE_LENGTH * 8; bit += step(bit / 8, 37)) {
                final byte[] bytes = whole.clone();
                bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
                Files.write(file(), bytes);
                try (Bookmark bookmark = open()) {
                    if (bookmark.state() == Bookmark.State.PLACED) {
                        assertThat(bookmark.index()).isBetween(times - 1, times).isPositive();
                        assertThat(bookmark.position()).isEqualTo(bookmark.index() * 64L);
                        assertThat(bookmark.logId()).isEqualTo(LOG_ID);
                    } else {
                        assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
                        assertThat(times).isEqualTo(1);
                    }
                }
            }
        }
    }

    @Test
    void shouldNeverBeNewAgainWhereverItsEndOrItsBeginningIsLost() throws IOException {
        for (int times = 0; times <= 3; times++) {
            final byte[] whole = moved(times);
            for (int at = 0; at <= FILE_LENGTH; at += step(at, 7)) {
                final byte[] headless = whole.clone();
                Arrays.fill(headless, 0, at, (byte)0);
                final byte[] tailless = whole.clone();
                Arrays.fill(tailless, at, FILE_LENGTH, (byte)0);
                for (final byte[] zeroed : List.of(headless, tailless)) {
                    Files.write(file(), zeroed);
                    try (Bookmark bookmark = open()) {
                        if (times == 0 && Arrays.equals(zeroed, whole)) {
                            assertThat(bookmark.state()).isEqualTo(Bookmark.State.NEW);
                        } else if (bookmark.state() == Bookmark.State.PLACED) {
                            assertThat(bookmark.index()).isBetween(times - 1, times).isPositive();
                        } else {
                            assertThat(bookmark.state()).as("%s moves, at %s", times, at)
                                .isEqualTo(Bookmark.State.DAMAGED);
                        }
                    }
                }
            }
        }
    }

    @Test
    void shouldBeDamagedWhicheverBitFlipsBeforeItsFirstMove() throws IOException {
        final byte[] whole = moved(0);
        for (int bit = 0; bit < FILE_LENGTH * 8; bit += step(bit / 8, 37)) {
            final byte[] bytes = whole.clone();
            bytes[bit >> 3] ^= (byte)(1 << (bit & 7));
            Files.write(file(), bytes);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).as("bit %s", bit).isEqualTo(Bookmark.State.DAMAGED);
            }
        }
    }

    @Test
    void shouldSurviveAMoveThatWasTornAnywhere() throws IOException {
        final byte[] before = moved(4);
        final byte[] after = moved(5);
        for (int length = 0; length <= FILE_LENGTH; length++) {
            final byte[] torn = before.clone();
            System.arraycopy(after, 0, torn, 0, length);
            Files.write(file(), torn);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
                assertThat(bookmark.index()).isBetween(4, 5);
                assertThat(bookmark.position()).isEqualTo(bookmark.index() * 64L);
                bookmark.move(LOG_ID, 640, 10);
            }
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.index()).isEqualTo(10);
            }
        }
    }

    @Test
    void shouldBeDamagedAndNotNewWhereTheFileHasAnotherLengthAndStaySoUntilItMoves() throws IOException {
        final byte[] whole = moved(3);
        for (int length = 0; length <= FILE_LENGTH + 64; length += step(length, 7)) {
            if (length == FILE_LENGTH) {
                continue;
            }
            Files.write(file(), Arrays.copyOf(whole, length));
            for (int i = 0; i < 2; i++) {
                try (Bookmark bookmark = open()) {
                    assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
                }
            }
        }
        try (Bookmark bookmark = open()) {
            bookmark.move(LOG_ID, 64, 1);
        }
        try (Bookmark bookmark = open()) {
            assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
            assertThat(bookmark.position()).isEqualTo(64);
        }
    }

    @Test
    void shouldKeepWhatItCouldNotRead() throws IOException {
        final byte[] whole = Arrays.copyOf(moved(3), 700);
        Files.write(file(), whole);
        open().close();

        assertThat(SystemDisk.INSTANCE.list(dir, ".damaged")).singleElement()
            .satisfies(aside -> assertThat(Files.readAllBytes(aside)).isEqualTo(whole));
    }

    @Test
    void shouldNotTouchADamagedFileThatIsOnlyRead() throws IOException {
        Files.write(file(), new byte[100]);

        assertThatThrownBy(() -> Bookmark.open(SystemDisk.INSTANCE, file(), false))
            .isInstanceOf(IOException.class).hasMessageContaining("100 bytes instead of 1024");
        assertThat(Files.size(file())).isEqualTo(100);
    }

    @Test
    void shouldSayWhoseItIsWhereItHasAnotherName() throws IOException {
        for (int times = 0; times <= 2; times++) {
            moved(times);
            final Path other = dir.resolve("v" + Bookmark.SUFFIX);
            Files.move(file(), other, StandardCopyOption.REPLACE_EXISTING);
            try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, other, true)) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.DAMAGED);
                assertThat(bookmark.trouble()).contains("writer w's");
                bookmark.move(LOG_ID, 64, 1);
            }
            try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, other, false)) {
                assertThat(bookmark.state()).isEqualTo(Bookmark.State.PLACED);
            }
        }
    }

    @Test
    void shouldTakeOneFromBeforeBookmarksHadNames() throws IOException {
        for (int times = 0; times <= 2; times++) {
            final byte[] bytes = moved(times);
            Arrays.fill(bytes, 576, FILE_LENGTH - 8, (byte)0);
            if (times == 0) {
                bytes[FILE_LENGTH - 1] = 'B';
            }
            Files.write(file(), bytes);
            try (Bookmark bookmark = open()) {
                assertThat(bookmark.state()).isEqualTo(times == 0 ? Bookmark.State.NEW : Bookmark.State.PLACED);
                bookmark.move(LOG_ID, 64, 1);
            }
            Files.move(file(), dir.resolve("v" + Bookmark.SUFFIX), StandardCopyOption.REPLACE_EXISTING);
            try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, dir.resolve("v" + Bookmark.SUFFIX), false)) {
                assertThat(bookmark.trouble()).contains("writer w's");
            }
        }
    }
}
