package herald.tools;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Changed copies of Herald's classes, for the front of a child's class path: what a defect or a crash at a place in the
 * code would do, without a hook for it in the code.
 */
final class PatchedClasses {
    private final Path sources;
    private final Path classes;
    private final List<Path> changed = new ArrayList<>();

    PatchedClasses(final Path dir) throws IOException {
        sources = Files.createDirectories(dir.resolve("patched-sources"));
        classes = Files.createDirectories(dir.resolve("patched-classes"));
    }

    /**
     * Changes one place of a class.
     *
     * @param source      file of it, from the top of the checkout on.
     * @param place       text that occurs in it once.
     * @param replacement of it.
     * @return this.
     */
    PatchedClasses replace(final String source, final String place, final String replacement) throws IOException {
        final Path copy = sources.resolve(source);
        final String text = Files.readString(Files.exists(copy) ? copy : RepositoryRoot.find().resolve(source));
        assertThat(text.split(Pattern.quote(place), -1))
            .as("places \"" + place + "\" in " + source + ": the code has changed, change this test too").hasSize(2);
        add(source, text.replace(place, replacement));
        return this;
    }

    /** Adds a class. */
    PatchedClasses add(final String source, final String text) throws IOException {
        final Path copy = sources.resolve(source);
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, text);
        if (!changed.contains(copy)) {
            changed.add(copy);
        }
        return this;
    }

    /** Compiles what was changed; returns the directory of the classes. */
    Path compile() throws IOException {
        final JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        final StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            final List<String> options = List.of(
                "-proc:none", "-nowarn", "-cp", System.getProperty("java.class.path"), "-d", classes.toString());
            final boolean compiled = compiler.getTask(
                messages, files, null, options, null, files.getJavaFileObjectsFromPaths(changed)).call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        return classes;
    }
}
