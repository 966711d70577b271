package herald.events.generator;

import java.nio.file.Path;

/**
 * A mistake in a catalog file: where it is, what is wrong, and what would be right.
 *
 * @param file   that holds the mistake.
 * @param line   of the file, from 1.
 * @param what   is wrong.
 * @param remedy what the author should do.
 */
record Problem(Path file, int line, String what, String remedy) {
    /**
     * The form that compilers use, so that terminals and IDEs link to the line. A file below the working directory is
     * named from there.
     */
    @Override
    public String toString() {
        final Path here = Path.of("").toAbsolutePath();
        final Path absolute = file.toAbsolutePath().normalize();
        final Path shown = absolute.startsWith(here) ? here.relativize(absolute) : absolute;
        return shown + ":" + line + ": " + what + "; " + remedy;
    }
}
