package herald.bench.rig;

import herald.bench.BenchEvent;

/**
 * Messages of one process of recorders: drawn from a few keys, or new. Owned by one thread; allocates nothing once it
 * is made.
 */
final class EventTexts {
    private static final int DIGITS = 8;
    private static final int DIGIT_BITS = 4;
    private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;
    private static final int PROCESS_SHIFT = 28;
    private static final int PERCENT = 100;
    private static final long MULTIPLIER = 0x5DEE_CE66_DL;
    private static final int RANDOM_SHIFT = 33;

    private final String[] keys = new String[RigSettings.KEYS];
    private final Numbered fresh = new Numbered();
    private final int repeatPercent;
    private long nextNumber;
    private long seed;

    /**
     * Messages.
     *
     * @param process       from 0: new messages of different processes differ.
     * @param repeatPercent how many of a hundred are drawn from keys, which all processes have in common.
     */
    EventTexts(final int process, final int repeatPercent) {
        this.repeatPercent = repeatPercent;
        this.nextNumber = ((long)process << PROCESS_SHIFT) + RigSettings.KEYS;
        this.seed = process + 1L;
        for (int i = 0; i < keys.length; i++) {
            keys[i] = fresh.set(i).toString();
        }
    }

    /** The next message, valid until the one after. */
    CharSequence next() {
        if (random(PERCENT) < repeatPercent) {
            return keys[random(keys.length)];
        }
        return fresh();
    }

    /** A message that is no repeat. */
    CharSequence fresh() {
        return fresh.set(nextNumber++);
    }

    private int random(final int bound) {
        seed = seed * MULTIPLIER + 0xBL;
        return (int)((seed >>> RANDOM_SHIFT) % bound);
    }

    /** A message that ends in a number of eight digits. */
    private static final class Numbered implements CharSequence {
        private final char[] chars = BenchEvent.MESSAGE.toCharArray();

        Numbered set(final long number) {
            long rest = number;
            for (int i = chars.length - 1; i >= chars.length - DIGITS; i--) {
                final int digit = (int)(rest & DIGIT_MASK);
                chars[i] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
                rest >>>= DIGIT_BITS;
            }
            return this;
        }

        @Override
        public int length() {
            return chars.length;
        }

        @Override
        public char charAt(final int index) {
            return chars[index];
        }

        @Override
        public CharSequence subSequence(final int start, final int end) {
            return new String(chars, start, end - start);
        }

        @Override
        public String toString() {
            return new String(chars);
        }
    }
}
