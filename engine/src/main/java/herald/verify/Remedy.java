package herald.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a repair would do about a finding.
 *
 * @param text  says it to people, before it is done.
 * @param loss  whether something may stay lost: what does is judged when all else was restored.
 * @param stage of the repair that it belongs to: a later one comes when nothing is left to do in those before.
 * @param steps that do it.
 */
public record Remedy(String text, boolean loss, Stage stage, Step steps) {
    /** What a repair does first, next and last. */
    public enum Stage {
        /** Brings records back. */
        RESTORE,
        /** Puts out of the way, or mends, what nothing can be brought back from. */
        CLEAR,
        /** Takes note of what is lost: it is no damage from then on. */
        NOTE
    }

    /** Does a part of a repair. */
    @FunctionalInterface
    interface Step {
        /**
         * Does it. A step that was done already does nothing.
         *
         * @param aside where files go that are taken out.
         * @throws IOException where a file can't be moved or written.
         */
        void apply(RepairDirectory aside) throws IOException;
    }

    /** Something is mended or put out of the way. */
    Remedy(final String text, final boolean loss, final Step steps) {
        this(text, loss, Stage.CLEAR, steps);
    }

    /** Records are brought back. */
    static Remedy restore(final String text, final Step steps) {
        return new Remedy(text, false, Stage.RESTORE, steps);
    }

    /** Nothing is left to be done but to take note of what is lost. */
    static Remedy note(final String lost) {
        return new Remedy("take note that " + lost, true, Stage.NOTE, aside -> { });
    }

    /** Files are moved out of the way. */
    static Remedy move(final String text, final boolean loss, final List<Path> files) {
        return new Remedy("move " + text, loss, aside -> {
            for (final Path file : files) {
                aside.move(file);
            }
        });
    }

    /** As it is, and after something else was done. */
    Remedy after(final Step first) {
        return new Remedy(text, loss, stage, aside -> {
            first.apply(aside);
            steps.apply(aside);
        });
    }
}
