package herald.seal;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The newest nonces that were seen: what was said with one of them is said again by somebody else. Owned by one thread.
 */
public final class SeenNonces {
    private static final int REMEMBERED = 16 * 1024;

    private final Map<Nonce, Boolean> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<Nonce, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    };

    /**
     * Takes note of a nonce.
     *
     * @param nonce of a genuine message.
     * @return false where it was seen before.
     */
    public boolean add(final Nonce nonce) {
        return seen.putIfAbsent(nonce, Boolean.TRUE) == null;
    }
}
