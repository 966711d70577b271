package herald.tools.torture;

import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks the proxy's counters: no loss is counted that no fault of the plan has caused, and what was journaled was
 * counted.
 */
final class CounterCheck {
    private static final List<CounterId> LOSSES = List.of(
        ReceiverCounter.REFUSED, ReceiverCounter.VOIDED, ReceiverCounter.UNINTELLIGIBLE,
        ReceiverCounter.NOT_QUARANTINED, ReceiverCounter.REMOTE_REFUSED, ReceiverCounter.REMOTE_FORGED,
        ReceiverCounter.REMOTE_REPLAYED, ReceiverCounter.REMOTE_KNOCKS_DROPPED,
        ReceiverCounter.ACKNOWLEDGED_ELSEWHERE, ReceiverCounter.OTHER_DIRECTORY,
        ProxyCounter.DEAD_LETTERS, ProxyCounter.FILTERED, ProxyCounter.DAMAGED_BYTES, ProxyCounter.STAGE_FAILURES,
        ProxyCounter.BOOKMARKS_DAMAGED);
    /** What no recorder causes, and strangers do. */
    private static final Set<CounterId> STRANGERS = Set.of(
        ReceiverCounter.REMOTE_REFUSED, ReceiverCounter.REMOTE_FORGED, ReceiverCounter.REMOTE_REPLAYED,
        ReceiverCounter.REMOTE_KNOCKS_DROPPED);

    private CounterCheck() {
    }

    /**
     * Finds a counter that is wrong.
     *
     * @param counters of the proxy.
     * @param events   how many are in the journal.
     * @param plan     of the round.
     * @return the first difference in words; null where there is none.
     */
    static String firstDifference(final Map<CounterId, Long> counters, final long events, final RoundPlan plan) {
        for (final CounterId loss : LOSSES) {
            if (counters.get(loss) != 0 && !isAccountedFor(loss, plan)) {
                return "counter \"" + loss.label() + "\" is " + counters.get(loss) + ", no fault accounts for it";
            }
        }
        if (plan.count(FaultKind.DISK_FULL) == 0 && counters.get(ProxyCounter.DISK_FULL) != 0) {
            return "counter \"" + ProxyCounter.DISK_FULL.label() + "\" is " + counters.get(ProxyCounter.DISK_FULL) +
                ", and the disk was never full";
        }
        final long kills = kills(plan);
        if (kills == 0 && counters.get(ProxyCounter.CUT_BYTES) != 0) {
            return "counter \"" + ProxyCounter.CUT_BYTES.label() + "\" is " + counters.get(ProxyCounter.CUT_BYTES) +
                ", and the proxy was not killed";
        }
        final long journaled = counters.get(ProxyCounter.JOURNALED);
        // An event is counted after it is appended: a kill in between leaves it uncounted.
        return journaled > events || journaled < events - kills ?
            "counter \"" + ProxyCounter.JOURNALED.label() + "\" is " + journaled + ", the journal has " + events +
                " events and the proxy was killed " + kills + " times" : null;
    }

    /** What was passed over where a directory was put back is {@link RollbackCheck}'s to judge. */
    private static boolean isAccountedFor(final CounterId loss, final RoundPlan plan) {
        return (STRANGERS.contains(loss) && plan.count(FaultKind.STRANGER) > 0) ||
            (loss == ReceiverCounter.VOIDED && plan.count(FaultKind.DIRECTORY_ROLLBACK) > 0);
    }

    /** How often counters and files may disagree as after a kill: the state of a running proxy, put back, is one. */
    static long kills(final RoundPlan plan) {
        return plan.count(FaultKind.PROXY_KILL) + plan.count(FaultKind.PROXY_RESTART) +
            plan.count(FaultKind.DIRECTORY_ROLLBACK);
    }
}
