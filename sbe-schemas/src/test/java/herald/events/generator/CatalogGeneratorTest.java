package herald.events.generator;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Good catalogs become classes; every mistake is reported with its file, line and remedy.
 */
@Timeout(120)
class CatalogGeneratorTest {
    private static final String RUNG = """
        <validValue name="BellRung" description="The bell rang." herald:severity="INFO" herald:category="Bell" \
        herald:suppressedInMaintenance="true">0</validValue>""";
    private static final String BROKE = """
        <validValue name="BellBroke" description="The bell broke." herald:severity="CRITICAL" herald:category="Bell" \
        herald:suppressedInMaintenance="false">1</validValue>""";
    /** Line of the first type in a file that {@link #schema} makes. */
    private static final int FIRST = 8;

    @TempDir
    private Path dir;
    private Path catalogs;
    private Path handWritten;
    private Path output;

    @BeforeEach
    void setUp() throws IOException {
        catalogs = Files.createDirectories(dir.resolve("catalogs"));
        handWritten = Files.createDirectories(dir.resolve("java"));
        output = dir.resolve("generated");
        Files.createDirectories(dir.resolve("sbe"));
        Files.copy(Path.of("src/main/sbe/message-header.xml"), dir.resolve("sbe/message-header.xml"));
    }

    @Test
    void shouldWriteAClassOfEachCatalogAndTheirList() throws IOException {
        write("bell", schema("bell", 1, "herald:retired=\"2\"", BROKE, RUNG));
        write("horn", schema("horn", 2, "", RUNG));

        assertThat(generate()).isEmpty();

        assertThat(source("BellEvents")).containsSubsequence(
            "public final class BellEvents {",
            "     * The bell rang.\n     * Number 0, INFO by default, category {@code Bell}, suppressed in",
            "public static final EventType BELL_RUNG = types.add(",
            "0, \"BellRung\", Severity.INFO, \"Bell\", true,",
            "     * The bell broke.\n     * Number 1, CRITICAL by default, category {@code Bell}, not suppressed in",
            "public static final EventType BELL_BROKE = types.add(",
            "public static final EventCatalog CATALOG = types.build();");
        assertThat(source("ShippedCatalogs")).contains("BellEvents.CATALOG,\n        HornEvents.CATALOG);");
    }

    @Test
    void shouldNameTheAttributesThatATypeLeavesOut() throws IOException {
        write("bell", schema("bell", 1, "", RUNG,
            BROKE.replace("description", "herald:ignoreAttributes=\" pid  x-*\" description")));

        assertThat(generate()).isEmpty();
        assertThat(source("BellEvents")).contains("\"The bell rang.\");", "\"The bell broke.\", \"pid\", \"x-*\");");
    }

    @Test
    void shouldWriteJavaThatCompilesWhateverADescriptionHolds() throws IOException {
        final String description = "*/ \\ \\u0041 &quot;quoted&quot; &lt;b> @see {@code x &amp; ü &#10; 100%s";
        write("bell", schema("bell", 1, "", RUNG.replace("The bell rang.", description)));

        assertThat(generate()).isEmpty();

        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final int exitCode = compiler.run(null, null, null,
            "-encoding", "UTF-8", "-proc:none", "-d", dir.toString(), file("BellEvents").toString());
        assertThat(exitCode).isZero();
    }

    @Test
    void shouldRegenerateWhatWasEditedAndTouchNothingElse() throws IOException {
        write("bell", schema("bell", 1, "", RUNG));
        write("horn", schema("horn", 2, "", RUNG));
        generate();
        final FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(file("BellEvents"), longAgo);
        Files.setLastModifiedTime(file("HornEvents"), longAgo);

        write("bell", schema("bell", 1, "", RUNG, BROKE));
        assertThat(generate()).isEmpty();

        assertThat(source("BellEvents")).contains("BELL_BROKE");
        assertThat(Files.getLastModifiedTime(file("HornEvents"))).isEqualTo(longAgo);
    }

