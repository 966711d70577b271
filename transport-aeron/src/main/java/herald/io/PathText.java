package herald.io;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Reads paths as the users of a shell write them. Where no shell has read them, in a file of settings or behind an
 * equals sign, a {@code ~} would be the name of a directory in the current one.
 */
public final class PathText {
    private static final Pattern VARIABLE = Pattern.compile("\\$[A-Za-z_{(]");

    private PathText() {
    }

    /**
     * Reads a path.
     *
     * @param setting that says it, for messages.
     * @param text    that may begin with {@code ~/}, the home directory of this process's user.
     * @return the path, absolute or not.
     * @throws IllegalArgumentException naming setting and text where it is empty, no path, begins with another user's
     *                                  home, or has a variable in it, which a shell would have replaced.
     */
    public static Path parse(final String setting, final String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(setting + " is empty: give it a name, or leave it out");
        }
        if (!text.startsWith("./") && VARIABLE.matcher(text).find()) {
            throw new IllegalArgumentException(setting + " is \"" + text + "\": variables are not known here, write " +
                "the path itself (from the current directory, with ./ before it, where a name has a $ in it)");
        }
        try {
            if (text.equals("~") || text.startsWith("~/")) {
                return Path.of(System.getProperty("user.home"), text.substring(1));
            }
            if (text.startsWith("~")) {
                throw new IllegalArgumentException(setting + " is \"" + text + "\": write the home directory itself " +
                    "(./" + text + " where its name begins with ~)");
            }
            return Path.of(text);
        } catch (final InvalidPathException e) {
            throw new IllegalArgumentException(setting + " \"" + text + "\" is no path: " + e.getReason(), e);
        }
    }
}
