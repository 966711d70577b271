package herald.tools.policy;

import herald.io.UnfitFileException;
import herald.tools.config.SettingsText;
import herald.tools.config.Utf8Text;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
     * Makes the directory where there is none.
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
        final Path fresh = file.resolveSibling(policy.name() + ".tmp");
        final byte[] text = SettingsText.write(policy).getBytes(StandardCharsets.UTF_8);
        Files.deleteIfExists(fresh);
        try (FileChannel channel = FileChannel.open(fresh,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            final ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory();
    }

    boolean has(final String name) {
        return Files.exists(file(name));
    }

    void delete(final String name) throws IOException {
        Files.delete(file(name));
        forceDirectory();
    }

    private void forceDirectory() throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private Path file(final String name) {
        return directory.resolve(PolicyName.require(name) + SUFFIX);
    }
}
