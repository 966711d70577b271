package herald.events.generator;

import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;
import uk.co.real_logic.sbe.xml.ParserOptions;
import uk.co.real_logic.sbe.xml.XmlSchemaParser;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes a Java class of every event-type catalog, at build time. Writes nothing where any catalog has a mistake, and
 * touches no file whose content stays the same. Not part of the shipped jar.
 */
public final class CatalogGenerator {
    private final Path catalogDir;
    private final Path handWritten;
    private final Path outputDir;
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Path> filesBySchemaId = new HashMap<>();

    /**
     * Sets up one run.
     *
     * @param catalogDir  holds the catalogs, one {@code <service>.xml} each.
     * @param handWritten source directory that generated classes must not clash with.
     * @param outputDir   source directory to write to; it belongs to the generator.
     */
    public CatalogGenerator(final Path catalogDir, final Path handWritten, final Path outputDir) {
        this.catalogDir = catalogDir;
        this.handWritten = handWritten;
        this.outputDir = outputDir;
    }

    /**
     * The build's entry.
     *
     * @param args catalog directory, hand-written source directory, output directory.
     * @throws IOException              where a file can't be read or written.
     * @throws IllegalArgumentException naming each mistake on a line of its own, where the catalogs have any.
     */
    public static void main(final String[] args) throws IOException {
        final List<Problem> problems =
            new CatalogGenerator(Path.of(args[0]), Path.of(args[1]), Path.of(args[2])).run();
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(problems.stream().map(Problem::toString)
                .collect(Collectors.joining("\n", "Mistakes in the event-type catalogs:\n", "\n")));
        }
    }

    /**
     * Checks every catalog and, where all are right, generates.
     *
     * @return what is wrong, in order of files and lines; empty where the classes were written.
     * @throws IOException where a file can't be read or written.
     */
    public List<Problem> run() throws IOException {
        final List<Catalog> catalogs = new ArrayList<>();
        for (final Path file : list(catalogDir, ".xml")) {
            final Catalog catalog = read(file);
            if (catalog != null) {
                catalogs.add(catalog);
            }
        }
        if (problems.isEmpty()) {
            write(catalogs);
        }
        return problems;
    }

    private Catalog read(final Path file) throws IOException {
        final List<Problem> ofFile = new ArrayList<>();
        Catalog catalog = null;
        try {
            final XmlElement root = XmlElement.read(file);
            catalog = new CatalogCheck(file, ofFile).check(root, handWritten);
            checkSchemaId(file, root, ofFile);
            if (ofFile.isEmpty()) {
                checkWithSbe(file, root, ofFile);
            }
        } catch (final SAXParseException e) {
            ofFile.add(new Problem(file, e.getLineNumber(), e.getMessage(), "correct the XML there"));
        } catch (final CharacterCodingException e) {
            ofFile.add(new Problem(file, 1, "the file is not in UTF-8", "save it in UTF-8"));
        } catch (final SAXException e) {
            throw new IllegalStateException("reading " + file, e);
        }
        ofFile.sort(Comparator.comparingInt(Problem::line));
        problems.addAll(ofFile);
        return catalog;
    }

    private void checkSchemaId(final Path file, final XmlElement root, final List<Problem> ofFile) {
        final String id = root.attributes().get("id");
        final Path other = id == null ? null : filesBySchemaId.putIfAbsent(id, file);
        if (other != null) {
            ofFile.add(new Problem(file, root.line(), "the schema id " + id + " is taken by " + other.getFileName(),
                "take an id that no other schema has"));
        }
    }

    /** A schema without messages makes SBE warn: a catalog is one. */
    private static void checkWithSbe(final Path file, final XmlElement root, final List<Problem> ofFile) {
        final ByteArrayOutputStream output = new ByteArrayOutputStream();
        final ParserOptions options = ParserOptions.builder()
            .xIncludeAware(true)
            .errorPrintStream(new PrintStream(output, true, StandardCharsets.UTF_8))
            .build();
        try {
            XmlSchemaParser.parse(new InputSource(file.toUri().toString()), options);
        } catch (final Exception e) {
            final String errors = output.toString(StandardCharsets.UTF_8).lines()
                .filter(line -> line.startsWith("ERROR"))
                .map(line -> line + ", ")
                .collect(Collectors.joining());
            ofFile.add(new Problem(file, root.line(), "SBE does not accept the schema: " + errors + e.getMessage(),
                "compare it with cluster.xml"));
        }
    }

    private void write(final List<Catalog> catalogs) throws IOException {
        final Path packageDir = Files.createDirectories(outputDir.resolve("herald/events"));
        final Map<Path, String> sources = new TreeMap<>();
        catalogs.forEach(catalog ->
            sources.put(packageDir.resolve(Catalog.className(catalog.service()) + ".java"), CatalogClass.of(catalog)));
        sources.put(packageDir.resolve("ShippedCatalogs.java"), CatalogClass.listOf(catalogs));
        for (final Path old : list(packageDir, ".java")) {
            if (!sources.containsKey(old) && Files.readString(old).contains(CatalogClass.GENERATED)) {
                Files.delete(old);
            }
        }
        for (final Map.Entry<Path, String> source : sources.entrySet()) {
            final Path file = source.getKey();
            if (!Files.exists(file) || !Files.readString(file).equals(source.getValue())) {
                Files.writeString(file, source.getValue());
            }
        }
    }

    private static List<Path> list(final Path dir, final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }
}
