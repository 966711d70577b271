package herald.tools.policy;

import herald.io.UnfitFileException;
import herald.io.UnnamedFile;
import herald.tools.config.SettingsText;
import herald.tools.config.Utf8Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Keeps policies in files of the data directory, one each, {@code policies/NAME.yaml}. A file is replaced whole: a
 * crash leaves the old one or the new one.
 */
final class PolicyStore {
    private static final Logger LOGGER = LoggerFactory.getLogger(PolicyStore.class);
    private static final String SUFFIX = ".yaml";

    private final Path directory;

    /**
     * Makes the directory where there is none, and removes what a crash left of a change.
     *
     * @param dataDir of the proxy.
     * @throws IOException where it can't be made.
     */
    PolicyStore(final Path dataDir) throws IOException {
        this.directory = dataDir.resolve("policies");
        if (!Files.isDirectory(directory)) {
            Files.createDirectories(directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        UnnamedFile.removeLeft(directory, PolicyStore::isFileName);
    }

    private static boolean isFileName(final String name) {
        return name.endsWith(SUFFIX) && PolicyName.isValid(name.substring(0, name.length() - SUFFIX.length()));
    }

    /**
     * All that can be read, by name; what can't be is logged and left alone, so that it harms no other.
     *
     * @param failures told of those, by name.
     */
    Map<String, EventPolicy> load(final Map<String, String> failures) throws IOException {
        final Map<String, EventPolicy> policies = new TreeMap<>();
        final List<Path> files;
        try (Stream<Path> entries = Files.list(directory)) {
            files = entries.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
        }
        for (final Path file : files) {
            try {
                final EventPolicy policy = read(file);
                policies.put(policy.name(), policy);
            } catch (final IOException | IllegalArgumentException e) {
                final String fileName = file.getFileName().toString();
                failures.put(fileName.substring(0, fileName.length() - SUFFIX.length()), e.getMessage());
                LOGGER.error("the policy in {} is not in force: {}", file, e.getMessage());
            }
        }
        return policies;
    }

    private static EventPolicy read(final Path file) throws IOException {
        final EventPolicy policy = EventPolicy.read(Utf8Text.readRegular(file), file.toString());
        if (policy.meta() == null || !(policy.name() + SUFFIX).equals(file.getFileName().toString())) {
            throw new IllegalArgumentException("meta.name must be that of the file");
        }
        return policy;
    }

    /** What keeps a file from being a policy; null where it is one. */
    static String defectOf(final Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return "it is no regular file";
        }
        try {
            read(file);
            return null;
        } catch (final IllegalArgumentException | CharacterCodingException | UnfitFileException e) {
            return e.getMessage();
        }
    }

    /** When this returns, the policy outlives a power cut. */
    void put(final EventPolicy policy) throws IOException {
        final Path file = file(policy.name());
        UnnamedFile.replace(file, SettingsText.write(policy).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Refuses the name of a policy whose file is the user's own: a link, or a directory.
     *
     * @throws IllegalArgumentException naming it and what to do.
     */
    void requireReplaceable(final String name) {
        final Path file = file(name);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            final String what = Files.isSymbolicLink(file) ? "a link" :
                Files.isDirectory(file) ? "a directory" : "no regular file";
            throw new IllegalArgumentException(file + " is " + what + ", which Herald did not make: move it away, or " +
                "give the policy another name");
        }
    }

    boolean has(final String name) {
        return Files.exists(file(name));
    }

    void delete(final String name) throws IOException {
        Files.delete(file(name));
        UnnamedFile.forceDirectory(directory);
    }

    private Path file(final String name) {
        return directory.resolve(PolicyName.require(name) + SUFFIX);
    }
}
