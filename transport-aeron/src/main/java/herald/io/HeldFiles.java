package herald.io;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Which lock files this JVM holds, by path and by file, for all class loaders that Herald was loaded by: they share the
 * system properties and interned strings. A file that is held must not be opened a second time anywhere in the process:
 * closing that descriptor drops its POSIX lock. To be called with {@link #MONITOR} held.
 */
final class HeldFiles {
    /** One object for all class loaders. */
    static final Object MONITOR = "herald.io.HeldFiles".intern();

    private static final String PROPERTY = "herald.held.locks";
    private static final Set<String> HELD_BY_THIS_LOADER = new HashSet<>();

    private HeldFiles() {
    }

    /** A path as one line, whichever characters it has. */
    private static String key(final Path path) {
        return path.toUri().toString();
    }

    private static String line(final String key) {
        return "\n" + key + "\n";
    }

    private static String all() {
        return System.getProperty(PROPERTY, "");
    }

    /** Whether a path, or a file under whichever path, is held. */
    static boolean contains(final Path path, final FileIdentity file) {
        return contains(key(path)) || (file != null && contains(file.toString()));
    }

    private static boolean contains(final String key) {
        return HELD_BY_THIS_LOADER.contains(key) || all().contains(line(key));
    }

    static void add(final Path path, final FileIdentity file) {
        for (final String key : new String[] {key(path), file.toString()}) {
            HELD_BY_THIS_LOADER.add(key);
            System.setProperty(PROPERTY, all() + line(key));
        }
    }

    static void remove(final Path path, final FileIdentity file) {
        for (final String key : new String[] {key(path), file.toString()}) {
            HELD_BY_THIS_LOADER.remove(key);
            System.setProperty(PROPERTY, all().replace(line(key), ""));
        }
    }
}
