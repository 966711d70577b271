package herald.recorder;

import herald.io.ChildJvm;
import herald.io.FileAccess;
import herald.io.SystemDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A look at a spool says whose it is, what waits in it and what is damaged, and leaves it as it was.
 */
@Timeout(120)
class SpoolInspectionTest {
    private static final UUID ID = new UUID(0xABCD, 1);

    @TempDir
    private Path dir;
    private SpoolFixture fixture;

    /** Holds a spool with three events until it is killed. */
    static final class Owner {
        private Owner() {
        }

        public static void main(final String[] arguments) throws IOException {
            try (Spool spool = new SpoolFixture(Path.of(arguments[0])).acquire()) {
                SpoolFixture.append(spool, 3);
                System.out.println("ready");
                while (System.in.read() >= 0) {
                    assertThat(spool.lastSequence()).isEqualTo(3);
                }
            }
        }
    }

    @BeforeEach
    void setUp() {
        fixture = new SpoolFixture(dir.resolve("spools"));
    }

    private SpoolInspection inspect() throws IOException {
        return SpoolInspection.of(SystemDisk.INSTANCE, fixture.file());
    }

    @Test
    void shouldSayWhatWaits() throws IOException {
        try (Spool spool = fixture.acquire()) {
            assertThat(inspect().lastSequence()).isZero();
            SpoolFixture.append(spool, 300);
            spool.trim(280);
            SpoolFixture.append(spool, 5);
            assertThat(inspect().inUse()).isTrue();
        }
        final byte[] before = Files.readAllBytes(fixture.file());
        final FileTime time = Files.getLastModifiedTime(fixture.file());

        assertThat(inspect()).isEqualTo(new SpoolInspection(
            fixture.file(), ID, "cmd", false, 281, 305, 25, List.of()));

        assertThat(Files.readAllBytes(fixture.file())).isEqualTo(before);
        assertThat(Files.getLastModifiedTime(fixture.file())).isEqualTo(time);
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.recorderId()).isEqualTo(ID);
        }
    }

    @Test
    void shouldSayWhichBytesAreDamagedAndWhichEventsThatTook() throws IOException {
        final int from;
        final int to;
        try (Spool spool = fixture.acquire()) {
            SpoolFixture.append(spool, 20);
            from = SpoolDescriptor.HEADER_LENGTH + (int)spool.positionOf(7);
            to = SpoolDescriptor.HEADER_LENGTH + (int)spool.positionOf(8);
        }
        fixture.flip(from + 20, 3);
        assertThat(inspect().events()).isEqualTo(19);
        assertThat(inspect().lastSequence()).isEqualTo(20);
        assertThat(inspect().damages()).containsExactly(new SpoolInspection.Damage(from, to, "events 7 to 7"));
    }

    @Test
    void shouldSayWhetherAnotherProcessHoldsItWithoutTakingItFromThatOne() throws Exception {
        try (ChildJvm owner = new ChildJvm(Owner.class, fixture.dir.toString())) {
            assertThat(owner.readLine()).isEqualTo("ready");
            assertThat(inspect().inUse()).isTrue();
            assertThat(inspect().events()).isEqualTo(3);
            try (Spool second = fixture.acquire()) {
                assertThat(second.file()).isNotEqualTo(fixture.file());
            }
            owner.kill();
            assertThat(inspect().inUse()).isFalse();
            assertThat(inspect().events()).isEqualTo(3);
        }
    }

    @Test
    void shouldReadWhatOthersCallTheirs() throws IOException {
        try (Spool first = fixture.acquire(); Spool second = fixture.acquire()) {
            assertThat(first.file()).isNotEqualTo(second.file());
            assertThat(SpoolInspection.of(SystemDisk.INSTANCE, second.file()).component()).isEqualTo("cmd");
        }
        final Path aside = fixture.dir.resolve("a.b~2." + UUID.randomUUID() + ".old.spool");
        Files.copy(fixture.file(), aside);
        assertThat(SpoolInspection.of(SystemDisk.INSTANCE, aside).component()).isEqualTo("a.b");
        assertThat(SpoolInspection.of(SystemDisk.INSTANCE, aside).inUse()).isFalse();
    }

    @Test
    void shouldSayWhoseTheFileIsThatIsClosedToThisUser() throws IOException {
        Files.createDirectories(fixture.dir);
        final Path lock = Files.createFile(fixture.dir.resolve("cmd.lock"));
        assertThat(FileAccess.reason(new AccessDeniedException(lock.toString())))
            .contains(lock.toString(), "belongs to " + Files.getOwner(lock).getName(), "give it access, or remove");
    }

    @Test
    void shouldNameWhatIsNoSpoolAndRefuseANewerFormat() throws IOException {
        Files.createDirectories(fixture.dir);
        Files.write(fixture.file(), new byte[100]);
        assertThat(inspect().recorderId()).isNull();
        assertThat(inspect().damages()).singleElement()
            .extracting(SpoolInspection.Damage::length).isEqualTo(100L);
        Files.delete(fixture.file());
        fixture.acquire().close();
        fixture.setHeader(SpoolDescriptor.VERSION_OFFSET, 2L | ((long)SpoolFixture.CAPACITY << 32));
        assertThatThrownBy(this::inspect).isInstanceOf(IOException.class).hasMessageContaining("format version 2");
    }
}
