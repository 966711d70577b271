package herald.tools.agent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Small file systems that the test mounts, one of them with a name that is not UTF-8. Needs the right to mount.
 */
@Timeout(120)
class MountsTest {
    private static final Path MOUNTS = Path.of("/proc/mounts");
    private static final byte[] ODD_NAME = "odd \u00FF\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final int INODES = 64;

    @TempDir
    private Path dir;
    private final RecordedEvents events = new RecordedEvents();
    private final List<String> log = new ArrayList<>();
    private final List<Path> mounted = new ArrayList<>();
    private Path odd;
    private Path plain;
    private DiskWatcher watcher;

    @BeforeEach
    void setUp() throws Exception {
        dir = dir.toRealPath();
        watcher = watcher(List.of());
        odd = mount(ODD_NAME);
        plain = mount("plain".getBytes(StandardCharsets.US_ASCII));
    }

    @AfterEach
    void tearDown() throws Exception {
        watcher.close();
        for (final Path mount : mounted) {
            assertThat(in(mount, "umount \"$PWD/$1\"")).isTrue();
        }
    }

    private DiskWatcher watcher(final List<Path> named) {
        return new DiskWatcher(new MountTable(dir.resolve("mounts"), named), 90, DiskWatcher::fileStoreSpace,
            new InodeProbe(1), log::add);
    }

    /** Java passes no arguments that are not UTF-8, but a shell finds them. */
    private Path mount(final byte[] name) throws Exception {
        final Path mount = FileNames.path(concat((dir + "/").getBytes(StandardCharsets.UTF_8), name));
        Files.createDirectory(mount);
        final boolean done =
            in(mount, "mount -t tmpfs -o size=1m,nr_inodes=" + INODES + " herald-test \"$PWD/$1\"");
        assumeTrue(done, "may not mount a file system");
        mounted.add(mount);
        return mount;
    }

    private boolean in(final Path mount, final String command) throws InterruptedException {
        final String pattern = mount.getFileName().toString().startsWith("odd") ? "odd*" : "plain";
        return Commands.run("sh", "-c", "cd \"$0\" && set -- " + pattern + " && " + command, dir.toString());
    }

    private static byte[] concat(final byte[] first, final byte[] second) {
        final byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** What the kernel lists of this test, without the file systems of the host. */
    private List<String> look() throws IOException {
        final String lines = new String(Files.readAllBytes(MOUNTS), StandardCharsets.ISO_8859_1).lines()
            .filter(line -> line.contains(dir.toString())).collect(Collectors.joining("\n"));
        Files.write(dir.resolve("mounts"), lines.getBytes(StandardCharsets.ISO_8859_1));
        watcher.poll(events);
        return events.take();
    }

    private static void fill(final Path mount) throws IOException {
        try (OutputStream out = Files.newOutputStream(mount.resolve("filler"))) {
            assertThatThrownBy(() -> {
                while (true) {
                    out.write(new byte[4096]);
                }
            }).isInstanceOf(IOException.class).hasMessageContaining("No space left");
        }
    }

    private static String event(final String type, final Object mount, final String message) {
        return type + " FileSystem/" + mount + ": file system " + mount + message;
    }

    @Test
    void shouldWatchFileSystemsWhateverTheirNamesAre() throws Exception {
        final String oddName = dir + "/odd \\xFF\\x0A";
        assertThat(look()).isEmpty();
        fill(odd);
        fill(plain);
        assertThat(look()).containsExactlyInAnyOrder(
            event("DiskThresholdExceeded", oddName, " is 100% full, over its threshold of 90%"),
            event("DiskFull", oddName, " is full"),
            event("DiskThresholdExceeded", plain, " is 100% full, over its threshold of 90%"),
            event("DiskFull", plain, " is full"));

        Files.delete(odd.resolve("filler"));
        assertThat(look()).containsExactly(
            event("DiskRecovered", oddName, " is 0% full, and has room again"),
            event("DiskRecovered", oddName, " is 0% full, under its threshold of 90% again"));
        assertThat(log).isEmpty();
    }

    @Test
    void shouldSeeThatInodesRunOutAndAreThereAgain() throws Exception {
        look();
        final List<Path> files = new ArrayList<>();
        assertThatThrownBy(() -> {
            while (true) {
                files.add(Files.createFile(odd.resolve(Integer.toString(files.size()))));
            }
        }).isInstanceOf(IOException.class).hasMessageContaining("No space left");

        final String oddName = dir + "/odd \\xFF\\x0A";
        await().untilAsserted(() -> assertThat(look()).containsExactly(
            event("DiskInodesExhausted", oddName, " has none of its " + INODES + " inodes left")));
        for (final Path file : files) {
            Files.delete(file);
        }
        await().untilAsserted(() ->
            assertThat(look()).containsExactly(event("DiskRecovered", oddName, " has inodes again")));
        assertThat(log).isEmpty();
    }

    @Test
    void shouldSeeThatAFileSystemTurnsReadOnlyAndBack() throws Exception {
        look();
        assertThat(in(plain, "mount -o remount,ro \"$PWD/$1\"")).isTrue();
        assertThat(look()).containsExactly(event("DiskReadOnly", plain, " turned read-only"));
        assertThat(look()).isEmpty();
        assertThat(in(plain, "mount -o remount,rw \"$PWD/$1\"")).isTrue();
        assertThat(look()).containsExactly(event("DiskRecovered", plain, " can be written to again"));
    }

    @Test
    void shouldSayOfANamedFileSystemThatItIsReadOnlyFromTheStart() throws Exception {
        final Path below = Files.createDirectory(plain.resolve("below"));
        assertThat(in(plain, "mount -o remount,ro \"$PWD/$1\"")).isTrue();
        assertThat(look()).isEmpty();

        watcher = watcher(List.of(below));
        assertThat(look()).containsExactly(event("DiskReadOnly", below, " is read-only"));
    }

    @Test
    void shouldNameTheFileSystemThatCannotBeLookedAt() throws Exception {
        final Path gone = dir.resolve("gone");
        watcher = watcher(List.of(gone, plain));
        fill(plain);
        look();
        assertThat(look()).isEmpty();

        assertThat(log).containsExactly("cannot watch file system " + gone +
            ": java.nio.file.NoSuchFileException: " + gone + "; tried again every interval");
    }

    @Test
    void shouldSayThatAFullFileSystemIsNoLongerMounted() throws Exception {
        fill(plain);
        assertThat(look()).hasSize(2);
        unmount(plain);

        assertThat(look()).containsExactly(event("DiskRecovered", plain, " is no longer mounted"));
        assertThat(look()).isEmpty();
    }

    /** The directory is one of another file system then. */
    @Test
    void shouldNotTakeWhatIsBelowANamedFileSystemForIt() throws Exception {
        watcher = watcher(List.of(plain));
        look();
        unmount(plain);
        look();
        look();

        assertThat(log).containsExactly("cannot watch file system " + plain +
            ": nothing is mounted there; tried again every interval");
    }

    private void unmount(final Path mount) throws InterruptedException {
        assertThat(in(mount, "umount \"$PWD/$1\"")).isTrue();
        mounted.remove(mount);
    }
}
