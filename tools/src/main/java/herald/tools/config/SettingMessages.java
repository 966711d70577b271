package herald.tools.config;

import herald.io.SizeText;
import herald.io.TimeText;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Says what a proxy has to say about its context in the words of the settings file: names of settings, and values in
 * the units in which they are written there.
 */
final class SettingMessages {
    /** A setting as the file has it. */
    private record Setting(String name, LongFunction<String> unit) {
    }

    private static final LongFunction<String> NUMBER = Long::toString;
    private static final LongFunction<String> MS = SettingMessages::formatMs;
    private static final LongFunction<String> NS = TimeText::format;
    private static final LongFunction<String> BYTES = SizeText::format;

    private static final Map<String, Setting> SETTINGS = Map.ofEntries(
        Map.entry("aeronDirectoryName", new Setting("aeron-dir", NUMBER)),
        Map.entry("dataDir", new Setting("data-dir", NUMBER)),
        Map.entry("driverTimeoutMs", new Setting("aeron.driver-timeout", MS)),
        Map.entry("dedupIntervalNs", new Setting("dedup.interval", NS)),
        Map.entry("batchIntervalNs", new Setting("batch.interval", NS)),
        Map.entry("forceIntervalNs", new Setting("force-interval", NS)),
        Map.entry("dedupKeyLimit", new Setting("dedup.keys", NUMBER)),
        Map.entry("dedupIndexLimit", new Setting("dedup.index-keys", NUMBER)),
        Map.entry("batchLengthLimit", new Setting("batch.length", BYTES)),
        Map.entry("maxEventLength", new Setting("event.max-length", BYTES)),
        Map.entry("journalSegmentLength", new Setting("journal.segment", BYTES)),
        Map.entry("journalRetentionLength", new Setting("journal.retention", BYTES)),
        Map.entry("journalRetentionNs", new Setting("journal.age", NS)),
        Map.entry("spoolAgeNs", new Setting("spool.age", NS)),
        Map.entry("dispatchSegmentLength", new Setting("dispatch.segment", BYTES)),
        Map.entry("dispatchRetentionLength", new Setting("dispatch.retention", BYTES)));

    private static final Pattern NAME = Pattern.compile("\\b(" + String.join("|", SETTINGS.keySet()) + ")\\b");
    private static final Pattern SUBJECT = Pattern.compile("^(" + String.join("|", SETTINGS.keySet()) + ") is \\d+:");
    private static final Pattern BOUNDS = Pattern.compile("(?<=is |from |to |, )\\d+(?=:| to | here|$)");
    private static final Pattern LENGTH = Pattern.compile("\\b(\\d{4,}) bytes\\b");

    private SettingMessages() {
    }

    /**
     * Translates a message.
     *
     * @param message with names and values of the context.
     * @return the same in the words of the file.
     */
    static String translate(final String message) {
        final Matcher subject = SUBJECT.matcher(message);
        String text = message;
        if (subject.find()) {
            final LongFunction<String> unit = SETTINGS.get(subject.group(1)).unit();
            text = BOUNDS.matcher(text).replaceAll(bound -> written(unit, bound, 0));
        }
        text = LENGTH.matcher(text).replaceAll(length -> written(BYTES, length, 1));
        return NAME.matcher(text).replaceAll(name -> SETTINGS.get(name.group()).name());
    }

    private static String formatMs(final long ms) {
        return TimeText.format(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    private static String written(final LongFunction<String> unit, final MatchResult number, final int group) {
        try {
            return unit.apply(Long.parseLong(number.group(group)));
        } catch (final NumberFormatException e) {
            return number.group();
        }
    }
}
