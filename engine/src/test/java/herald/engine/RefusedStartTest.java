package herald.engine;

import herald.io.FileAccess;
import herald.testing.Mount;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A start that is refused leaves the data directory as it is: its files, whose they are and who may use them.
 */
@Timeout(120)
class RefusedStartTest {
    private static final int GROUP = 61100;
    private static final int OTHER_GROUP = 61101;

    @TempDir
    private Path dir;
    private Path data;

    @BeforeEach
    void startOnce() throws IOException {
        data = dir.resolve("data");
        EventProxy.launch(context()).close();
        // As an earlier version may have left it, to be narrowed by a start.
        Files.setAttribute(data.resolve("counters.dat"), "unix:mode", 0644);
        Files.setAttribute(data.resolve("spool"), "unix:mode", 0755);
        Files.delete(data.resolve("bookmarks"));
    }

    private EventProxy.Context context() {
        return new EventProxy.Context().dataDir(data).node("n")
            .dedupKeyLimit(10_000).journalSegmentLength(256 * 1024).dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024);
    }

    /** A line for each file, but for what says who holds the directory. */
    private List<String> state(final Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> !file.getFileName().toString().endsWith(".owner")).map(file -> {
                try {
                    final String who = file + " " + Files.readAttributes(file, "unix:mode,uid,gid,ino",
                        LinkOption.NOFOLLOW_LINKS);
                    return Files.isDirectory(file) || file.endsWith("lock") ? who :
                        who + Files.getLastModifiedTime(file) + Files.size(file);
                } catch (final IOException e) {
                    throw new AssertionError(e);
                }
            }).sorted().toList();
        }
    }

    private void assertRefused(final EventProxy.Context context, final String... reasons) throws IOException {
        final List<String> before = state(context.dataDir);
        assertThatThrownBy(() -> EventProxy.launch(context)).isInstanceOf(ProxyException.class)
            .satisfies(refusal -> assertThat(refusal.getMessage()).contains(reasons));
        assertThat(state(context.dataDir)).isEqualTo(before);
    }

    @Test
    void shouldOpenNothingToAGroupThatHasNoWayThere() throws Exception {
        assumeTrue(Mount.run("chgrp", Integer.toString(OTHER_GROUP), data.toString()), "may not give files away");
        Files.setAttribute(data, "unix:mode", 0770);
        assertRefused(context().group(Integer.toString(GROUP)), "is open to group " + OTHER_GROUP, "chgrp");
        Files.setAttribute(data, "unix:mode", 0700);
        EventProxy.launch(context().group(Integer.toString(GROUP))).close();
        assertThat(FileAccess.mode(data.resolve("spool"))).isEqualTo(03770);
    }

    @Test
    void shouldLeaveACopyThatIsNotAdoptedAsItIs() throws Exception {
        final Path copy = dir.resolve("copy");
        assertThat(Mount.run("cp", "-a", data.toString(), copy.toString())).isTrue();
        data = copy;
        assertRefused(context(), "is a copy of directory", "--adopt-copy");
    }

    @Test
    void shouldLeaveItAsItIsWhereItsMediaDriverCannotBe() throws Exception {
        Files.createDirectory(dir.resolve("users"));
        Files.writeString(dir.resolve("users/precious"), "precious");
        assertRefused(context().aeronDirectoryName(dir.resolve("users").toString()),
            "no directory of a media driver", "--aeron-dir");
        assertThat(dir.resolve("users/precious")).hasContent("precious");
    }
}
