package herald.writers.file;

import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Rotation renames, replaces and deletes what file writers made, and nothing else. */
@Timeout(120)
class RotationTest {
    private static final String LONG = "x".repeat(1_000);
    private static final String TEXT = "somebody's\n";

    @TempDir
    private Path directory;

    /** What somebody else has under the name of a rotated file. */
    private enum Foreign {
        TEXT, EVENT_OF_ANOTHER_SYSTEM, OUTPUT_OF_TAIL, EVENT_WITHOUT_END, LINK, DANGLING_LINK, EMPTY_DIRECTORY,
        FULL_DIRECTORY;

        private void make(final Path path) throws IOException {
            switch (this) {
                case TEXT -> Files.writeString(path, RotationTest.TEXT);
                case EVENT_OF_ANOTHER_SYSTEM -> Files.writeString(path, "{\"kind\":\"Event\",\"apiVersion\":\"v1\"}\n");
                case OUTPUT_OF_TAIL -> Files.writeString(path, event().replace("}\n", ",\"position\":4096}\n"));
                case EVENT_WITHOUT_END -> Files.writeString(path, event().strip());
                case LINK -> Files.createSymbolicLink(path, Files.writeString(path.resolveSibling("kept"), event()));
                case DANGLING_LINK -> Files.createSymbolicLink(path, Path.of("nowhere"));
                case EMPTY_DIRECTORY -> Files.createDirectory(path);
                case FULL_DIRECTORY ->
                    Files.writeString(Files.createDirectory(path).resolve("file"), RotationTest.TEXT);
            }
        }

        private boolean isAt(final Path path) throws IOException {
            return switch (this) {
                case TEXT -> Files.readString(path).equals(RotationTest.TEXT);
                case EVENT_OF_ANOTHER_SYSTEM -> Files.readString(path).contains("apiVersion");
                case OUTPUT_OF_TAIL -> Files.readString(path).endsWith(",\"position\":4096}\n");
                case EVENT_WITHOUT_END -> Files.readString(path).endsWith("}");
                case LINK, DANGLING_LINK -> Files.isSymbolicLink(path);
                case EMPTY_DIRECTORY -> Files.isDirectory(path);
                case FULL_DIRECTORY -> Files.readString(path.resolve("file")).equals(RotationTest.TEXT);
            };
        }
    }

    private static String event() {
        return "{\"kind\":\"Event\",\"meta\":{\"name\":\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\"," +
            "\"uuid\":\"0193a1b2-c3d4-8e5f-8a6b-7c8d9e0f1a2b\",\"tenant\":\"\"},\"message\":\"}\",\"count\":12}\n";
    }

    @ParameterizedTest
    @EnumSource
    void shouldRefuseAWriterThatWouldRotateOverSomebodyElses(final Foreign foreign) throws IOException {
        final Path file = directory.resolve("events.ndjson");
        foreign.make(rotated(file, 1));
        refuse(file, 1, rotated(file, 1));
        refuse(file, 8, rotated(file, 1));
        final Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        refuse(link, 2, rotated(file, 1));

        assertThat(foreign.isAt(rotated(file, 1))).isTrue();
        assertThat(file).doesNotExist();
    }

