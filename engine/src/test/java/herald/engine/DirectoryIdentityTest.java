package herald.engine;

import herald.io.SystemDisk;
import herald.link.DirectoryIdentity;
import herald.link.IdentityFile;
import herald.verify.Verification;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A data directory is told from its copies, and one that was put back keeps its past.
 */
@Tag("slow")
@Timeout(300)
class DirectoryIdentityTest {
    @TempDir
    private Path dir;
    private long seed = 700;

    private Path data() {
        return dir.resolve("data");
    }

    private Path copy() {
        return dir.resolve("copy");
    }

    /** Starts a proxy and stops it in order; gives back which directory it was. */
    private DirectoryIdentity runIn(final Path dataDir, final boolean adopt) throws IOException {
        try (SteppedNode run = new SteppedNode(dataDir, seed++)) {
            run.startProxy(run.context().adoptCopy(adopt));
            return run.proxy().identity();
        }
    }

    private DirectoryIdentity run(final Path dataDir) throws IOException {
        return runIn(dataDir, false);
    }

    private static void copyTree(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : (Iterable<Path>)files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private void assertRefused(final Path dataDir, final String... words) {
        assertThatThrownBy(() -> run(dataDir)).isInstanceOf(ProxyException.class)
            .hasMessageContaining(dataDir.toString()).hasMessageContaining("--adopt-copy")
            .hasMessageContainingAll(words);
    }

    @Test
    void shouldKeepTheIdAndCountTheStarts() throws IOException {
        final DirectoryIdentity first = run(data());
        final DirectoryIdentity second = run(data());

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(first.generation()).isEqualTo(1);
        assertThat(second.generation()).isEqualTo(2);
        assertThat(second.starts()).hasSize(2);
        assertThat(second.starts().get(0).journalPosition()).isGreaterThan(first.starts().get(0).journalPosition());
        assertThat(DirectoryIdentity.read(data())).isEqualTo(second);
    }

    @Test
    void shouldRememberTheLastStartsOnly() throws IOException {
        final int more = 3;
        Files.createDirectories(data());
        for (int i = 0; i < DirectoryIdentity.MAX_STARTS + more; i++) {
            final IdentityFile file = IdentityFile.open(SystemDisk.INSTANCE, data());
            file.begin(file.identity() == null ? new UUID(1, 2) : null, 0, i, 100L * i);
        }
        final DirectoryIdentity last = DirectoryIdentity.read(data());
        assertThat(last.generation()).isEqualTo(DirectoryIdentity.MAX_STARTS + more);
        assertThat(last.starts()).hasSize(DirectoryIdentity.MAX_STARTS);
        assertThat(last.starts().get(DirectoryIdentity.MAX_STARTS - 1).generation()).isEqualTo(more + 1);
    }

    @Test
    void shouldStartInACopyOnlyWhereItIsAdoptedAndUnderAnIdOfItsOwn() throws IOException {
        final DirectoryIdentity original = run(data());
        copyTree(data(), copy());

        assertRefused(copy(), "copy", original.id().toString());
        assertThat(DirectoryIdentity.read(copy())).isEqualTo(original);

        final DirectoryIdentity adopted = runIn(copy(), true);
        assertThat(adopted.id()).isNotEqualTo(original.id());
        assertThat(adopted.generation()).isEqualTo(original.generation() + 1);
        assertThat(adopted.descendsFrom(original.id())).isTrue();
        assertThat(run(copy()).id()).isEqualTo(adopted.id());
        assertThat(run(data()).id()).isEqualTo(original.id());
        assertThat(Verification.of(SystemDisk.INSTANCE, copy()).damages()).isEmpty();
    }

    @Test
    void shouldTellACopyThatIsMadeOfHardLinks() throws IOException {
        run(data());
        copyTree(data(), copy());
        Files.delete(DirectoryIdentity.file(copy()));
        Files.createLink(DirectoryIdentity.file(copy()), DirectoryIdentity.file(data()));

        assertRefused(copy(), "copy");
        run(data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity", "counters.dat", "journal/00000000000000000000.log"})
    void shouldAdoptNoCopyWhoseFilesAreThoseOfTheOriginal(final String name) throws IOException {
        final UUID id = run(data()).id();
        copyTree(data(), copy());
        final Path file = copy().resolve(name);
        Files.delete(file);
        Files.createLink(file, data().resolve(name));

        assertThatThrownBy(() -> runIn(copy(), true)).isInstanceOf(ProxyException.class)
            .hasMessageContaining(file.toString()).hasMessageContaining("hard links").hasMessageContaining("cp -a");
        assertThat(run(data()).id()).isEqualTo(id);
        Files.delete(file);
        Files.copy(data().resolve(name), file);
        assertThat(runIn(copy(), true).id()).isNotEqualTo(id);
    }

    @Test
    void shouldGoOnWhereADirectoryWasMoved() throws IOException {
        final UUID id = run(data()).id();
        Files.move(data(), copy());

        assertThat(run(copy()).id()).isEqualTo(id);
    }

    @Test
    void shouldKeepItsIdWhereAdoptionIsNotNeeded() throws IOException {
        final UUID id = runIn(data(), true).id();
        assertThat(runIn(data(), true).id()).isEqualTo(id);
    }

    @Test
    void shouldRefuseADirectoryThatLostItsIdentity() throws IOException {
        final DirectoryIdentity before = run(data());
        Files.delete(DirectoryIdentity.file(data()));

        assertRefused(data(), "no identity file", before.id().toString());
        assertThat(DirectoryIdentity.file(data())).doesNotExist();
        assertThat(runIn(data(), true).generation()).isEqualTo(before.generation() + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8191, 8192, 8193})
    void shouldRefuseADamagedIdentity(final int length) throws IOException {
        run(data());
        Files.write(DirectoryIdentity.file(data()), new byte[length]);

        assertThat(DirectoryIdentity.read(data())).isNull();
        assertRefused(data(), "damaged identity");
        assertThat(DirectoryIdentity.read(data())).isNull();
        runIn(data(), true);
        run(data());
    }

    @Test
    void shouldReadTheOlderSlotWhereTheNewerOneIsTorn() throws IOException {
        run(data());
        final DirectoryIdentity second = run(data());
        final byte[] bytes = Files.readAllBytes(DirectoryIdentity.file(data()));
        bytes[200]++;
        Files.write(DirectoryIdentity.file(data()), bytes);

        assertThat(DirectoryIdentity.read(data()).generation()).isEqualTo(second.generation() - 1);
        assertThat(run(data()).id()).isEqualTo(second.id());
    }

    @Test
    void shouldRefuseTheJournalOfAnotherDirectory() throws IOException {
        run(data());
        final DirectoryIdentity other = run(copy());
        for (final String log : new String[] {"journal", "dispatch"}) {
            try (Stream<Path> files = Files.list(data().resolve(log))) {
                for (final Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            try (Stream<Path> files = Files.list(copy().resolve(log))) {
                for (final Path file : files.toList()) {
                    Files.copy(file, data().resolve(log).resolve(file.getFileName()));
                }
            }
        }
        assertRefused(data(), "its journal is directory " + other.id());
    }
}
