package herald.engine;

import java.util.List;
import java.util.Map;

/**
 * What a proxy's context was filled with, for tests of those who fill it.
 */
public final class ContextValues {
    private ContextValues() {
    }

    /**
     * The settings that a configuration file can have.
     *
     * @param context filled, not yet concluded.
     * @return their values by name.
     */
    public static Map<String, Object> of(final EventProxy.Context context) {
        return Map.ofEntries(
            Map.entry("dataDir", String.valueOf(context.dataDir)),
            Map.entry("node", String.valueOf(context.node)),
            Map.entry("aeronDirectoryName", String.valueOf(context.aeronDirectoryName)),
            Map.entry("remoteListener", context.remoteListener == null ? "none" :
                context.remoteListener.endpoint() + " with " + context.remoteListener.key()),
            Map.entry("externalDriver", context.externalDriver),
            Map.entry("driverTimeoutMs", context.driverTimeoutMs),
            Map.entry("durability", String.valueOf(context.durability)),
            Map.entry("forceIntervalNs", context.forceIntervalNs),
            Map.entry("dedupIntervalNs", context.dedupIntervalNs),
            Map.entry("batchIntervalNs", context.batchIntervalNs),
            Map.entry("dedupKeyLimit", context.dedupKeyLimit),
            Map.entry("dedupIgnoredAttributes", context.dedupIgnoredAttributes.patterns()),
            Map.entry("batchLengthLimit", context.batchLengthLimit),
            Map.entry("maxEventLength", context.maxEventLength),
            Map.entry("profile", context.profile.name()),
            Map.entry("threadingMode", String.valueOf(context.threadingMode)),
            Map.entry("journalSegmentLength", context.journalSegmentLength),
            Map.entry("dispatchSegmentLength", context.dispatchSegmentLength),
            Map.entry("journalRetentionLength", context.journalRetentionLength),
            Map.entry("journalRetentionNs", context.journalRetentionNs),
            Map.entry("spoolAgeNs", context.spoolAgeNs),
            Map.entry("dispatchRetentionLength", context.dispatchRetentionLength),
            Map.entry("writers", writers(context)));
    }

    /**
     * The writers, each by its name and whether it begins at the oldest event.
     *
     * @param context filled.
     * @return in the order in which they were added.
     */
    public static List<String> writers(final EventProxy.Context context) {
        return context.writers.stream()
            .map(setup -> setup.writer().name() + (setup.startsAtOldest() ? " from oldest" : " from end"))
            .toList();
    }
}
