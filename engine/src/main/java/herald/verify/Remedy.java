package herald.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a repair would do about a finding.
 *
 * @param text  says it to people, before it is done.
 * @param loss  whether something stays lost: the repair takes note of it, and it is no damage from then on.
 * @param steps that do it.
 */
public record Remedy(String text, boolean loss, Step steps) {
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

    /** Nothing is left to be done but to take note of what is lost. */
    static Remedy note(final String lost) {
        return new Remedy("take note that " + lost, true, aside -> { });
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
        return new Remedy(text, loss, aside -> {
            first.apply(aside);
            steps.apply(aside);
        });
    }
}
