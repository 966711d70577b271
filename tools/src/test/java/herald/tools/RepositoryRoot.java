package herald.tools;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Finds the files at the top of the repository.
 */
final class RepositoryRoot {
    private RepositoryRoot() {
    }

    /** The nearest directory upwards that holds the launcher. */
    static Path find() {
        Path dir = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(dir.resolve("herald"))) {
            dir = dir.getParent();
        }
        return dir;
    }
}
