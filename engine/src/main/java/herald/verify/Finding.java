package herald.verify;

import java.nio.file.Path;

/**
 * Something in a data directory that is not as it should be.
 *
 * @param file   that it is in, or the directory of a log.
 * @param from   where it begins: a position of a log, else bytes of the file.
 * @param to     behind its end.
 * @param what   it is.
 * @param remedy of it.
 */
public record Finding(Path file, long from, long to, String what, Remedy remedy) {
    Finding with(final Remedy other) {
        return new Finding(file, from, to, what, other);
    }

    /**
     * One line for people.
     *
     * @param root of the data directory.
     * @return file, range and what it is.
     */
    public String describe(final Path root) {
        return relative(root) + " " + from + ".." + to + ": " + what;
    }

    String relative(final Path root) {
        return root.relativize(file).toString();
    }
}
