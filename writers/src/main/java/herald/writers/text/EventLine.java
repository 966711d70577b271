package herald.writers.text;

import herald.event.EventView;
import herald.events.Severity;
import herald.io.Escape;

/**
 * Writes an event as one line for people at a terminal. Whatever the event holds, no control character of its own gets
 * through. Owned by one thread.
 *
 * <pre>
 *   2026-11-24T13:25:54.123Z CRITICAL cluster.LeaderLost ×3 cmd@node-1 Node/node-1 no leader since 5 s term=7
 *   time of last occurrence  severity type      count if &gt; 1 source     object     message             attributes
 * </pre>
 */
public final class EventLine {
    private static final String RESET = "\u001B[0m";
    private static final int SEVERITY_WIDTH = 8;

    private final boolean coloured;

    /**
     * Chooses how lines look.
     *
     * @param coloured whether the severity is coloured by ANSI sequences.
     */
    public EventLine(final boolean coloured) {
        this.coloured = coloured;
    }

    /**
     * Appends the line of an event, without a newline.
     *
     * @param event to show.
     * @param out   to append to.
     */
    public void append(final EventView event, final StringBuilder out) {
        Rfc3339.append(event.modTimeNs(), Rfc3339.MILLIS, out);
        out.append(' ');
        appendSeverity(event.severity(), out);
        out.append(' ');
        Escape.appendWord(event.type(), out);
        if (event.count() > 1) {
            out.append(" ×").append(event.count());
        }
        out.append(' ');
        Escape.appendWord(event.component(), out);
        out.append('@');
        Escape.appendWord(event.node(), out);
        if (!event.refKind().isEmpty() || !event.refName().isEmpty()) {
            out.append(' ');
            Escape.appendWord(event.refKind(), out);
            out.append('/');
            Escape.appendWord(event.refName(), out);
        }
        if (!event.message().isEmpty()) {
            out.append(' ');
            Escape.append(event.message(), out);
        }
        event.attributes().forEach((key, value) -> {
            out.append(' ');
            Escape.appendWord(key, out);
            out.append('=');
            Escape.appendWord(value, out);
        });
        if (event.clockUnset()) {
            out.append(" clock-unset");
        }
    }

    private void appendSeverity(final Severity severity, final StringBuilder out) {
        if (coloured) {
            out.append(colour(severity));
        }
        out.append(severity.name());
        if (coloured) {
            out.append(RESET);
        }
        out.append(" ".repeat(SEVERITY_WIDTH - severity.name().length()));
    }

    private static String colour(final Severity severity) {
        return switch (severity) {
            case DEBUG -> "\u001B[2m";
            case INFO -> "\u001B[32m";
            case WARN -> "\u001B[33m";
            case CRITICAL -> "\u001B[1;31m";
        };
    }
}
