package herald.tools;

import herald.engine.EventProxy;
import herald.tools.config.ConfigFile;
import herald.tools.config.ProxyConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The snippets of the README: Java compiles, YAML is read, command lines are understood. Statements in Java name their
 * imports in a comment right above the block: {@code <!-- imports: herald.recorder.*, herald.events.* -->}.
 */
@Timeout(120)
class ReadmeTest {
    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rw-------");
    private static final Pattern IMPORTS = Pattern.compile("<!-- imports: (.*) -->");
    private static final Pattern TYPE = Pattern.compile(
        "^(?:(?:public|final|abstract|sealed) )*(?:class|interface|record|enum) (\\w+)", Pattern.MULTILINE);
    private static final Pattern IMPORT_LINE = Pattern.compile("^import .*;\n", Pattern.MULTILINE);

    /** What the launcher runs from jars of its own. */
    private static final List<String> APART = List.of("bench", "manager");
    /** What stands in for the certificates of the pages. */
    private static final Path TLS_FILES = RepositoryRoot.find().resolve("tools/src/test/resources/tls");

    @TempDir
    private Path dir;
    private List<String> lines;

    @BeforeEach
    void setUp() throws IOException {
        final Path readme = RepositoryRoot.find().resolve("README.md");
        assumeTrue(Files.exists(readme), "there is no README.md yet");
        lines = Files.readAllLines(readme);
    }

    @Test
    void shouldCompileJava() throws IOException {
        final List<Markdown.Block> blocks = Markdown.blocks(lines, "java");

        assertThat(blocks).isNotEmpty();
        for (final Markdown.Block block : blocks) {
            assertThat(compile(block)).as(block.toString()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/writers.md"})
    void shouldReadYaml(final String page) throws IOException {
        final List<Markdown.Block> blocks = blocks(page, "yaml");

        final Path files = etc();
        assertThat(blocks).isNotEmpty();
        for (final Markdown.Block block : blocks) {
            final Path file = Files.writeString(dir.resolve("herald.yaml"),
                block.text().replace("/etc/herald", files.toString()));
            assertThatCode(() -> configure(ConfigFile.read(file))).as(block.toString()).doesNotThrowAnyException();
        }
    }

    /** The files that configurations name: certificates, and keys that nobody else may read. */
    private Path etc() throws IOException {
        final Path etc = Files.createDirectory(dir.resolve("etc"));
        try (Stream<Path> files = Files.list(TLS_FILES)) {
            for (final Path file : files.toList()) {
                Files.setPosixFilePermissions(Files.copy(file, etc.resolve(file.getFileName())), OWNER_ALONE);
            }
        }
        Files.writeString(Files.createFile(etc.resolve("herald.key"),
            PosixFilePermissions.asFileAttribute(OWNER_ALONE)), "a key of 16 bytes");
        return etc;
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/policies.md"})
    void shouldUnderstandCommandLines(final String page) throws IOException {
        int understood = 0;
        for (final Markdown.Block block : blocks(page, "sh")) {
            for (final List<String> command : ShellLines.commands(block.text())) {
                final List<String> words =
                    command.stream().dropWhile(word -> word.equals("$") || word.matches("[A-Z_]+=.*")).toList();
                if (!words.isEmpty() && words.get(0).equals("./herald") && !APART.contains(words.get(1))) {
                    final String[] args = words.subList(1, words.size()).toArray(new String[0]);
                    assertThatCode(() -> HeraldCommand.commandLine().parseArgs(args)).as(block + ": " + words)
                        .doesNotThrowAnyException();
                    understood++;
                }
            }
        }
        assertThat(understood).isPositive();
    }

    private static List<Markdown.Block> blocks(final String page, final String language) throws IOException {
        return Markdown.blocks(Files.readAllLines(RepositoryRoot.find().resolve(page)), language);
    }

    private static void configure(final ConfigFile file) {
        final EventProxy.Context context = new EventProxy.Context();
        final ProxyConfig config = new ProxyConfig(new DurationConverter(), new SizeConverter());
        config.apply(file, context);
        if (file.writers() != null) {
            file.writers().forEach(writer -> config.addWriter(writer, context));
        }
    }

    /** What the compiler says. */
    private String compile(final Markdown.Block block) throws IOException {
        final Matcher comment = IMPORTS.matcher(block.above());
        final String imports = comment.matches() ?
            Stream.of(comment.group(1).split(",")).map(name -> "import " + name.trim() + ";\n")
                .collect(Collectors.joining()) : "";
        final Matcher type = TYPE.matcher(block.text());
        final boolean isType = type.find();
        final String source = isType ? imports + block.text() : statements(imports, block.text());
        final Path file = Files.writeString(dir.resolve((isType ? type.group(1) : "Snippet") + ".java"), source);

        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final ByteArrayOutputStream messages = new ByteArrayOutputStream();
        final int result = compiler.run(null, messages, messages, "-proc:none", "-nowarn", "-d",
            Files.createTempDirectory(dir, "classes").toString(), "-cp", System.getProperty("java.class.path"),
            file.toString());
        return result == 0 ? "" : messages.toString(StandardCharsets.UTF_8) + source;
    }

    private static String statements(final String imports, final String text) {
        final StringBuilder own = new StringBuilder();
        final Matcher lines = IMPORT_LINE.matcher(text);
        while (lines.find()) {
            own.append(lines.group());
        }
        return imports + own + "final class Snippet {\n    void run() throws Exception {\n" +
            IMPORT_LINE.matcher(text).replaceAll("") + "    }\n}\n";
    }
}
