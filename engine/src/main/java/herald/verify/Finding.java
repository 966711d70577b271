package herald.verify;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Something in a data directory that is not as it should be.
 *
 * @param file   that it is in, or the directory of a log.
 * @param from   where it begins: a position of a log, else bytes of the file.
 * @param to     behind its end.
 * @param what   it is.
 * @param kind   of it, in words that stay the same while the log goes on and the directory is moved.
 * @param remedy of it.
 */
public record Finding(Path file, long from, long to, String what, String kind, Remedy remedy) {
    /** Words of readers name the file, whose directory may be moved. */
    private static final Pattern WHERE = Pattern.compile("( at the end of| in) /.*");

    /** A finding whose words are its kind. */
    Finding(final Path file, final long from, final long to, final String what, final Remedy remedy) {
        this(file, from, to, what, kindOf(what), remedy);
    }

    static String kindOf(final String what) {
        return WHERE.matcher(what.replaceAll("\\p{Cntrl}", "_")).replaceFirst("");
    }

    Finding with(final Remedy other) {
        return new Finding(file, from, to, what, kind, other);
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
