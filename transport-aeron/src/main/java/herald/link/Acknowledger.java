package herald.link;

import java.util.UUID;

/**
 * Who acknowledged to a recorder: what it remembers of the last session in which something was acknowledged.
 *
 * @param directoryId     of the proxy's data directory; zeros where that is not known.
 * @param generation      of that directory.
 * @param runId           of the proxy.
 * @param journalPosition how far its journal had got, in bytes: a byte that was journaled by then. Where the proxy did
 *                        not say, how far it was when the session began.
 */
public record Acknowledger(UUID directoryId, long generation, long runId, long journalPosition) {
    /** Nobody that is known. */
    public static final Acknowledger NONE = new Acknowledger(DirectoryIdentity.NO_ID, 0, 0, 0);

    /**
     * Whether it is known whose proxy it was.
     *
     * @return false for a proxy from before data directories had ids.
     */
    public boolean isKnown() {
        return !directoryId.equals(DirectoryIdentity.NO_ID);
    }
}
