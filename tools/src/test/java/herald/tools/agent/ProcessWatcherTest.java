package herald.tools.agent;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What the process watcher makes of the kernel's table of processes, and of directories like it.
 */
@Timeout(120)
class ProcessWatcherTest {
    private static final Path PROC = Path.of("/proc");
    private static final String ONE = "herald-test-program-one";
    private static final String TWO = "herald-test-program-two";
    private static final String CUT = "herald-test-pro";

    @TempDir
    private Path tempDir;
    private final RecordedEvents events = new RecordedEvents();
    private final List<String> log = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void tearDown() throws InterruptedException {
        for (final Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void shouldRecordProcessesThatStartAndStop() throws IOException {
        process(10, "nginx", 'S');
        process(11, "other (x) y", 'S');
        final ProcessWatcher watcher =
            new ProcessWatcher(List.of("nginx", "a-name-of-more-than-15"), new ProcessTable(tempDir));

        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStarted Process/nginx: process nginx runs");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("pid", "10", "initial", "true"));

        process(12, "nginx", 'S');
        process(13, "a-name-of-more-", 'R');
        watcher.poll(events);
        process(10, "nginx", 'Z');
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "ServiceStarted Process/a-name-of-more-than-15: process a-name-of-more-than-15 started");

        process(12, "nginx", 'X');
        process(14, "nginx", 'S');
        watcher.poll(events);
        assertThat(events.take()).containsExactly(
            "ServiceStopped Process/nginx: process nginx stopped",
            "ServiceStarted Process/nginx: process nginx started");

        process(14, "nginx", 'Z');
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/nginx: process nginx stopped");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("pid", "14"));
    }

    /** The kernel keeps the first 15 bytes of both. */
    @Test
    void shouldTellProgramsWhoseNamesBeginAlike() throws Exception {
        assumeTrue(Files.isReadable(PROC.resolve("self/cmdline")), "needs the kernel's table");
        final ProcessWatcher watcher = new ProcessWatcher(List.of(ONE), new ProcessTable(PROC), log::add);
        final Process two = run(copyOfSleep(TWO), "600");
        watcher.poll(events);
        assertThat(events.take()).isEmpty();
        assertThat(log).containsExactly("process " + ONE + " does not run");

        final Process one = run(copyOfSleep(ONE), "600");
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStarted Process/" + ONE + ": process " + ONE + " started");
        assertThat(events.lastAttributes()).isEqualTo(Map.of("pid", Long.toString(one.pid())));

        two.destroyForcibly().waitFor();
        watcher.poll(events);
        assertThat(events.take()).isEmpty();
        one.destroyForcibly().waitFor();
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/" + ONE + ": process " + ONE + " stopped");
    }

    /** The kernel calls a script by its own name, and its executable is the shell. */
    @Test
    void shouldTellScriptsWhoseNamesBeginAlike() throws Exception {
        assumeTrue(Files.isReadable(PROC.resolve("self/cmdline")), "needs the kernel's table");
        final ProcessWatcher watcher = new ProcessWatcher(List.of(ONE, TWO), new ProcessTable(PROC), log::add);
        run(script(TWO));
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStarted Process/" + TWO + ": process " + TWO + " runs");
        run(script(ONE));
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStarted Process/" + ONE + ": process " + ONE + " started");
    }

    @Test
    void shouldSayThatTheKernelCutsAName() throws Exception {
        assumeTrue(Files.isReadable(PROC.resolve("self/cmdline")), "needs the kernel's table");
        run(copyOfSleep(ONE), "600");
        new ProcessWatcher(List.of(CUT), new ProcessTable(PROC), log::add).poll(events);

        assertThat(events.take()).isEmpty();
        assertThat(log).containsExactly(
            "process " + CUT + " does not run, but " + ONE + " does, whose name the kernel cuts");
    }

    @Test
    void shouldKnowAProgramByItsExecutableOrFirstArgument() throws IOException {
        final ProcessWatcher watcher = new ProcessWatcher(List.of(ONE, CUT), new ProcessTable(tempDir), log::add);
        watcher.poll(events);
        for (final String commandLine : List.of("/opt/" + ONE + "\0-x\0", ONE + ": worker\0", "/opt/x/" + ONE)) {
            process(10, CUT, 'S');
            Files.writeString(tempDir.resolve("10/cmdline"), commandLine);
            watcher.poll(events);
            process(10, CUT, 'Z');
            watcher.poll(events);
            assertThat(events.take()).as(commandLine).containsExactly(
                "ServiceStarted Process/" + ONE + ": process " + ONE + " started",
                "ServiceStopped Process/" + ONE + ": process " + ONE + " stopped");
        }
        process(10, CUT, 'S');
        Files.writeString(tempDir.resolve("10/cmdline"), "renamed\0");
        Files.createSymbolicLink(tempDir.resolve("10/exe"), Path.of("/opt/" + ONE + " (deleted)"));
        watcher.poll(events);
        assertThat(events.take()).hasSize(1);
        Files.delete(tempDir.resolve("10/exe"));
        watcher.poll(events);
        assertThat(events.take()).as("a name that the process took itself").containsExactly(
            "ServiceStopped Process/" + ONE + ": process " + ONE + " stopped",
            "ServiceStarted Process/" + CUT + ": process " + CUT + " started");
    }

    @Test
    void shouldCountBytesOfNames() throws IOException {
        final ProcessWatcher watcher =
            new ProcessWatcher(List.of("gew\u00E4chshaus-eins"), new ProcessTable(tempDir), log::add);
        watcher.poll(events);
        process(10, "gew\u00E4chshaus-ei", 'S');
        Files.writeString(tempDir.resolve("10/cmdline"), "/opt/gew\u00E4chshaus-eins\0");
        watcher.poll(events);

        assertThat(events.take()).hasSize(1);
    }

    @Test
    void shouldSeeAProcessThatWasReplacedUnderItsNumber() throws IOException {
        final ProcessWatcher watcher = new ProcessWatcher(List.of("nginx"), new ProcessTable(tempDir), log::add);
        process(10, "nginx", 'S', 1_000);
        watcher.poll(events);
        events.take();
        process(10, "nginx", 'R', 1_000);
        watcher.poll(events);
        assertThat(events.take()).isEmpty();

        process(10, "nginx", 'S', 2_000);
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/nginx: process nginx stopped",
            "ServiceStarted Process/nginx: process nginx started");
    }