    @Test
    void shouldDeleteTheClassOfADeletedCatalog() throws IOException {
        write("bell", schema("bell", 1, "", RUNG));
        write("horn", schema("horn", 2, "", RUNG));
        generate();

        Files.delete(catalogs.resolve("horn.xml"));
        assertThat(generate()).isEmpty();

        assertThat(file("HornEvents")).doesNotExist();
        assertThat(source("ShippedCatalogs")).doesNotContain("Horn");
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @CsvSource(delimiter = '|', value = {
        "name=\"BellBroke\"|name=\"BellRung\"|the name BellRung is taken by line 8; give the type another name",
        "name=\"BellBroke\"||type 1 has a gap in the required attribute name; write a name in CamelCase",
        "BellBroke|bellBroke|the name \"bellBroke\" is not CamelCase; begin each word with one capital",
        "BellBroke|BELL_BROKE|the name \"BELL_BROKE\" is not CamelCase; begin each word with one capital",
        "BellBroke|BellBROKE|the name \"BellBROKE\" is not CamelCase; begin each word with one capital",
        "BellBroke|Catalog|the name Catalog is reserved: the generated class has a constant CATALOG; give the type",
        "1</|0</|the number 0 of BellBroke is taken by BellRung; take 5, the next free number",
        "1</|4</|the number 4 of BellBroke is retired; take 5, the next free number",
        "1</|</|the number of BellBroke is \"\", which is none from 0 to 65534; take 5, the next free number",
        "1</|one</|the number of BellBroke is \"one\", which is none from 0 to 65534; take 5",
        "1</|-1</|the number of BellBroke is \"-1\", which is none from 0 to 65534; take 5",
        "1</|65535</|the number of BellBroke is \"65535\", which is none from 0 to 65534; take 5",
        "1</|99999999999</|the number of BellBroke is \"99999999999\", which is none from 0 to 65534; take 5",
        "description=\"The bell broke.\"||BellBroke has a gap in the required attribute description; say in one",
        "\"The bell broke.\"|\" \"|BellBroke has a gap in the required attribute description; say in one",
        "herald:severity=\"CRITICAL\"||BellBroke has a gap in the required attribute herald:severity; write herald:sev",
        "CRITICAL|''|BellBroke has a gap in the required attribute herald:severity; write herald:sev",
        "CRITICAL|critical|herald:severity of BellBroke is \"critical\"; write DEBUG, INFO, WARN or CRITICAL",
        "CRITICAL|ERROR|herald:severity of BellBroke is \"ERROR\"; write DEBUG, INFO, WARN or CRITICAL",
        "herald:category=\"Bell\"||BellBroke has a gap in the required attribute herald:category; write herald:cat",
        "\"Bell\"|\"\"|BellBroke has a gap in the required attribute herald:category; write herald:cat",
        "\"Bell\"|\"my bell\"|herald:category of BellBroke is \"my bell\"; write one word in CamelCase",
        "herald:suppressedInMaintenance=\"false\"||BellBroke has a gap in the required attribute"
            + " herald:suppressedInMaintenance; write herald:suppressedInMaintenance with true or false",
        "\"false\"|\"\"|BellBroke has a gap in the required attribute herald:suppressedInMaintenance; write",
        "\"false\"|\"no\"|herald:suppressedInMaintenance of BellBroke is \"no\"; write true or false",
        "description|herald:ignoreAttributes=\" \" description|herald:ignoreAttributes of BellBroke is empty",
        "description|herald:color=\"red\" description|herald:color means nothing on <validValue>; only herald:sev"
    })
    void shouldNameFileLineAndRemedyOfABadType(final String good, final String bad, final String message)
        throws IOException {
        final String type = BROKE.replace(good, bad == null ? "" : bad);
        assertThat(type).isNotEqualTo(BROKE);
        write("bell", schema("bell", 1, "herald:retired=\"3 4\"", RUNG, type));

        assertThat(generate()).singleElement().asString()
            .startsWith(catalogs.resolve("bell.xml") + ":" + (FIRST + 1) + ": " + message);
        assertThat(output).doesNotExist();
    }

    @ParameterizedTest(name = "{1} instead of {0}")
    @CsvSource(delimiter = '|', value = {
        "3 4|3,4|7|herald:retired names \"3,4\", which is no number from 0 to 65534; write numbers with spaces",
        "3 4|3 70000|7|herald:retired names \"70000\", which is no number from 0 to 65534; write numbers with spaces",
        "3 4|3 3|7|herald:retired names 3 twice; delete one of the two",
        "uint16|uint8|7|the encodingType of EventType is not uint16; write encodingType=\"uint16\"",
        "herald:retired|herald:retierd|7|herald:retierd means nothing on <enum>; only herald:retired may stand there",
        "name=\"EventType\"|name=\"Type\"|2|the schema has 0 enums with the name EventType; write exactly one",
        "catalogs.bell|catalogs.horn|2|the schema's package is not the service's; write package=\"herald.catalogs.bell",
        " id=\"1\"||2|SBE does not accept the schema: element 'sbe:messageSchema' has missing attribute: id; compare",
        "name=\"EventType\"|name=\"EventType\" presence=\"never\"|2|SBE does not accept the schema: ",
        "</types>||9|The element type \"types\" must be terminated by the matching end-tag \"</types>\".; correct",
        "events.github.io|example.org|4|xmlns:herald is \"https://herald-example.org/catalog\" instead of \"https://herald"
    })
    void shouldNameFileLineAndRemedyOfABadSchema(
        final String good, final String bad, final int line, final String message) throws IOException {
        final String schema = schema("bell", 1, "herald:retired=\"3 4\"", RUNG);
        final String badSchema = schema.replace(good, bad == null ? "" : bad);
        assertThat(badSchema).isNotEqualTo(schema);
        write("bell", badSchema);

        assertThat(generate()).singleElement().asString()
            .startsWith(catalogs.resolve("bell.xml") + ":" + line + ": " + message);
    }

    @Test
    void shouldNameTheLineWhereATypeBegins() throws IOException {
        write("bell", schema("bell", 1, "", RUNG.replace(" herald:", "\n    herald:"), BROKE.replace("1<", "0<")));

        assertThat(generate()).singleElement().extracting(Problem::line).isEqualTo(FIRST + 4);
    }

    @Test
    void shouldReportAllMistakesOfARun() throws IOException {
        write("bell", schema("bell", 1, "", RUNG.replace("INFO", "").replace("BellRung", "bellRung"),
            BROKE.replace("CRITICAL", "BAD")));
        write("horn", schema("horn", 1, "", RUNG.replace(">0<", "><")));

        assertThat(generate()).extracting(problem -> problem.file().getFileName() + ":" + problem.line())
            .containsExactly("bell.xml:8", "bell.xml:8", "bell.xml:9", "horn.xml:2", "horn.xml:8");
    }

    @Test
    void shouldRefuseASchemaIdThatAnotherCatalogHas() throws IOException {
        write("bell", schema("bell", 1, "", RUNG));
        write("horn", schema("horn", 1, "", RUNG));

        assertThat(generate()).singleElement().asString().isEqualTo(catalogs.resolve("horn.xml")
            + ":2: the schema id 1 is taken by bell.xml; take an id that no other schema has");
    }

    @Test
    void shouldRefuseAClassThatIsHandWrittenAlready() throws IOException {
        final Path packageDir = Files.createDirectories(handWritten.resolve("herald/events"));
        Files.writeString(packageDir.resolve("BellEvents.java"), "");
        write("bell", schema("bell", 1, "", RUNG));

        assertThat(generate()).singleElement().asString().endsWith(
            ":2: the generated class would clash with the hand-written BellEvents; give the service another name");
    }

    @Test
    void shouldRefuseAFileNameThatNamesNoService() throws IOException {
        write("Bell-2", schema("Bell-2", 1, "", RUNG));

        assertThat(generate()).singleElement().asString().endsWith("Bell-2.xml:2: \"Bell-2\" is no name for a service;"
            + " name the file in small letters and digits, such as network.xml");
    }

    @Test
    void shouldRefuseAFileThatIsNotInUtf8() throws IOException {
        Files.write(catalogs.resolve("bell.xml"), schema("bell", 1, "", RUNG.replace("bell", "größe"))
            .getBytes(StandardCharsets.ISO_8859_1));

        assertThat(generate()).singleElement().asString()
            .endsWith("bell.xml:1: the file is not in UTF-8; save it in UTF-8");
    }

    @Test
    void shouldTakeTheLowestFreeNumberWhereTheHighestIsTaken() throws IOException {
        write("bell", schema("bell", 1, "herald:retired=\"65534\"", RUNG, BROKE.replace("1<", "0<")));

        assertThat(generate()).singleElement().extracting(Problem::remedy).isEqualTo("take 1, the next free number");
    }

    @Test
    void shouldEndTheBuildWithEveryMistakeOnALineOfItsOwn() throws IOException {
        write("bell", schema("bell", 1, "", RUNG.replace("INFO", ""), BROKE.replace("CRITICAL", "")));
        final String[] args = {catalogs.toString(), handWritten.toString(), output.toString()};

        assertThatThrownBy(() -> CatalogGenerator.main(args))
            .isInstanceOf(IllegalArgumentException.class)
            .message().hasLineCount(3).contains("bell.xml:8: BellRung has a gap", "bell.xml:9: BellBroke has a gap");
    }

    private List<Problem> generate() throws IOException {
        return new CatalogGenerator(catalogs, handWritten, output).run();
    }

    private void write(final String service, final String schema) throws IOException {
        Files.writeString(catalogs.resolve(service + ".xml"), schema);
    }

    private Path file(final String className) {
        return output.resolve("herald/events/" + className + ".java");
    }

    private String source(final String className) throws IOException {
        return Files.readString(file(className));
    }

    private static String schema(
        final String service, final int id, final String enumAttributes, final String... types) {
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe" xmlns:xi="http://www.w3.org/2001/XInclude"
                               xmlns:herald="https://herald-events.github.io/catalog"
                               package="herald.catalogs.%s" id="%d" version="0" byteOrder="littleEndian">
            <xi:include href="../sbe/message-header.xml"/>
            <types>
            <enum name="EventType" encodingType="uint16" %s>
            %s
            </enum></types></sbe:messageSchema>
            """.formatted(service, id, enumAttributes, String.join("\n", types));
    }
}
