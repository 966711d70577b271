package herald.tools.config;

import java.util.regex.Pattern;

/**
 * Makes of what a parser of JSON or YAML says what a user can read: one line, in which no code of the parser is named.
 */
public final class ParserMessages {
    private static final Pattern METHOD = Pattern.compile(",? from `[^`]*`");
    private static final Pattern CLASS = Pattern.compile(",? got this instead: <[a-z]+\\.[^>]*>");

    private ParserMessages() {
    }

    /**
     * Shortens a message.
     *
     * @param message of the parser.
     * @return its first line without methods and classes.
     */
    public static String plain(final String message) {
        final String line = message == null ? "" : message.lines().findFirst().orElse("");
        return CLASS.matcher(METHOD.matcher(line).replaceAll("")).replaceAll("");
    }
}
