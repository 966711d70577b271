package herald.tools.torture;

import herald.link.CounterId;
import herald.receiver.ReceiverCounter;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Checks what is said of a data directory that was put back: of each event that was acknowledged since, and is not
 * there any more, that it is gone, and of no other; in the journal, in the counters, in the log and by
 * {@code herald verify}. Only of recorders that left nothing behind, no process and no spool, nobody can say anything.
 */
final class RollbackCheck {
    private final Evidence evidence;
    private final GoneEvents gone;

    /** An event, as sequences name it. */
    private record Place(UUID recorder, long sequence) {
    }

    private RollbackCheck(final Evidence evidence) {
        this.evidence = evidence;
        this.gone = evidence.journal().gone();
    }

    /**
     * Finds what is said wrong.
     *
     * @param evidence of a round.
     * @param killed   whether the proxy was killed: it may have counted what it journals at its next start.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Evidence evidence, final boolean killed) {
        final RollbackCheck check = new RollbackCheck(evidence);
        if (evidence.abandoned() == null) {
            return check.told();
        }
        final String difference = check.differenceFromAbandoned(evidence.abandoned());
        return difference == null ? check.uncounted(evidence.counters(), killed) : difference;
    }

    private String told() {
        return gone.ranges().isEmpty() ? null :
            gone.ranges().get(0) + " are called gone in the journal, and the data directory was never put back";
    }

    private String differenceFromAbandoned(final Evidence.Abandoned abandoned) {
        final Set<Place> there = new HashSet<>();
        evidence.journal().events().forEach(event -> there.add(new Place(event.recorder(), event.sequence())));
        final Set<Place> lost = new HashSet<>();
        for (final JournaledEvent event : abandoned.events()) {
            final Place place = new Place(event.recorder(), event.sequence());
            if (!there.contains(place)) {
                lost.add(place);
                if (abandoned.spools().contains(event.recorder()) &&
                    !gone.contains(event.recorder(), event.sequence())) {
                    return "event " + place.sequence() + " of recorder " + place.recorder() + " (" +
                        event.component() + " number " + event.number() + ") was journaled before the data " +
                        "directory was put back, and is neither there nor told";
                }
            }
        }
        for (final GoneEvents.Range range : gone.ranges()) {
            for (long sequence = range.from(); sequence <= range.to(); sequence++) {
                if (!lost.contains(new Place(range.recorder(), sequence))) {
                    return range + " are called gone in the journal: " + sequence + " is not";
                }
            }
            if (evidence.logs().stream().noneMatch(line -> line.contains(range.toString()))) {
                return range + " are gone, and no log of the proxy says so";
            }
        }
        return null;
    }

    /** They are counted when the recorder says so, which may be again where a kill came before they were journaled. */
    private String uncounted(final Map<CounterId, Long> counters, final boolean killed) {
        final long counted = counters.get(ReceiverCounter.ACKNOWLEDGED_AND_GONE);
        final long passedOver = counters.get(ReceiverCounter.VOIDED);
        return counted < gone.count() || passedOver < counted || (!killed && passedOver > gone.count()) ?
            "counters say that " + counted + " events are gone and " + passedOver + " were passed over, the journal " +
                "says " + gone.count() : null;
    }

    /**
     * What {@code herald verify} found and does not account for by what is gone.
     *
     * @param evidence of a round.
     * @return the first finding, or what it does not find; null where there is none.
     */
    static String unaccounted(final Evidence evidence) {
        final List<GoneEvents.Range> kept = evidence.journal().gone().ranges().stream()
            .filter(range -> range.position() >= evidence.journal().kept().fromPosition()).toList();
        for (final String finding : evidence.verification()) {
            if (kept.stream().noneMatch(range -> isAbout(finding, range))) {
                return "herald verify finds in what is kept: " + finding;
            }
        }
        for (final GoneEvents.Range range : kept) {
            if (evidence.verification().stream().noneMatch(finding -> isAbout(finding, range))) {
                return "herald verify does not find that " + range + " are gone";
            }
        }
        return null;
    }

    private static boolean isAbout(final String finding, final GoneEvents.Range range) {
        return finding.contains(range + " were acknowledged before and are gone");
    }
}
