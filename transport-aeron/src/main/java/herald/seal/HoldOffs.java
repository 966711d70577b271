package herald.seal;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Hold-offs of senders, which outlive their sessions, of so many senders at most: the one that failed first is
 * forgotten for a new one. Owned by one thread.
 *
 * @param <K> by which a sender is known.
 */
public final class HoldOffs<K> {
    private final int maxSenders;
    private final long minNs;
    private final long maxNs;
    private final Map<K, HoldOff> failing = new LinkedHashMap<>();

    /**
     * For the senders of one listener.
     *
     * @param maxSenders that are remembered.
     * @param minNs      how long after the first failure.
     * @param maxNs      how long at most.
     */
    public HoldOffs(final int maxSenders, final long minNs, final long maxNs) {
        this.maxSenders = maxSenders;
        this.minNs = minNs;
        this.maxNs = maxNs;
    }

    /**
     * Whether a sender is being slowed down.
     *
     * @param sender that sent something.
     * @param nowNs  monotonic time.
     * @return true until its time is over.
     */
    public boolean isHeld(final K sender, final long nowNs) {
        if (failing.isEmpty()) {
            return false;
        }
        final HoldOff holdOff = failing.get(sender);
        return holdOff != null && holdOff.isHeld(nowNs);
    }

    /**
     * Takes note of a failure.
     *
     * @param sender that failed.
     * @param nowNs  monotonic time.
     */
    public void onFailure(final K sender, final long nowNs) {
        HoldOff holdOff = failing.get(sender);
        if (holdOff == null) {
            if (failing.size() == maxSenders) {
                final Iterator<K> oldest = failing.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            holdOff = new HoldOff(minNs, maxNs);
            failing.put(sender, holdOff);
        }
        holdOff.onFailure(nowNs);
    }

    /**
     * Takes note that a sender proved itself.
     *
     * @param sender that did.
     */
    public void reset(final K sender) {
        failing.remove(sender);
    }
}
