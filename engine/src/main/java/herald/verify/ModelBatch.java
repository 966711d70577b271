package herald.verify;

import java.util.List;
import java.util.UUID;

/**
 * A batch as the dispatch log has to hold it, in plain values.
 *
 * @param fromTimeNs     journal time of the first touch.
 * @param toTimeNs       journal time of the record that closed it.
 * @param resumePosition the journal is dispatched up to here.
 * @param overfull       how many of its entries were new because dedup was full.
 * @param node           the default node in force when it was closed.
 * @param entries        in first-touch order.
 */
public record ModelBatch(
    long fromTimeNs, long toTimeNs, long resumePosition, int overfull, String node, List<Entry> entries) {
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
     * An event of a batch.
     *
     * @param id       of the event.
     * @param times    of its occurrences.
     * @param position of the first occurrence in the journal.
     * @param count    of occurrences so far.
     * @param overfull whether it was new because dedup was full.
     * @param recorder of the occurrence that is shown.
     * @param sequence of the occurrence that is shown.
     * @param message  of it.
     */
    public record Entry(
        UUID id,
        Times times,
        long position,
        long count,
        boolean overfull,
        UUID recorder,
        long sequence,
        String message) {
    }
}
