package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What {@code herald agent} says, in processes of its own, about proxies that are not there, processes that it may
 * not see and file systems with odd names.
 */
@Tag("slow")
@Timeout(300)
class AgentSystemTest {
    private static final String NO_PROXY = "no proxy answers: events are kept in ";
    private static final String PROXY = "a proxy answers: ";
    private static final String HIDE = "mount --make-rprivate / && mount -t proc -o hidepid=2 herald-test /proc && " +
        "exec \"$@\"";
    /** One name is UTF-8, which some locales have no characters for, and one is not. */
    private static final String FILL = """
        mount --make-rprivate / && utf=$(printf 'f\\303\\274ll') && odd=$(printf 'odd\\377') && cd "$0" || exit 1
        for name in "$odd" "$utf"; do
            mkdir -p "$name" && mount -t tmpfs -o size=1m herald-test "$name" || exit 1
            cat /dev/zero 2>/dev/null > "$name/filler"
        done
        exec "$@"
        """;

    @TempDir
    private Path dir;

    @Test
    void shouldSayOnceThatThereIsNoProxyAndOnceThatThereIs() throws Exception {
        final Path data = dir.resolve("data");
        try (HeraldProcess agent = HeraldProcess.start(dir, "agent", "--data-dir=" + data, "--mount=" + dir)) {
            await().until(() -> agent.err().contains(NO_PROXY + data.resolve("spool/agent.spool")));
            try (HeraldProcess proxy = HeraldProcess.proxy(dir, data)) {
                await().until(() -> agent.err().contains(PROXY));
                assertThat(count(agent.err(), NO_PROXY)).isEqualTo(1);
                proxy.kill();
            }
            await().until(() -> count(agent.err(), NO_PROXY) == 2);
            try (HeraldProcess proxy = HeraldProcess.proxy(dir, data)) {
                await().until(() -> count(agent.err(), PROXY) == 2);
                assertThat(proxy.terminate()).as(proxy.err()).isZero();
            }
            await().until(() -> count(agent.err(), NO_PROXY) == 3);

            assertThat(agent.terminate()).as(agent.err()).isEqualTo(ExitCode.SPOOLED);
            assertThat(count(agent.err(), PROXY)).as(agent.err()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotSayOfAHiddenProcessThatItDoesNotRun() throws Exception {
        OtherUser.requireRoot();
        assumeTrue(new ProcessBuilder("unshare", "-m", "sh", "-c", HIDE, "sh", "true").start().waitFor() == 0,
            "may not mount a file system");
        final OtherUser user = new OtherUser(61001, 0, "022");
        final String classPath =
            OtherUser.openClassPath(OtherUser.open(Files.createDirectory(OtherUser.open(dir).resolve("classes"))));
        final Path data = user.home(dir, "rwxr-xr-x").resolve("data");
        final Path spool = data.resolve("spool/agent.spool");
        try (HeraldProcess agent = HeraldProcess.startInside(List.of("unshare", "-m", "sh", "-c", HIDE, "sh"), user,
            classPath, dir, "agent", "--data-dir=" + data, "--mount=" + dir, "--process=init", "--process=java")) {
            await().until(() -> Files.exists(spool) &&
                read(spool).contains("process java runs"));
            assertThat(agent.terminate()).isEqualTo(ExitCode.SPOOLED);

            assertThat(count(agent.err(), "processes of other users can't be seen here")).isEqualTo(1);
            assertThat(agent.err()).doesNotContain("does not run");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POSIX", "C.UTF-8"})
    void shouldWatchFileSystemsOfAnyNameInAnyLocale(final String locale) throws Exception {
        final List<String> outer =
            List.of("unshare", "-m", "env", "LC_ALL=" + locale, "sh", "-c", FILL, dir.toString());
        final List<String> trial = new ArrayList<>(outer);
        trial.add("true");
        assumeTrue("root".equals(System.getProperty("user.name")) &&
            new ProcessBuilder(trial).start().waitFor() == 0, "may not mount a file system");
        final Path data = dir.resolve("data");
        final Path spool = data.resolve("spool/agent.spool");
        try (HeraldProcess agent = HeraldProcess.startInside(outer, dir, "agent", "--data-dir=" + data)) {
            await().until(() -> Files.exists(spool) && count(read(spool), " is full") >= 2);
            assertThat(agent.terminate()).isEqualTo(ExitCode.SPOOLED);

            assertThat(read(spool)).contains("file system " + dir + "/odd\\xFF is full",
                "file system " + dir + "/f\u00C3\u00BCll is full");
            assertThat(agent.err()).doesNotContain("cannot watch file system " + dir, "cannot watch file systems");
        }
    }

    private static String read(final Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    private static int count(final String text, final String part) {
        return text.split(part, -1).length - 1;
    }
}
