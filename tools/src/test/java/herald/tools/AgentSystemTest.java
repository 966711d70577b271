package herald.tools;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What {@code herald agent} says, in processes of its own, about proxies that are not there and processes that it may
 * not see.
 */
@Tag("slow")
@Timeout(300)
class AgentSystemTest {
    private static final String NO_PROXY = "no proxy answers: events are kept in ";
    private static final String PROXY = "a proxy answers: ";
    private static final String HIDE = "mount --make-rprivate / && mount -t proc -o hidepid=2 herald-test /proc && " +
        "exec \"$@\"";

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
                Files.readString(spool, StandardCharsets.ISO_8859_1).contains("process java runs"));
            assertThat(agent.terminate()).isEqualTo(ExitCode.SPOOLED);

            assertThat(count(agent.err(), "processes of other users can't be seen here")).isEqualTo(1);
            assertThat(agent.err()).doesNotContain("does not run");
        }
    }

    private static int count(final String text, final String part) {
        return text.split(part, -1).length - 1;
    }
}
