package herald.verify;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Looks into a file of a data directory whose content this module does not know.
 */
@FunctionalInterface
public interface FileCheck {
    /**
     * Looks into a file.
     *
     * @param file that is there.
     * @return what is wrong with it; null where nothing is.
     * @throws IOException where it can't be read.
     */
    String defectOf(Path file) throws IOException;
}
