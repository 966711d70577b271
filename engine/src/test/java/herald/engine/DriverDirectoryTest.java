package herald.engine;

import herald.io.FileAccess;
import herald.link.DriverProcess;
import io.aeron.CncFileDescriptor;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What becomes of the files in a directory that a user named for a media driver.
 */
@Timeout(30)
class DriverDirectoryTest {
    private static final int STARTS = 4;

    @TempDir
    private Path dir;

    private Path named() {
        return dir.resolve("driver");
    }

    private DriverDirectory prepared() throws IOException {
        final DriverDirectory directory = DriverDirectory.prepare(named().toString(), FileAccess.OWNER);
        Files.createDirectories(Path.of(directory.aeronDirectoryName()));
        Files.writeString(Path.of(directory.aeronDirectoryName(), "cnc.dat"), "of a driver");
        return directory;
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(named())) {
            return files.map(Path::getFileName).sorted().toList();
        }
    }

    @Test
    void shouldMakeItForItsOwnerAloneAndRemoveItWhereNothingElseIsInIt() throws IOException {
        try (DriverDirectory directory = prepared()) {
            assertThat(Files.getPosixFilePermissions(named()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(named().resolve("cnc.dat")).doesNotExist();
            directory.publish();
            assertThat(named().resolve("cnc.dat")).hasContent("of a driver");
        }
        assertThat(named()).doesNotExist();
    }

    @Test
    void shouldKeepADirectoryThatWasThereBefore() throws IOException {
        Files.createDirectory(named());
        try (DriverDirectory directory = prepared()) {
            directory.publish();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void shouldShareParentsThatAreMadeAtTheSameTime() throws Exception {
        final ExecutorService starts = Executors.newFixedThreadPool(STARTS);
        try {
            for (int round = 0; round < 50; round++) {
                final Path parents = dir.resolve("round" + round).resolve("parent");
                final CyclicBarrier together = new CyclicBarrier(STARTS);
                final List<Future<DriverDirectory>> prepared = new ArrayList<>();
                for (int i = 0; i < STARTS; i++) {
                    final String name = parents.resolve("driver" + i / 2).toString();
                    prepared.add(starts.submit(() -> {
                        together.await();
                        return DriverDirectory.prepare(name, FileAccess.OWNER);
                    }));
                }
                final List<DriverDirectory> directories = new ArrayList<>();
                for (final Future<DriverDirectory> directory : prepared) {
                    directories.add(directory.get());
                }
                directories.forEach(DriverDirectory::close);
                assertThat(Files.getPosixFilePermissions(parents))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
            }
        } finally {
            starts.shutdownNow();
        }
    }

    @Test
    void shouldSayThatAFileIsInTheWay() throws IOException {
        Files.writeString(named(), "precious");

        assertThatThrownBy(() -> DriverDirectory.prepare(named().resolve("below").toString(), FileAccess.OWNER))
            .isInstanceOf(ProxyException.class).hasMessageContaining(named().toString());
        assertThatThrownBy(() -> DriverDirectory.prepare(named().toString(), FileAccess.OWNER))
            .isInstanceOf(ProxyException.class).hasMessageContaining(named().toString());
        assertThat(named()).hasContent("precious");
    }

    @Test
    void shouldKeepWhatIsNotItsOwnWhenItCloses() throws IOException {
        try (DriverDirectory directory = prepared()) {
            directory.publish();
            Files.writeString(named().resolve("notes"), "precious");
            Files.writeString(Path.of(directory.aeronDirectoryName(), "notes"), "precious");
        }
        assertThat(left()).hasSize(2).contains(Path.of("notes"));
    }

    @Test
    void shouldLetOneOfTwoHaveIt() throws IOException {
        try (DriverDirectory first = prepared(); DriverDirectory second = prepared()) {
            first.publish();
            assertThatThrownBy(second::publish)
                .isInstanceOf(ProxyException.class).hasMessageContainingAll("another media driver", "--aeron-dir");
            assertThatThrownBy(this::prepared)
                .isInstanceOf(ProxyException.class).hasMessageContainingAll("lives in", "--aeron-dir");
        }
        assertThat(named()).doesNotExist();
    }

    @Test
    void shouldRemoveWhatADeadProcessLeftAndNotWhatALivingOneHas() throws IOException {
        final DriverProcess own = DriverProcess.own();
        final Path living = named().resolve("herald-driver-" + own + "-own-1");
        final Path dead = named().resolve("herald-driver-" +
            new DriverProcess(own.pid(), own.startTicks() + 1, own.namespace(), own.boot()) + "-own-1");
        for (final Path mark : List.of(living, dead)) {
            Files.createDirectories(mark.resolve("aeron/publications"));
            Files.writeString(mark.resolve("aeron/publications/7.logbuffer"), "of a driver");
        }
        Files.createSymbolicLink(named().resolve("cnc.dat"), Path.of(dead.getFileName().toString(), "aeron/cnc.dat"));
        prepared().close();
        assertThat(dead).doesNotExist();
        assertThat(living.resolve("aeron/publications/7.logbuffer")).exists();
        assertThat(left()).hasSize(1);
    }

    /** What a driver that is not Herald's leaves. */
    private Path aerons() throws IOException {
        MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(named().toString())
            .threadingMode(ThreadingMode.INVOKER)
            .dirDeleteOnStart(true)).close();
        makePrecious();
        return named().resolve("cnc.dat");
    }

    private void makePrecious() throws IOException {
        Files.createDirectories(named().resolve("publications"));
        Files.writeString(named().resolve("publications/5.logbuffer"), "precious");
        Files.writeString(named().resolve("loss-report.dat"), "precious");
    }

    private void assertNothingIsRemoved() throws IOException {
        final List<Path> before = left();
        assertThatThrownBy(this::prepared).isInstanceOf(ProxyException.class)
            .hasMessageContainingAll("cnc.dat is not what a media driver leaves", named().toString(), "--aeron-dir");
        assertThat(left()).isEqualTo(before);
        assertThat(named().resolve("publications/5.logbuffer")).hasContent("precious");
        assertThat(named().resolve("loss-report.dat")).hasContent("precious");
    }

    private static void put(final Path file, final int offset, final long value, final int length) throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        final ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, value);
        word.get(0, bytes, offset, length);
        Files.write(file, bytes);
    }

    @Test
    void shouldRemoveWhatADeadDriverOfAeronsLeft() throws IOException {
        aerons();
        Files.writeString(named().resolve("notes"), "precious");
        prepared().close();
        assertThat(left()).containsExactly(Path.of("notes"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 6, 127, 128, 18 * 1024, 20_000, 4 * 1024 * 1024})
    void shouldRemoveNothingWhereAFileOfTheUsersHasTheNameOfADrivers(final int length) throws IOException {
        makePrecious();
        final String text = "G0 X0\n".repeat(length / 6 + 1).substring(0, length);
        final Path file = Files.writeString(named().resolve("cnc.dat"), text);
        assertNothingIsRemoved();
        Files.write(file, new byte[length]);
        assertNothingIsRemoved();
    }

    @Test
    void shouldRemoveNothingWhereTheFileIsNoneThatADriverCanHave() throws IOException {
        final byte[] whole = Files.readAllBytes(aerons());
        final Path file = named().resolve("cnc.dat");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertNothingIsRemoved();
        for (final int offset : new int[] {CncFileDescriptor.cncVersionOffset(0),
            CncFileDescriptor.toDriverBufferLengthOffset(0), CncFileDescriptor.toClientsBufferLengthOffset(0),
            CncFileDescriptor.countersMetaDataBufferLengthOffset(0),
            CncFileDescriptor.countersValuesBufferLengthOffset(0), CncFileDescriptor.errorLogBufferLengthOffset(0)}) {
            for (final int value : new int[] {0, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                Files.write(file, whole);
                put(file, offset, value, Integer.BYTES);
                assertNothingIsRemoved();
            }
        }
        for (final long pid : new long[] {0, -1, 1L << 40}) {
            Files.write(file, whole);
            put(file, CncFileDescriptor.pidOffset(0), pid, Long.BYTES);
            assertNothingIsRemoved();
        }
        Files.write(file, whole);
        prepared().close();
        assertThat(file).doesNotExist();
    }

    @Test
    void shouldRemoveByItsOwnMarkAloneWhereTheFileSaysNothing() throws IOException {
        makePrecious();
        final DriverProcess own = DriverProcess.own();
        final Path dead = named().resolve("herald-driver-" +
            new DriverProcess(own.pid(), own.startTicks() + 1, own.namespace(), own.boot()) + "-own-1");
        Files.createDirectories(dead.resolve("aeron/publications"));
        Files.writeString(dead.resolve("aeron/publications/7.logbuffer"), "of a driver");
        Files.write(dead.resolve("aeron/cnc.dat"), new byte[20_000]);
        Files.createSymbolicLink(named().resolve("cnc.dat"), Path.of(dead.getFileName().toString(), "aeron/cnc.dat"));
        prepared().close();
        assertThat(left()).containsExactly(Path.of("loss-report.dat"), Path.of("publications"));
        assertThat(named().resolve("publications/5.logbuffer")).hasContent("precious");
    }

    @Test
    void shouldRefuseALinkThatNoDriverMade() throws IOException {
        Files.createDirectory(named());
        Files.writeString(dir.resolve("precious"), "precious");
        Files.createSymbolicLink(named().resolve("cnc.dat"), Path.of("../precious"));
        assertThatThrownBy(this::prepared)
            .isInstanceOf(ProxyException.class).hasMessageContainingAll("cnc.dat", "../precious", "--aeron-dir");
        assertThat(dir.resolve("precious")).exists();
    }
}
