package herald.recorder;

import herald.events.ClusterEvents;
import herald.io.ChildJvm;
import herald.io.SystemDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A spool has one process at a time: another one of the same component gets its own, and the spool of a process that
 * was killed goes on with the next one.
 */
@Timeout(120)
class SpoolOwnershipTest {
    @TempDir
    private Path dir;

    private static EventRecorder launch(final Path dir) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(dir.resolve("spools"))
            .spoolLength(64 * 1024)
            .aeronDirectoryName(dir.resolve("no-driver").toString())
            .closeLingerNs(0));
    }

    /** Records three events and waits until it is killed. */
    static final class Owner {
        private Owner() {
        }

        public static void main(final String[] arguments) throws IOException {
            final EventRecorder recorder = launch(Path.of(arguments[0]));
            for (int i = 0; i < 3; i++) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "of another process", null);
            }
            System.out.println(recorder.spoolFile().getFileName() + " " + recorder.recorderId());
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldGiveASecondProcessASpoolOfItsOwnAndTheFirstOnesOnceThatIsKilled() throws Exception {
        final String owner;
        try (ChildJvm child = new ChildJvm(Owner.class, dir.toString())) {
            owner = child.readLine();
            assertThat(owner).startsWith("cmd.spool ");
            try (EventRecorder second = launch(dir)) {
                assertThat(second.spoolFile()).hasFileName("cmd~1.spool");
                assertThat(second.record(ClusterEvents.LEADER_LOST, null, "mine", null)).isOne();
                assertThat(owner).doesNotContain(second.recorderId().toString());
            }
            child.kill();
        }
        try (EventRecorder next = launch(dir)) {
            assertThat(next.spoolFile().getFileName() + " " + next.recorderId()).isEqualTo(owner);
            assertThat(next.lastSequence()).isEqualTo(3);
            assertThat(next.record(ClusterEvents.LEADER_LOST, null, "the fourth", null)).isEqualTo(4);
        }
    }

    @Test
    void shouldKeepItsSpoolWhereTheLockIsDeletedUnderIt() throws Exception {
        try (ChildJvm child = new ChildJvm(Owner.class, dir.toString())) {
            assertThat(child.readLine()).startsWith("cmd.spool ");
            Files.delete(dir.resolve("spools/cmd.lock"));
            try (EventRecorder second = launch(dir)) {
                assertThat(second.spoolFile()).hasFileName("cmd~1.spool");
            }
            assertThat(SpoolFile.acquireOrphans(SystemDisk.INSTANCE, dir.resolve("spools"), error -> { })).isEmpty();
        }
    }

    @Test
    void shouldRecordOnWhereOthersTryForALockThatWasDeletedUnderIt() throws Exception {
        try (EventRecorder first = launch(dir)) {
            Files.delete(dir.resolve("spools/cmd.lock"));
            try (ChildJvm child = new ChildJvm(Owner.class, dir.toString())) {
                assertThat(child.readLine()).startsWith("cmd~1.spool ");
            }
            assertThat(first.isKept()).isTrue();
            assertThat(first.isSpoolLost()).isFalse();
            assertThat(first.record(ClusterEvents.LEADER_LOST, null, "still its own", null)).isOne();
        }
    }

    /** What another class loader of this process calls. */
    static final class Elsewhere implements AutoCloseable {
        private final EventRecorder recorder;

        /** Launches a recorder of its own. */
        Elsewhere(final Path dir) {
            recorder = launch(dir);
        }

        @Override
        public String toString() {
            return recorder.spoolFile().getFileName().toString();
        }

        @Override
        public void close() {
            recorder.close();
        }
    }

    private AutoCloseable launchIn(final ClassLoader loader) throws ReflectiveOperationException {
        final Constructor<?> constructor =
            loader.loadClass(Elsewhere.class.getName()).getDeclaredConstructor(Path.class);
        constructor.setAccessible(true);
        return (AutoCloseable)constructor.newInstance(dir);
    }

    @Test
    void shouldGiveEachClassLoaderOfAProcessASpoolOfItsOwn() throws Exception {
        final List<URL> urls = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        try (EventRecorder first = launch(dir);
            URLClassLoader loader =
                new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
            AutoCloseable second = launchIn(loader)) {
            assertThat(first.spoolFile()).hasFileName("cmd.spool");
            assertThat(second).hasToString("cmd~1.spool");
            try (ChildJvm child = new ChildJvm(Owner.class, dir.toString())) {
                assertThat(child.readLine()).startsWith("cmd~2.spool ");
            }
        }
    }
}