    private static void refuse(final Path file, final int keep, final Path named) {
        assertThatThrownBy(() -> writer(file, keep)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("writer audit (file): ")
            .hasMessageContainingAll(file + " can't be rotated", named.toString(), "in the way", "move it away");
    }

    @ParameterizedTest
    @EnumSource
    void shouldGrowOnWhileSomebodyElsesIsInTheWayAndRotateThen(final Foreign foreign) throws Exception {
        final Path file = directory.resolve("events.ndjson");
        try (EventWriter writer = writer(file, 3)) {
            write(writer, 0, 3);
            assertThat(writer.hindrance()).isNull();
            foreign.make(rotated(file, 3));
            write(writer, 3, 8);
            assertThat(writer.hindrance()).contains(file + " is not rotated", rotated(file, 3) + " is in the way",
                "move it away");
            assertThat(messages(file)).isEqualTo(IntStream.range(2, 8).mapToObj(i -> LONG + i + " 0").toList());
            assertThat(foreign.isAt(rotated(file, 3))).isTrue();

            Files.move(rotated(file, 3), directory.resolve("moved"));
            write(writer, 8, 9);
            assertThat(writer.hindrance()).isNull();
        }

        assertThat(foreign.isAt(directory.resolve("moved"))).isTrue();
        final List<String> written = new ArrayList<>();
        for (final Path each : List.of(rotated(file, 3), rotated(file, 2), rotated(file, 1), file)) {
            written.addAll(messages(each));
        }
        assertThat(written).isEqualTo(IntStream.range(0, 9).mapToObj(i -> LONG + i + " 0").toList());
    }

    @ParameterizedTest
    @EnumSource
    void shouldLeaveSomebodyElsesAloneAboveTheNumberKept(final Foreign foreign) throws Exception {
        final Path file = directory.resolve("events.ndjson");
        foreign.make(rotated(file, 3));
        Files.writeString(rotated(file, 4), event());
        try (EventWriter writer = writer(file, 2)) {
            write(writer, 0, 6);
            assertThat(writer.hindrance()).isNull();
        }

        assertThat(foreign.isAt(rotated(file, 3))).isTrue();
        assertThat(rotated(file, 4)).doesNotExist();
        assertThat(messages(rotated(file, 2))).containsExactly(LONG + "3 0");
    }

    /** What is behind a hole is not touched before the hole is filled. */
    @Test
    void shouldRotateUpToAHoleBeforeSomebodyElses() throws Exception {
        final Path file = directory.resolve("events.ndjson");
        Files.writeString(rotated(file, 3), TEXT);
        try (EventWriter writer = writer(file, 3)) {
            write(writer, 0, 4);
            assertThat(messages(rotated(file, 2))).containsExactly(LONG + "0 0");
            assertThat(writer.hindrance()).contains(rotated(file, 3).toString());
        }
        assertThat(rotated(file, 3)).hasContent(TEXT.strip());
    }

    @Test
    void shouldTakeAnEmptyFileForItsOwn() throws Exception {
        final Path file = directory.resolve("events.ndjson");
        Files.createFile(rotated(file, 1));
        try (EventWriter writer = writer(file, 1)) {
            write(writer, 0, 2);
        }
        assertThat(messages(rotated(file, 1))).containsExactly(LONG + "0 0");
    }

    /** In the end it would be the oldest, and go. */
    @Test
    void shouldNotRotateAFileThatBeginsWithSomebodyElsesText() throws Exception {
        final Path file = directory.resolve("app.log");
        Files.writeString(file, TEXT);
        try (EventWriter writer = writer(file, 1)) {
            write(writer, 0, 4);
            assertThat(writer.hindrance()).contains(file + " begins with what this writer did not write");
            assertThat(rotated(file, 1)).doesNotExist();
            assertThat(Files.readString(file)).startsWith(TEXT);

            Files.move(file, directory.resolve("moved"));
            write(writer, 4, 5);
            assertThat(writer.hindrance()).isNull();
        }
        assertThat(Files.readString(directory.resolve("moved"))).startsWith(TEXT);
        assertThat(messages(file)).containsExactly(LONG + "4 0");
    }

    private static EventWriter writer(final Path file, final int keep) {
        return new FileWriterFactory().create(new WriterSpec("audit", "file", file.toString(),
            Map.of("maxBytes", "1KiB", "keep", String.valueOf(keep))));
    }

    private static void write(final EventWriter writer, final int from, final int to) throws WriterException {
        for (int i = from; i < to; i++) {
            assertThat(writer.write(EventBatches.numbered(1, LONG + i + ' '), 0)).isEqualTo(1);
        }
    }

    private static List<String> messages(final Path file) throws IOException {
        assertThat(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)).as(file + " is a file").isTrue();
        return Files.readAllLines(file).stream()
            .map(line -> line.replaceAll("^\\{\"kind\":\"Event\",.*\"message\":\"([^\"]*)\".*\"count\":1}$", "$1"))
            .toList();
    }

    private static Path rotated(final Path file, final int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }
}
