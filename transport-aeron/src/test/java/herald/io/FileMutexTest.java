package herald.io;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A file has one holder on the host, in whichever process and by whichever path.
 */
@Timeout(120)
class FileMutexTest {
    private static final String HELD = "held";
    private static final String REFUSED = "refused";

    @TempDir
    private Path dir;
    private Path file;

    /** Takes a file, says whether it has it, and keeps it until it is killed. */
    static final class Holder {
        private Holder() {
        }

        public static void main(final String[] arguments) throws Exception {
            final FileMutex mutex = FileMutex.tryAcquire(Path.of(arguments[0]));
            System.out.println(mutex == null ? REFUSED : HELD);
            while (mutex != null) {
                System.in.read();
            }
        }
    }

    @BeforeEach
    void setUp() {
        file = dir.resolve("a.lock");
    }

    @Test
    void shouldHaveOneHolderWithinAProcess() throws IOException {
        try (FileMutex mutex = FileMutex.tryAcquire(file)) {
            assertThat(mutex.file()).isEqualTo(file.toRealPath());
            assertThat(FileMutex.tryAcquire(file)).isNull();
            assertThat(FileMutex.tryAcquire(dir.resolve("b/../a.lock").normalize())).isNull();
        }
        try (FileMutex mutex = FileMutex.tryAcquire(file)) {
            assertThat(mutex).isNotNull();
        }
    }

    @Test
    void shouldBeItsOwnersAlone() throws IOException {
        try (FileMutex mutex = FileMutex.tryAcquire(file)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mutex.file())))
                .isEqualTo("rw-------");
        }
    }

    @Test
    void shouldBeRefusedWhileAnotherProcessHoldsItAndFreeOnceThatWasKilled() throws Exception {
        try (ChildJvm child = new ChildJvm(Holder.class, file.toString())) {
            assertThat(child.readLine()).isEqualTo(HELD);
            assertThat(FileMutex.tryAcquire(file)).isNull();
            child.kill();
            try (FileMutex mutex = FileMutex.tryAcquire(file)) {
                assertThat(mutex).isNotNull();
            }
        }
    }

    @Test
    void shouldHoldAgainstAnotherProcessAfterATryByAnotherPath() throws Exception {
        final Path link = Files.createSymbolicLink(dir.resolve("link"), Files.createDirectory(dir.resolve("real")));
        final Path real = dir.resolve("real/a.lock");
        try (FileMutex mutex = FileMutex.tryAcquire(real)) {
            assertThat(mutex).isNotNull();
            assertThat(FileMutex.tryAcquire(link.resolve("a.lock"))).isNull();
            try (ChildJvm child = new ChildJvm(Holder.class, real.toString())) {
                assertThat(child.readLine()).isEqualTo(REFUSED);
            }
        }
    }

    @Test
    void shouldForgetAFileThatCannotBeOpened() throws IOException {
        final Path missing = dir.resolve("missing/a.lock");
        assertThatThrownBy(() -> FileMutex.tryAcquire(missing))
            .isInstanceOf(IOException.class);
        Files.createDirectory(dir.resolve("missing"));
        try (FileMutex mutex = FileMutex.tryAcquire(missing)) {
            assertThat(mutex).isNotNull();
        }
    }
}
