package herald.writers.file;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.ChildJvm;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Files on the real file system: appended, rotated, torn, moved away, refused and full. */
@Timeout(120)
class FileWriterTest {
    private static final Map<String, String> SMALL = Map.of("maxBytes", "1KiB");
    private static final String TORN = "{\"kind\":\"Event\",\"meta\":{\"na";

    @TempDir
    private Path directory;

    @Test
    void shouldWriteALineForEachEventAndAppendOnRestart() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        write(file, Map.of(), EventBatches.numbered(3, "first "), 1);
        write(file, Map.of("force", "true"), EventBatches.numbered(2, "second "), 0);

        assertThat(messages(file)).containsExactly("first 1", "first 2", "second 0", "second 1");
    }

    @Test
    void shouldCreateFileAndDirectoriesForTheirOwnerAlone() throws WriterException, IOException {
        final Path file = directory.resolve("a/b/events.ndjson");
        write(file, Map.of(), EventBatches.numbered(1, "m"), 0);

        assertThat(permissions(file)).isEqualTo("rw-------");
        assertThat(permissions(file.getParent())).isEqualTo("rwx------");
        assertThat(permissions(file.getParent().getParent())).isEqualTo("rwx------");
    }

    /** In a directory such as /tmp, anybody may have taken the name. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotWriteIntoWhatAnotherUserPutThere(final boolean isLink) throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        final Path open = Files.createDirectory(directory.resolve("tmp"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        final Path target = Files.createFile(directory.resolve("target"));
        final Path file = open.resolve("events.ndjson");
        final Path planted = isLink ? Files.createSymbolicLink(file, target) : Files.createFile(file);
        Files.setAttribute(planted, "unix:uid", 61003, LinkOption.NOFOLLOW_LINKS);

        assertThatThrownBy(() -> write(file, Map.of(), EventBatches.numbered(1, "m"), 0))
            .isInstanceOf(WriterException.class)
            .hasMessageContainingAll(file.toString(), "belongs to 61003", "choose another path");
        assertThat(target).isEmptyFile();
        assertThat(Files.size(file)).isZero();
    }

    @Test
    void shouldRotateBetweenLinesAndLoseNone() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        write(file, Map.of("maxBytes", "2KiB", "keep", "100", "force", "true"), EventBatches.numbered(60, "m"), 0);

        final List<Path> files = new ArrayList<>(List.of(file));
        for (int i = 1; Files.exists(rotated(file, i)); i++) {
            files.add(0, rotated(file, i));
        }
        final List<String> messages = new ArrayList<>();
        for (final Path part : files) {
            assertThat(Files.size(part)).isBetween(1L, 2048L);
            assertThat(permissions(part)).isEqualTo("rw-------");
            messages.addAll(messages(part));
        }
        assertThat(files).hasSizeGreaterThan(5);
        assertThat(messages).isEqualTo(IntStream.range(0, 60).mapToObj(i -> "m" + i).toList());
    }

    @Test
    void shouldKeepTheNewestRotatedFiles() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        write(rotated(file, 3), Map.of(), EventBatches.numbered(1, "left from when more were kept "), 0);
        final EventBatch batch = EventBatches.numbered(8, "x".repeat(1000));
        write(file, Map.of("maxBytes", "1KiB", "keep", "2"), batch, 0);

        assertThat(messages(file)).singleElement().asString().endsWith("x7");
        assertThat(messages(rotated(file, 1))).singleElement().asString().endsWith("x6");
        assertThat(messages(rotated(file, 2))).singleElement().asString().endsWith("x5");
        assertThat(rotated(file, 3)).doesNotExist();
    }

    @Test
    void shouldFillAHoleBeforeDeletingTheOldest() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        write(rotated(file, 1), Map.of(), EventBatches.numbered(1, "one "), 0);
        write(rotated(file, 3), Map.of(), EventBatches.numbered(1, "three "), 0);
        write(file, Map.of("maxBytes", "1KiB", "keep", "3"), EventBatches.numbered(2, "x".repeat(1000)), 0);

        assertThat(messages(rotated(file, 2))).containsExactly("one 0");
        assertThat(messages(rotated(file, 3))).containsExactly("three 0");
    }

    @Test
    void shouldCutALineThatACrashTore() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        for (int length = 1; length <= TORN.length(); length++) {
            Files.deleteIfExists(file);
            write(file, Map.of(), EventBatches.numbered(1, "before"), 0);
            Files.writeString(file, TORN.substring(0, length), StandardOpenOption.APPEND);
            write(file, Map.of(), EventBatches.numbered(1, "after"), 0);

            assertThat(messages(file)).containsExactly("before0", "after0");
        }
    }

    @Test
    void shouldCutATornLineThatIsTheWholeFile() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        for (final String torn : new String[]{TORN, "\0".repeat(5_000)}) {
            Files.writeString(file, torn);
            write(file, Map.of(), EventBatches.numbered(1, "after"), 0);

            assertThat(messages(file)).containsExactly("after0");
        }
    }

    @Test
    void shouldEndAWholeLastLineAndCutOneThatLacksAByte() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        write(file, Map.of(), EventBatches.numbered(2, "braces } \" ] \\ in a text "), 0);
        final byte[] whole = Files.readAllBytes(file);
        final int firstEnd = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
        for (int length = firstEnd + 1; length < whole.length; length += whole.length - length > 20 ? 7 : 1) {
            Files.write(file, Arrays.copyOf(whole, length));
            write(file, Map.of(), EventBatches.numbered(1, "after"), 0);

            assertThat(messages(file)).as("cut to %s of %s bytes", length, whole.length)
                .hasSize(length == whole.length - 1 ? 3 : 2).endsWith("after0");
        }
    }

    @Test
    void shouldGoOnInANewFileWhereItsOwnWasMovedAway() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        try (EventWriter writer = writer(file, Map.of("force", "true"))) {
            writer.write(EventBatches.numbered(1, "old"), 0);
            Files.move(file, directory.resolve("moved"));
            writer.write(EventBatches.numbered(1, "new"), 0);
            writer.flush();
        }

        assertThat(messages(directory.resolve("moved"))).containsExactly("old0");
        assertThat(messages(file)).containsExactly("new0");
    }

    @Test
    void shouldFollowALinkAndRotateWhatItLeadsTo() throws WriterException, IOException {
        final Path target = directory.resolve("data/events.ndjson");
        Files.createDirectory(target.getParent());
        final Path link = Files.createSymbolicLink(directory.resolve("events.ndjson"), Path.of("data/events.ndjson"));
        for (int i = 0; i < 3; i++) {
            write(link, SMALL, EventBatches.numbered(3, i + " "), 0);
        }

        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("data/events.ndjson"));
        assertThat(target).isRegularFile();
        assertThat(directory.resolve("events.ndjson.1")).doesNotExist();
        final List<String> written = new ArrayList<>();
        for (int i = 1; Files.exists(rotated(target, i)); i++) {
            written.addAll(0, messages(rotated(target, i)));
        }
        assertThat(written).isNotEmpty();
        written.addAll(messages(link));
        assertThat(written).hasSize(9).startsWith("0 0", "0 1").endsWith("2 2");
    }

    /** An administrator leads it elsewhere while the writer runs. */
    @Test
    void shouldGoOnWhereALinkLeadsToLater() throws WriterException, IOException {
        final Path link = Files.createSymbolicLink(directory.resolve("events.ndjson"), Path.of("first"));
        try (EventWriter writer = writer(link, Map.of())) {
            writer.write(EventBatches.numbered(1, "one "), 0);
            Files.delete(link);
            Files.createSymbolicLink(link, Path.of("second"));
            writer.write(EventBatches.numbered(1, "two "), 0);
        }

        assertThat(messages(directory.resolve("first"))).containsExactly("one 0");
        assertThat(messages(directory.resolve("second"))).containsExactly("two 0");
    }

    /** One that somebody puts there while the writer runs, too. */
    @ParameterizedTest
    @ValueSource(strings = {"/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", "/dev/null", "fifo"})
    void shouldRefuseWhatIsNoFileAndLeaveItAsItIs(final String other) throws Exception {
        final Path link = directory.resolve("events.ndjson");
        if (other.equals("fifo")) {
            assertThat(new ProcessBuilder("mkfifo", directory.resolve("fifo").toString()).start().waitFor()).isZero();
        }
        try (EventWriter writer = writer(link, Map.of())) {
            Files.createSymbolicLink(link, Path.of(other));
            assertThatThrownBy(() -> writer.write(EventBatches.numbered(1, "m"), 0))
                .isInstanceOf(WriterException.class)
                .hasMessageContaining("cannot write " + link + ": it is ").hasMessageContaining("name ");
        }
        assertMistake(link, Map.of(), "it is ");
        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of(other));
    }

    @Test
    void shouldGiveTheNextFileModeOwnerAndGroupOfTheOneBefore() throws WriterException, IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        final Path file = directory.resolve("events.ndjson");
        try (EventWriter writer = writer(file, SMALL)) {
            writer.write(EventBatches.numbered(1, "m"), 0);
            Files.setAttribute(file, "unix:uid", 61003);
            Files.setAttribute(file, "unix:gid", 61004);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
            for (int i = 0; i < 4; i++) {
                writer.write(EventBatches.numbered(1, i + " "), 0);
            }
        }

        assertThat(rotated(file, 1)).exists();
        for (final Path each : List.of(file, rotated(file, 1))) {
            assertThat(Files.readAttributes(each, "unix:uid,gid")).containsValues(61003, 61004);
            assertThat(permissions(each)).isEqualTo("rw-r-----");
        }
    }

    /** A note of an administrator's, or copies that a tool made and cut the file afterwards. */
    @Test
    void shouldAppendBehindWhatOthersHaveAppendedOrCut() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        try (EventWriter writer = writer(file, Map.of())) {
            writer.write(EventBatches.numbered(1, "one "), 0);
            Files.writeString(file, "a note\n", StandardOpenOption.APPEND);
            writer.write(EventBatches.numbered(1, "two "), 0);
            assertThat(messages(file)).containsExactly("one 0", "a note", "two 0");

            Files.writeString(file, "", StandardOpenOption.TRUNCATE_EXISTING);
            writer.write(EventBatches.numbered(1, "three "), 0);
            assertThat(messages(file)).containsExactly("three 0");
        }
    }

    @Test
    void shouldReadPathsAsUsersOfAShellWriteThem() throws IOException {
        final Path home = Path.of(System.getProperty("user.home"));
        try (EventWriter writer = writer("~/events.ndjson")) {
            assertThat(writer.file()).isEqualTo(home.resolve("events.ndjson"));
        }
        try (EventWriter writer = writer("///var/log/events.ndjson")) {
            assertThat(writer.file()).isEqualTo(Path.of("/var/log/events.ndjson"));
        }
        for (final String wrong : List.of("~bob/events.ndjson", "$HOME/events.ndjson", "${HOME}/events.ndjson",
            "//log-server/events.ndjson", "/var/log/herald/", " ")) {
            assertThatThrownBy(() -> writer(wrong)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("writer audit (file): ");
        }
    }

    private static EventWriter writer(final String path) {
        return new FileWriterFactory().create(new WriterSpec("audit", "file", path, Map.of()));
    }

    /** A channel is closed where its thread is interrupted, before an operation or in the middle of one. */
    @Test
    void shouldWriteEachLineOnceWhereItsThreadIsInterrupted() throws WriterException, IOException {
        final Path file = directory.resolve("events.ndjson");
        final int batches = 500;
        final Thread writing = Thread.currentThread();
        final AtomicBoolean done = new AtomicBoolean();
        final Thread interrupting = new Thread(() -> {
            while (!done.get()) {
                writing.interrupt();
                LockSupport.parkNanos(20_000);
            }
        });
        interrupting.start();
        try (EventWriter writer = writer(file, Map.of("maxBytes", "20KiB", "keep", "100"))) {
            for (int i = 0; i < batches; i++) {
                assertThat(writer.write(EventBatches.numbered(1, i + " "), 0)).isEqualTo(1);
            }
        } finally {
            done.set(true);
            while (interrupting.isAlive()) {
                Thread.interrupted();
            }
            Thread.interrupted();
        }

        final List<String> written = new ArrayList<>();
        for (int i = 1; Files.exists(rotated(file, i)); i++) {
            written.addAll(0, messages(rotated(file, i)));
        }
        written.addAll(messages(file));
        assertThat(written).isEqualTo(IntStream.range(0, batches).mapToObj(i -> i + " 0").toList());
    }

    @Test
    void shouldLeaveNoHalfLineWhereTheFileCannotGrow() throws IOException, InterruptedException, WriterException {
        final Path file = directory.resolve("events.ndjson");
        final Process process = new ProcessBuilder(ChildJvm.command(
            List.of("sh", "-c", "ulimit -f 8 && exec \"$@\"", "sh"), UntilFull.class, file.toString()))
            .redirectErrorStream(true).start();
        try {
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(output).contains("retryable=true done=0 cannot write " + file + ": File too large");
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(file)).endsWith("}\n");
        final int written = messages(file).size();
        write(file, Map.of(), EventBatches.numbered(3, "after"), 0);
        assertThat(written).isGreaterThan(0).isEqualTo(messages(file).size() - 3);
        assertThat(written % 3).as("a slice is written whole or not at all").isZero();
    }

    @Test
    void shouldSayWhichPathItCannotWrite() throws IOException {
        final Path blocked = Files.writeString(directory.resolve("blocked"), "a file");

        assertThatThrownBy(() -> write(blocked.resolve("events.ndjson"), Map.of(), EventBatches.numbered(1, "m"), 0))
            .isInstanceOfSatisfying(WriterException.class, e -> assertThat(e.retryable()).isTrue())
            .hasMessageContaining("cannot write " + blocked.resolve("events.ndjson"))
            .hasMessageContaining("is writable");
    }

    @Test
    void shouldTellLinksThatLeadNowhere() throws IOException {
        final Path first = directory.resolve("first");
        Files.createSymbolicLink(first, Path.of("second"));
        Files.createSymbolicLink(directory.resolve("second"), Path.of("first"));
        assertMistake(first, Map.of(), first + ": its links lead to each other, and to no file");
    }

    @Test
    void shouldNameWhatIsWrongWithASpecification() {
        assertMistake(directory, Map.of(), directory + " is a directory", "events.ndjson");
        assertMistake(Path.of("/dev/null"), Map.of(), "/dev/null: it is no regular file");
        assertMistake(directory.resolve("f"), Map.of("maxBytes", "64MB"), "maxBytes \"64MB\"", "64MiB");
        assertMistake(directory.resolve("f"), Map.of("maxBytes", "999999999999GiB"), "at least 1024");
        assertMistake(directory.resolve("f"), Map.of("keep", "0"), "keep \"0\"", "from 1 to 1000");
        assertMistake(directory.resolve("f"), Map.of("force", "yes"), "force \"yes\"", "false, true");
        assertMistake(directory.resolve("f"), Map.of("compress", "true"), "compress", "maxBytes, keep, force");
        assertThatThrownBy(() -> new FileWriterFactory().create(WriterSpec.parse("file")))
            .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("file:/var/log/");
    }

    private static void assertMistake(final Path path, final Map<String, String> options, final String... parts) {
        assertThatThrownBy(() -> writer(path, options))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("writer audit (file): ").hasMessageContainingAll(parts);
    }

    private static EventWriter writer(final Path path, final Map<String, String> options) {
        return new FileWriterFactory().create(new WriterSpec("audit", "file", path.toString(), options));
    }

    private static void write(
        final Path path, final Map<String, String> options, final EventBatch batch, final int from)
        throws WriterException {
        try (EventWriter writer = writer(path, options)) {
            int index = from;
            while (index < batch.size()) {
                index += writer.write(batch, index);
                writer.flush();
            }
        }
    }

    private static List<String> messages(final Path file) throws IOException {
        assertThat(Files.readString(file)).endsWith("\n");
        return Files.readAllLines(file).stream()
            .map(line -> line.replaceAll("^\\{\"kind\":\"Event\",.*\"message\":\"([^\"]*)\".*\"count\":1}$", "$1"))
            .toList();
    }

    private static Path rotated(final Path file, final int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static String permissions(final Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    /** Writes until the file may not grow any more, and says how it learnt that. */
    static final class UntilFull {
        private UntilFull() {
        }

        public static void main(final String[] args) {
            final EventBatch batch = EventBatches.numbered(3, "event ");
            try (EventWriter writer = writer(Path.of(args[0]), Map.of())) {
                while (true) {
                    writer.write(batch, 0);
                }
            } catch (final WriterException e) {
                System.out.println("retryable=" + e.retryable() + " done=" + e.done() + " " + e.getMessage());
            }
        }
    }
}
