package herald.event;

/**
 * The text form of a filter, as {@code herald tail} and the configuration take it:
 *
 * <pre>
 *   severity=WARN type=cluster.* not component=cm? attribute.rack="B 12"
 * </pre>
 *
 * <p>Conditions stand between blanks, each a FIELD=VALUE, and an event has to meet them all; {@code not} turns the one
 * behind it round. A value with blanks in it stands in double quotes; there, a backslash takes the next character as it
 * is. The fields are those of {@link EventFilter.Builder#fields()}.
 */
final class FilterExpression {
    private static final String EXAMPLE = "write for example severity=WARN not type=cluster.*";

    private final String text;
    private int at;

    FilterExpression(final String text) {
        this.text = text;
    }

    EventFilter filter() {
        final EventFilter.Builder builder = EventFilter.builder();
        boolean negated = false;
        while (skipBlanks()) {
            final String name = name();
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                final String value = value(name);
                if (negated) {
                    builder.not(name, value);
                } else {
                    builder.condition(name, value);
                }
                negated = false;
            } else if ("not".equals(name) && !negated) {
                negated = true;
            } else {
                throw mistake("\"" + name + "\" has no =VALUE behind it: " + EXAMPLE);
            }
        }
        if (negated) {
            throw mistake("\"not\" has no condition behind it: " + EXAMPLE);
        }
        return builder.build();
    }

    private boolean skipBlanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length();
    }

    private String name() {
        final int from = at;
        while (at < text.length() && text.charAt(at) != '=' && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private String value(final String name) {
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted(name);
        }
        final int from = at;
        while (at < text.length() && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return text.substring(from, at);
    }

    private String quoted(final String name) {
        final StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            final char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                at++;
            }
            value.append(text.charAt(at));
        }
        throw mistake("the value of " + name + " has no closing quote");
    }

    private IllegalArgumentException mistake(final String why) {
        return new IllegalArgumentException("filter \"" + text + "\": " + why);
    }
}
