package herald.event;

/**
 * A text that may be looked at so many times: Java's regular expressions try every way of repetitions inside
 * repetitions, which for an unlucky pattern and text does not end in a lifetime.
 */
final class BoundedText implements CharSequence {
    /** Enough for a pattern without such repetitions on the longest message; some tens of milliseconds. */
    private static final int MOST_LOOKS = 10_000_000;

    private final String text;
    private int looks;

    BoundedText(final String text) {
        this.text = text;
    }

    /** What a text that was looked at too often throws. */
    static final class ExhaustedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ExhaustedException() {
            super("looked at too often", null, false, false);
        }
    }

    @Override
    public char charAt(final int index) {
        if (++looks > MOST_LOOKS) {
            throw new ExhaustedException();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(final int start, final int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
