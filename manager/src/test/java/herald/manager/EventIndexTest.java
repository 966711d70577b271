package herald.manager;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the manager's index makes of any event, of damaged files and of what is left of them.
 */
@Timeout(60)
class EventIndexTest {
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final UUID LOG_ID = new UUID(3, 4);

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();
    private EventIndex index;

    @BeforeEach
    void open() throws IOException {
        index = new EventIndex(dir.resolve("index"));
    }

    @AfterEach
    void close() {
        if (index != null) {
            index.close();
        }
    }

    private static Batches.State state(final int id, final long count, final long seenNs) {
        return new Batches.State(new UUID(1, id), count, seenNs, seenNs);
    }

    private EventIndex.Outcome add(final UnsafeBuffer batch, final long receivedNs) throws Exception {
        return index.add(Batches.read(batch), 0, receivedNs);
    }

    private EventIndex.Outcome add(final Batches.State state) throws Exception {
        return add(Batches.of(state), NOW_NS);
    }

    private List<JsonNode> find(final Map<String, String> parameters) throws IOException {
        final IndexSearcher searcher = index.searchers().acquire();
        try {
            final EventQuery query = EventQuery.of(parameters, index.analyzer(), NOW_NS);
            final TopDocs found = searcher.search(query.query(), 10, query.sort());
            final List<JsonNode> events = new ArrayList<>();
            for (int i = 0; i < found.scoreDocs.length; i++) {
                final BytesRef json = StoredEvent.json(searcher.storedFields().document(found.scoreDocs[i].doc));
                events.add(mapper.readTree(json.bytes, json.offset, json.length));
            }
            return events;
        } finally {
            index.searchers().release(searcher);
        }
    }

