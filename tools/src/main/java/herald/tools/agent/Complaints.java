package herald.tools.agent;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Says of each thing that can't be watched why, once for each reason, and when it can be watched again. Owned by one
 * thread.
 */
final class Complaints {
    /** A reason may have numbers in it, and be another one each time. */
    private static final int MAX_REASONS = 16;

    private final Consumer<String> log;
    private final Map<String, Set<String>> reasonsBySubject = new HashMap<>();

    Complaints(final Consumer<String> log) {
        this.log = log;
    }

    /**
     * Something can't be watched now.
     *
     * @param subject of the watch, by name.
     * @param reason  why it can't be.
     */
    void add(final String subject, final String reason) {
        final Set<String> reasons = reasonsBySubject.computeIfAbsent(subject, unused -> new HashSet<>());
        if (reasons.size() < MAX_REASONS && reasons.add(reason)) {
            log.accept("cannot watch " + subject + ": " + reason + "; tried again every interval");
        }
    }

    /**
     * Something can be watched now.
     *
     * @param subject of the watch, by name.
     */
    void clear(final String subject) {
        if (reasonsBySubject.remove(subject) != null) {
            log.accept(subject + " can be watched again");
        }
    }

    /**
     * Forgets what is gone.
     *
     * @param isThere tells which subjects are not.
     */
    void retain(final Predicate<String> isThere) {
        reasonsBySubject.keySet().removeIf(isThere.negate());
    }
}
