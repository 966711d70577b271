package herald.io;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

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
            if (arguments.length > 1) {
                new FileInputStream(arguments[0]).close();
            }
            System.out.println(mutex == null ? REFUSED : HELD);
            System.out.println(ProcessHandle.current().pid());
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

    private static void assertFree(final Path file) throws IOException {
        try (FileMutex mutex = FileMutex.tryAcquire(file)) {
            assertThat(mutex).isNotNull();
        }
    }

    /** Another class loader's copy of this class, as an application server has. */
    private static AutoCloseable tryAcquireElsewhere(final URLClassLoader loader, final Path file) throws Exception {
        return (AutoCloseable)loader.loadClass(FileMutex.class.getName()).getMethod("tryAcquire", Path.class)
            .invoke(null, file);
    }

    private static URLClassLoader newLoader() throws IOException {
        final List<URL> urls = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    private void assertRefusedElsewhere() throws Exception {
        try (ChildJvm child = new ChildJvm(Holder.class, file.toString())) {
            assertThat(child.readLine()).isEqualTo(REFUSED);
        }
    }

    @Test
    void shouldHaveOneHolderAmongTheClassLoadersOfAProcess() throws Exception {
        try (URLClassLoader loader = newLoader()) {
            try (FileMutex mutex = FileMutex.tryAcquire(file)) {
                assertThat(mutex).isNotNull();
                assertThat(tryAcquireElsewhere(loader, file)).isNull();
                assertRefusedElsewhere();
            }
            try (AutoCloseable elsewhere = tryAcquireElsewhere(loader, file)) {
                assertThat(elsewhere).isNotNull();
                assertThat(FileMutex.tryAcquire(file)).isNull();
                assertThat(FileMutex.isHeld(file)).isTrue();
                assertThat(FileMutex.holderOf(file)).contains("this process");
                assertRefusedElsewhere();
            }
        }
        assertFree(file);
    }

    @Test
    void shouldHoldWhereNothingButTheKernelKnowsOfTheOtherHolderInThisProcess() throws Exception {
        try (FileChannel channel = FileChannel.open(
            Files.createFile(file), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertThat(channel.lock()).isNotNull();
            assertThat(FileMutex.tryAcquire(file)).isNull();
            assertRefusedElsewhere();
        }
    }

    @Test
    void shouldHoldWhereAClosedDescriptorDroppedTheLock() throws Exception {
        try (ChildJvm child = new ChildJvm(Holder.class, file.toString(), "and close a descriptor of it")) {
            assertThat(child.readLine()).isEqualTo(HELD);
            final String pid = child.readLine();
            assertThat(FileMutex.tryAcquire(file)).isNull();
            assertThat(FileMutex.isHeld(file)).isTrue();
            assertThat(FileMutex.holderOf(file)).contains("process " + pid, "java");
            child.kill();
            assertThat(FileMutex.isHeld(file)).isFalse();
            assertFree(file);
        }
    }

    @Test
    void shouldHoldWhereTheFileIsDeletedUnderItsOwner() throws Exception {
        try (ChildJvm child = new ChildJvm(Holder.class, file.toString())) {
            assertThat(child.readLine()).isEqualTo(HELD);
            final String pid = child.readLine();
            Files.delete(file);
            assertThat(FileMutex.isHeld(file)).isTrue();
            assertThat(FileMutex.tryAcquire(file)).isNull();
            assertThat(FileMutex.holderOf(file)).contains("process " + pid);
            child.kill();
            assertFree(file);
        }
    }

    @Test
    void shouldStayHeldWhereTheFileIsDeletedAndReplaced() throws IOException {
        final FileMutex mutex = FileMutex.tryAcquire(file);
        try {
            Files.delete(file);
            Files.createFile(file);
            assertThat(FileMutex.tryAcquire(file)).isNull();
        } finally {
            mutex.close();
        }
        assertFree(file);
    }

    @Test
    void shouldBeFreeInACopyOfTheDirectoryOfALivingOwner() throws Exception {
        final Path original = Files.createDirectory(dir.resolve("original"));
        final Path copy = Files.createDirectory(dir.resolve("copy"));
        try (ChildJvm child = new ChildJvm(Holder.class, original.resolve("a.lock").toString())) {
            assertThat(child.readLine()).isEqualTo(HELD);
            for (final String name : new String[] {"a.lock", ".a.lock.owner"}) {
                Files.copy(original.resolve(name), copy.resolve(name));
                assertThat(copy.resolve(name)).content().startsWith("herald-owner pid=");
            }
            assertThat(FileMutex.isHeld(copy.resolve("a.lock"))).isFalse();
            assertFree(copy.resolve("a.lock"));
        }
    }

    @Test
    void shouldBelieveNoMarkWhoseProcessHasEndedAndWhosePidIsUsedAgain() throws Exception {
        final String mark;
        try (ChildJvm child = new ChildJvm(Holder.class, file.toString())) {
            assertThat(child.readLine()).isEqualTo(HELD);
            mark = Files.readString(file);
        }
        final Path beside = dir.resolve(".a.lock.owner");
        for (final String start : new String[] {"0", "1", "999999999999999999"}) {
            final String reused = "pid=" + ProcessHandle.current().pid() + " start=" + start;
            Files.writeString(file, mark.replaceAll("pid=\\d+ start=\\d+", reused));
            Files.writeString(beside, "herald-owner " + reused + "\n");
            assertFree(file);
        }
    }

    @Test
    void shouldWriteIntoNoFileOfSomebodyElse() throws IOException {
        final Path other = Files.writeString(dir.resolve("other"), "of somebody else");
        Files.createSymbolicLink(file, other);
        assertThatThrownBy(() -> FileMutex.tryAcquire(file)).isInstanceOf(IOException.class)
            .hasMessageContaining(file.toRealPath().getParent().resolve("a.lock").toString())
            .hasMessageContaining("a symbolic link");
        Files.delete(file);
        Files.writeString(file, "a note");
        assertFree(file);
        assertThat(file).hasContent("a note");
        assertThat(other).hasContent("of somebody else");
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
