package herald.events;

import org.agrona.DirectBuffer;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/**
 * Names of attributes, with {@code *} for any text and {@code ?} for any one character: attributes that are left out of
 * what makes two events the same. They match the whole name, case and all. Immutable, for any thread; matching
 * allocates nothing and takes time that grows with the name's length times the pattern's.
 */
public final class AttributePatterns {
    /** Matches nothing. */
    public static final AttributePatterns NONE = new AttributePatterns(List.of());
    /** All patterns together, in bytes of UTF-8 and one more for each. */
    public static final int MAX_LENGTH = 1900;

    private static final int CONTINUATION_MASK = 0xC0;
    private static final int CONTINUATION = 0x80;

    private final List<String> patterns;
    private final byte[][] encoded;

    private AttributePatterns(final Collection<String> patterns) {
        this.patterns = patterns.stream().sorted().distinct().toList();
        this.encoded = this.patterns.stream()
            .map(pattern -> pattern.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
    }

    /**
     * Patterns from outside.
     *
     * @param patterns in any order.
     * @return them, sorted and each once.
     * @throws IllegalArgumentException where one is missing, empty or has a control character, or all are too long.
     */
    public static AttributePatterns of(final Collection<String> patterns) {
        int length = 0;
        for (final String pattern : patterns) {
            if (pattern == null || pattern.isBlank()) {
                throw new IllegalArgumentException(patterns + " has an empty pattern: write the name of an " +
                    "attribute, such as pid, or a glob, such as x-*");
            }
            if (pattern.chars().anyMatch(Character::isISOControl)) {
                throw new IllegalArgumentException(
                    "\"" + pattern.replaceAll("\\p{Cntrl}", "?") + "\" has a control character: leave it out");
            }
            length += pattern.getBytes(StandardCharsets.UTF_8).length + 1;
        }
        if (length > MAX_LENGTH) {
            throw new IllegalArgumentException("the patterns have " + length + " bytes in all: " + MAX_LENGTH +
                " is the limit, write fewer or shorter ones");
        }
        return patterns.isEmpty() ? NONE : new AttributePatterns(patterns);
    }

    /**
     * The patterns as they were given.
     *
     * @return sorted, each once.
     */
    public List<String> patterns() {
        return patterns;
    }

    /**
     * Whether there is no pattern.
     *
     * @return true where nothing matches.
     */
    public boolean isEmpty() {
        return encoded.length == 0;
    }

    /**
     * Whether a name matches.
     *
     * @param name of an attribute.
     * @return true where one of the patterns matches all of it.
     */
    public boolean matches(final CharSequence name) {
        for (int i = 0; i < patterns.size(); i++) {
            if (matches(patterns.get(i), name)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether an encoded name matches.
     *
     * @param buffer that holds it, in UTF-8.
     * @param offset of it.
     * @param length in bytes.
     * @return what {@link #matches(CharSequence)} says of the same name.
     */
    public boolean matchesUtf8(final DirectBuffer buffer, final int offset, final int length) {
        for (final byte[] pattern : encoded) {
            if (matches(pattern, buffer, offset, offset + length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(final String glob, final CharSequence text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                starText = t;
            } else if (g < glob.length() && glob.charAt(g) == '?') {
                g++;
                t += Character.charCount(Character.codePointAt(text, t));
            } else if (g < glob.length() && glob.charAt(g) == text.charAt(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                starText += Character.charCount(Character.codePointAt(text, starText));
                t = starText;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }

    private static boolean matches(final byte[] glob, final DirectBuffer text, final int from, final int end) {
        int g = 0;
        int t = from;
        int star = -1;
        int starText = from;
        while (t < end) {
            if (g < glob.length && glob[g] == '*') {
                star = g++;
                starText = t;
            } else if (g < glob.length && glob[g] == '?') {
                g++;
                t = afterCharacter(text, t, end);
            } else if (g < glob.length && glob[g] == text.getByte(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                starText = afterCharacter(text, starText, end);
                t = starText;
            } else {
                return false;
            }
        }
        while (g < glob.length && glob[g] == '*') {
            g++;
        }
        return g == glob.length;
    }

    private static int afterCharacter(final DirectBuffer text, final int index, final int end) {
        int next = index + 1;
        while (next < end && (text.getByte(next) & CONTINUATION_MASK) == CONTINUATION) {
            next++;
        }
        return next;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof AttributePatterns that && patterns.equals(that.patterns);
    }

    @Override
    public int hashCode() {
        return patterns.hashCode();
    }

    @Override
    public String toString() {
        return patterns.toString();
    }
}
