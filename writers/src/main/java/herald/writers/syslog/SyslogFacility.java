package herald.writers.syslog;

import java.util.List;

/**
 * The facilities of RFC 5424, section 6.2.1, under the keywords that syslog daemons use.
 */
final class SyslogFacility {
    private static final List<String> KEYWORDS = List.of(
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "ntp", "audit", "alert", "clock",
        "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7");

    private SyslogFacility() {
    }

    /**
     * Reads a facility.
     *
     * @param text keyword or number.
     * @return 0 to 23, or -1 where it is neither.
     */
    static int parse(final String text) {
        if (text.matches("\\d{1,2}")) {
            final int number = Integer.parseInt(text);
            return number < KEYWORDS.size() ? number : -1;
        }
        return KEYWORDS.indexOf(text);
    }

    /**
     * What {@link #parse} takes.
     *
     * @return the keywords in the order of their numbers.
     */
    static List<String> keywords() {
        return KEYWORDS;
    }
}
