package herald.events.generator;

import herald.events.Catalogs;
import herald.events.EventCatalog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@code docs/event-types.md} tells a newcomer to write is right.
 */
@Timeout(120)
class EventTypesPageTest {
    @TempDir
    private Path dir;
    private Path catalogs;
    private String page;
    private List<String> snippets;

    @BeforeEach
    void setUp() throws IOException {
        page = Files.readString(Path.of("../docs/event-types.md"));
        snippets = Pattern.compile("```xml\n(.*?)```", Pattern.DOTALL).matcher(page).results()
            .map(result -> result.group(1)).toList();
        catalogs = Files.createDirectories(dir.resolve("catalogs"));
        Files.createDirectories(dir.resolve("sbe"));
        Files.copy(Path.of("src/main/sbe/message-header.xml"), dir.resolve("sbe/message-header.xml"));
    }

    @Test
    void shouldShowATypeThatCanBeAdded() throws IOException {
        final String cluster = """
            <sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe" xmlns:xi="http://www.w3.org/2001/XInclude"
                               xmlns:herald="https://herald-events.github.io/catalog"
                               package="herald.catalogs.cluster" id="4810" version="0" byteOrder="littleEndian">
            <xi:include href="../sbe/message-header.xml"/>
            <types><enum name="EventType" encodingType="uint16">%s</enum></types></sbe:messageSchema>
            """;
        Files.writeString(catalogs.resolve("cluster.xml"), cluster.formatted(snippets.get(0)));

        assertThat(generate()).isEmpty();
    }

    @Test
    void shouldShowACatalogThatCanBeAdded() throws IOException {
        Files.writeString(catalogs.resolve("storage.xml"), snippets.get(1));

        assertThat(generate()).isEmpty();
    }

    @Test
    void shouldListTheShippedCatalogs() {
        assertThat(Catalogs.all()).extracting(EventCatalog::service)
            .allSatisfy(service -> assertThat(page).contains("\n| `" + service + "` | `"));
    }

    private List<Problem> generate() throws IOException {
        return new CatalogGenerator(catalogs, dir.resolve("java"), dir.resolve("generated")).run();
    }
}
