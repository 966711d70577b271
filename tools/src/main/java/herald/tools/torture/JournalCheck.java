package herald.tools.torture;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Compares the journal with what recorders noted: everything accepted is there, once, in order, as it was recorded, and
 * nothing else.
 */
final class JournalCheck {
    private final Evidence.Recorded recorded;
    private final GoneEvents gone;
    private final Map<String, Set<Long>> numbers = new HashMap<>();
    private final Map<UUID, JournaledEvent> last = new HashMap<>();

    private JournalCheck(final Evidence.Recorded recorded, final GoneEvents gone) {
        this.recorded = recorded;
        this.gone = gone;
        recorded.notes().keySet().forEach(name -> numbers.put(name, new HashSet<>()));
    }

    /**
     * Finds what is wrong with a journal.
     *
     * @param recorded  what recorders noted.
     * @param journal   what is in it.
     * @param abandoned what was in it before the data directory was put back, and may be gone where it is told so.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Evidence.Recorded recorded, final Evidence.JournalContent journal,
        final List<JournaledEvent> abandoned) {
        if (!journal.losses().isEmpty()) {
            return "journal: " + journal.losses().get(0);
        }
        final JournalCheck check = new JournalCheck(recorded, journal.gone());
        for (final JournaledEvent event : journal.events()) {
            final String difference = check.differenceAt(event);
            if (difference != null) {
                return difference;
            }
        }
        abandoned.forEach(check::excuse);
        return check.lost();
    }

    /** What is told to be gone, and that nobody is left to tell of, is {@link RollbackCheck}'s to judge. */
    private void excuse(final JournaledEvent event) {
        if (numbers.containsKey(event.component())) {
            numbers.get(event.component()).add(event.number());
        }
    }

    private String differenceAt(final JournaledEvent event) {
        final String name = event.component() + " number " + event.number() + " (sequence " + event.sequence() +
            " of " + event.recorder() + ")";
        final Progress.Note note = recorded.notes().get(event.component());
        if (note == null || event.number() < 1 || event.number() > note.begun()) {
            return name + " is in the journal and was never recorded";
        }
        if (!numbers.get(event.component()).add(event.number())) {
            return name + " is in the journal twice";
        }
        final JournaledEvent before = last.put(event.recorder(), event);
        final long expected = gone.after(event.recorder(), before == null ? 1 : before.sequence() + 1);
        if (event.sequence() != expected) {
            return name + " is in the journal where sequence " + expected + " has to be";
        }
        if (before != null && event.number() <= before.number()) {
            return name + " is in the journal after number " + before.number();
        }
        final EventScript.Line line = recorded.scripts().get(event.component()).line(event.number());
        return line.identity().equals(event.identity()) ?
            null : name + " was recorded as " + line.identity() + " and journaled as " + event.identity();
    }

    private String lost() {
        for (final Map.Entry<String, Progress.Note> entry : recorded.notes().entrySet()) {
            final Progress.Note note = entry.getValue();
            for (long number = 1; number <= note.accepted(); number++) {
                if (note.isAccepted(number) && !numbers.get(entry.getKey()).contains(number)) {
                    return entry.getKey() + " number " + number + " was accepted and is not in the journal";
                }
            }
        }
        return null;
    }
}