    @Test
    void shouldSayOnceThatOthersCannotBeSeen() throws IOException {
        Files.createDirectory(tempDir.resolve("self"));
        final ProcessWatcher watcher = new ProcessWatcher(List.of("nginx"), new ProcessTable(tempDir), log::add);
        watcher.poll(events);
        watcher.poll(events);
        assertThat(events.take()).isEmpty();
        assertThat(log).singleElement().asString()
            .startsWith("processes of other users can't be seen here").contains("nginx").doesNotContain("does not run");

        process(1, "init", 'S');
        process(10, "nginx", 'S');
        watcher.poll(events);
        assertThat(log).last().isEqualTo("processes of other users can be seen again");
        assertThat(events.take()).hasSize(1);
    }

    @Test
    void shouldNotTakeAProcessThatIsHiddenForOneThatStopped() throws IOException {
        final ProcessWatcher watcher = new ProcessWatcher(List.of("nginx"), new ProcessTable(tempDir), log::add);
        process(10, "nginx", 'S');
        watcher.poll(events);
        events.take();

        Files.createDirectory(tempDir.resolve("self"));
        Files.delete(tempDir.resolve("10/stat"));
        Files.delete(tempDir.resolve("10"));
        watcher.poll(events);
        assertThat(events.take()).isEmpty();
        assertThat(log).singleElement().asString().contains("can't be seen");

        process(1, "init", 'S');
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/nginx: process nginx stopped");
    }

    @Test
    void shouldNotTakeAProcessThatCannotBeReadForOneThatStopped() throws IOException {
        final ProcessWatcher watcher = new ProcessWatcher(List.of("nginx"), new ProcessTable(tempDir), log::add);
        process(10, "nginx", 'S');
        watcher.poll(events);
        events.take();

        Files.writeString(tempDir.resolve("10/stat"), "");
        watcher.poll(events);
        assertThat(events.take()).isEmpty();
        Files.delete(tempDir.resolve("10/stat"));
        Files.delete(tempDir.resolve("10"));
        watcher.poll(events);
        assertThat(events.take()).containsExactly("ServiceStopped Process/nginx: process nginx stopped");
    }

    private String copyOfSleep(final String name) throws IOException {
        return Files.copy(Path.of("/bin/sleep").toRealPath(), tempDir.resolve(name)).toString();
    }

    private String script(final String name) throws IOException {
        final Path script = Files.writeString(tempDir.resolve(name), "#!/bin/sh\nread -r line\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script.toString();
    }

    private Process run(final String... command) throws IOException {
        final Process process = new ProcessBuilder(command).start();
        processes.add(process);
        await().until(() -> Files.readString(PROC.resolve(process.pid() + "/stat")).contains('(' + CUT + ')'));
        return process;
    }

    private void process(final int pid, final String name, final char state, final long startTime) throws IOException {
        final Path directory = Files.createDirectories(tempDir.resolve(Integer.toString(pid)));
        Files.writeString(directory.resolve("stat"),
            pid + " (" + name + ") " + state + " 1 1" + " 0".repeat(16) + ' ' + startTime + " 0 0\n");
    }

    private void process(final int pid, final String name, final char state) throws IOException {
        final Path directory = Files.createDirectories(tempDir.resolve(Integer.toString(pid)));
        Files.writeString(directory.resolve("stat"), pid + " (" + name + ") " + state + " 1 1\n");
    }
}
