package herald.io;

import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;

/**
 * A file can't be what its name says, for what it is or how long: a pipe, a directory, a device, or far too many bytes.
 * None of it was read.
 */
public final class UnfitFileException extends IOException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final String defect;

    /**
     * Of a file.
     *
     * @param file   that is there.
     * @param defect what it is, after its name.
     * @param remedy what to do about it.
     */
    UnfitFileException(final Path file, final String defect, final String remedy) {
        super(file + " is " + defect + ": " + remedy);
        this.defect = defect;
    }

    /**
     * What the file is.
     *
     * @return without its name and the remedy, to follow a word such as "is".
     */
    public String defect() {
        return defect;
    }
}