    /** Lucene takes terms of 32,766 bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"component", "node", "tenant", "type", "kind", "name", "message", "key", "value"})
    void shouldStoreTextsThatAreTooLongToBeIndexed(final String field) throws Exception {
        final String tooLong = "é".repeat(20_000);

        assertThat(add(Batches.of(state(1, 1, NOW_NS), text -> text.equals(field) ? tooLong : text), NOW_NS))
            .isEqualTo(EventIndex.Outcome.STORED);
        assertThat(add(state(2, 1, NOW_NS - 1))).isEqualTo(EventIndex.Outcome.STORED);
        index.commit();

        final List<JsonNode> events = find(Map.of());
        assertThat(events).hasSize(2);
        assertThat(events.get(0).toString()).contains(tooLong);
        final Map<String, String> parameters = new HashMap<>(Map.of("component", tooLong));
        assertThat(find(parameters)).hasSize(field.equals("component") ? 1 : 0);
        parameters.put("component", "é".repeat(50) + '*');
        assertThat(find(parameters)).hasSize(field.equals("component") ? 1 : 0);
    }

    @Test
    void shouldRefuseAnEventThatCanNotBeReadAndTakeTheNextOne() throws Exception {
        assertThatThrownBy(() -> add(Batches.unreadable(state(1, 1, NOW_NS)), NOW_NS))
            .isInstanceOf(EventIndex.UnusableEventException.class);

        assertThat(add(state(1, 1, NOW_NS))).isEqualTo(EventIndex.Outcome.STORED);
    }

    @Test
    void shouldMarkWhatRecordersClocksCanNotHaveMeantAndListItWhereItCame() throws Exception {
        final long ahead = NOW_NS + TimeUnit.DAYS.toNanos(3_650);
        final long behind = NOW_NS - TimeUnit.DAYS.toNanos(40);
        add(Batches.of(new Batches.State(new UUID(1, 1), 1, NOW_NS, ahead)), NOW_NS - 2);
        add(Batches.of(new Batches.State(new UUID(1, 2), 1, NOW_NS, behind)), NOW_NS - 1);
        add(Batches.of(state(3, 1, NOW_NS)), NOW_NS);
        index.commit();

        final List<JsonNode> events = find(Map.of());
        assertThat(events).extracting(event -> event.at("/meta/uuid").asText()).containsExactly(
            new UUID(1, 3).toString(), new UUID(1, 2).toString(), new UUID(1, 1).toString());
        assertThat(events).extracting(event -> event.path("time-implausible").asBoolean())
            .containsExactly(false, true, true);
        assertThat(events.get(2).at("/meta/mod-time").asText()).startsWith("2034");
        assertThat(find(Map.of("from", "1h", "to", "0s"))).hasSize(3);
    }

    @Test
    void shouldReleaseByWhenEventsCame() throws Exception {
        final long ahead = NOW_NS + TimeUnit.DAYS.toNanos(3_650);
        add(Batches.of(new Batches.State(new UUID(1, 1), 1, NOW_NS, ahead)), NOW_NS - 10);
        add(Batches.of(new Batches.State(new UUID(1, 2), 1, NOW_NS, 1)), NOW_NS);
        index.commit();

        assertThat(index.releaseBefore(NOW_NS - 5)).isEqualTo(1);
        index.commit();

        assertThat(find(Map.of())).extracting(event -> event.at("/meta/uuid").asText())
            .containsExactly(new UUID(1, 2).toString());
        assertThat(index.releaseBefore(NOW_NS)).isZero();
    }

    /** At 09:42 the node said 40; then it was set back, and says 32 at 09:49. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTakeTheLaterStateOfANodeThatWasSetBack(final boolean committed) throws Exception {
        assertThat(add(state(1, 40, NOW_NS))).isEqualTo(EventIndex.Outcome.STORED);
        if (committed) {
            index.commit();
        }
        assertThat(add(state(1, 30, NOW_NS - 5))).isEqualTo(EventIndex.Outcome.PASSED);
        assertThat(add(state(1, 32, NOW_NS + 5))).isEqualTo(EventIndex.Outcome.SET_BACK);
        assertThat(add(state(1, 32, NOW_NS + 5))).isEqualTo(EventIndex.Outcome.PASSED);
        assertThat(add(state(1, 31, NOW_NS + 4))).isEqualTo(EventIndex.Outcome.PASSED);
        assertThat(add(state(1, 33, NOW_NS + 6))).isEqualTo(EventIndex.Outcome.REPLACED);
        index.commit();

        assertThat(find(Map.of())).extracting(event -> event.get("count").asInt()).containsExactly(33);
    }

    @Test
    void shouldKnowHowFarItHasWhatNodesSent() throws Exception {
        final NodePositions.Sender sender = new NodePositions.Sender(LOG_ID, "venice");
        index.positions().move(sender, 100);
        index.commit();
        index.positions().move(sender, 200);
        index.close();
        index = null;

        open();

        assertThat(index.positions().of(sender)).isEqualTo(100);
        assertThat(index.positions().of(new NodePositions.Sender(LOG_ID, "other"))).isZero();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("index"))) {
            return files.filter(file -> !file.endsWith("write.lock")).sorted().toList();
        }
    }

    private void fill() throws Exception {
        for (int i = 0; i < 100; i++) {
            add(state(i, 1, NOW_NS));
        }
        index.commit();
        index.close();
        index = null;
    }

    @Test
    void shouldRefuseAnIndexWithAFlippedBitInAnyFile() throws Exception {
        fill();
        for (final Path file : files()) {
            final byte[] whole = Files.readAllBytes(file);
            for (final int at : new int[] {whole.length / 3, whole.length / 2, whole.length - 1}) {
                final byte[] flipped = whole.clone();
                flipped[at] ^= 4;
                Files.write(file, flipped);

                assertThatThrownBy(() -> new EventIndex(dir.resolve("index")))
                    .isInstanceOf(IOException.class).hasMessageContaining("damaged")
                    .hasMessageContaining(file.getFileName().toString()).hasMessageContaining("backup");
                assertThat(IndexFiles.inspect(dir.resolve("index")).damages())
                    .singleElement().asString().contains(file.getFileName().toString());
            }
            Files.write(file, whole);
        }
        open();
        assertThat(find(Map.of())).isNotEmpty();
    }

    @Test
    void shouldRefuseAnIndexWithAMissingOrShorterFileAndDeleteNothing() throws Exception {
        fill();
        for (final Path file : files()) {
            final byte[] whole = Files.readAllBytes(file);
            final List<Path> others = files();
            Files.delete(file);

            assertThatThrownBy(() -> new EventIndex(dir.resolve("index"))).isInstanceOf(IOException.class)
                .hasMessageContaining("To mend it, restore the data directory from a backup");
            assertThat(IndexFiles.inspect(dir.resolve("index")).damages()).singleElement().asString()
                .contains(file.getFileName().toString().startsWith("segments_") ? "there in part" :
                    file.getFileName() + " is missing");
            assertThat(files()).hasSize(others.size() - 1);
            Files.write(file, whole);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(whole.length / 2);
            }
            assertThatThrownBy(() -> new EventIndex(dir.resolve("index"))).isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
            Files.write(file, whole);
        }
        open();
        assertThat(find(Map.of())).isNotEmpty();
    }

    /** The files are read once, where they are opened: a bit that flips later is told where it is met. */
    @Test
    void shouldTellAStoredEventThatIsNotWhatWasStored() {
        final byte[] json = "{\"kind\":\"Event\"}".getBytes(StandardCharsets.US_ASCII);
        final byte[] stored = StoredEvent.of(json, json.length);
        for (int i = 0; i < stored.length * Byte.SIZE; i++) {
            final byte[] flipped = stored.clone();
            flipped[i / Byte.SIZE] ^= (byte)(1 << i % Byte.SIZE);
            final Document document = new Document();
            document.add(new StoredField(EventFields.EVENT, flipped));

            assertThatThrownBy(() -> StoredEvent.json(document)).hasMessageContaining("is not what was stored");
        }
    }
}
