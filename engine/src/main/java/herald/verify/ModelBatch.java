package herald.verify;

import herald.event.EventDefaults;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * A batch as the dispatch log has to hold it, in plain values.
 *
 * @param fromTimeNs     journal time of the first touch.
 * @param toTimeNs       journal time of the record that closed it.
 * @param resumePosition the journal is dispatched up to here.
 * @param overfull       how many of its entries were new because dedup was full.
 * @param defaults       in force when it was closed.
 * @param entries        in the order of their last touch, or their first one under the first folding rules.
 */
public record ModelBatch(
    long fromTimeNs, long toTimeNs, long resumePosition, int overfull, EventDefaults defaults, List<Entry> entries) {
    /**
     * When an event was seen.
     *
     * @param firstSeenNs   journal time of the first occurrence.
     * @param lastSeenNs    journal time of the last one.
     * @param firstRecordNs the recorder's clock at the first occurrence.
     * @param lastRecordNs  the recorder's clock at the last one.
     */
    public record Times(long firstSeenNs, long lastSeenNs, long firstRecordNs, long lastRecordNs) {
    }

    /**
     * The occurrence that is shown: the one that touched the event first in the batch.
     *
     * @param recorder of it.
     * @param sequence of it.
     * @param message  of it.
     * @param wire     its whole message, attributes included.
     */
    public record Shown(UUID recorder, long sequence, String message, ByteBuffer wire) {
        @Override
        public String toString() {
            return recorder + " " + sequence + " \"" + message + "\", " + wire.remaining() + " bytes with hash " +
                Integer.toHexString(wire.hashCode());
        }
    }

    /**
     * An event of a batch.
     *
     * @param id       of the event.
     * @param times    of its occurrences.
     * @param position of the first occurrence in the journal.
     * @param count    of occurrences so far.
     * @param overfull whether it was new because dedup was full.
     * @param shown    what the batch holds of it.
     */
    public record Entry(UUID id, Times times, long position, long count, boolean overfull, Shown shown) {
        /** Recorder of the occurrence that is shown. */
        public UUID recorder() {
            return shown.recorder();
        }

        /** Sequence of the occurrence that is shown. */
        public long sequence() {
            return shown.sequence();
        }

        /** Message of the occurrence that is shown. */
        public String message() {
            return shown.message();
        }
    }

    /** The default node in force when it was closed. */
    public String node() {
        return defaults.node();
    }

    /**
     * Compares it with what a dispatch log holds in its place.
     *
     * @param actual batch of the log.
     * @return the first difference in words; null where there is none.
     */
    String differenceTo(final ModelBatch actual) {
        if (equals(actual)) {
            return null;
        }
        for (int i = 0; i < Math.min(entries.size(), actual.entries.size()); i++) {
            if (!entries.get(i).equals(actual.entries.get(i))) {
                return "entry " + i + ": expected " + entries.get(i) + " but it is " + actual.entries.get(i);
            }
        }
        return "expected " + this + " but it is " + actual;
    }
}
