package herald.bench.rig;

/**
 * What a saturated node acknowledged.
 *
 * @param acknowledged      events between the first and the last moment that were measured.
 * @param ratePerSecond     sum of the recorder processes' rates.
 * @param dedupKeyLimit     keys that dedup was sized for.
 * @param residentLength    memory of the proxy in bytes, mapped files included.
 * @param anonymousLength   of it what is no file.
 */
public record ThroughputResult(
    long acknowledged, double ratePerSecond, long dedupKeyLimit, long residentLength, long anonymousLength) {
}
