package herald.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads so much of a shell's language as snippets use: quotes, backslashes, continued lines, comments, pipes, lists and
 * redirections.
 */
final class ShellLines {
    private final List<List<String>> commands = new ArrayList<>();
    private List<String> words = new ArrayList<>();
    private StringBuilder word;
    private boolean redirecting;
    private char quote;

    private ShellLines() {
    }

    /** The simple commands in a script, each as its words without redirections. */
    static List<List<String>> commands(final String script) {
        final ShellLines lines = new ShellLines();
        final String joined = script.replace("\\\n", " ");
        int i = 0;
        while (i < joined.length()) {
            i += lines.take(joined, i);
        }
        lines.endCommand();
        return lines.commands;
    }

    /** Takes what begins at an index and says how long it was. */
    private int take(final String text, final int index) {
        final char c = text.charAt(index);
        final boolean escaped = c == '\\' && quote != '\'' && index + 1 < text.length();
        if (escaped) {
            append(text.charAt(index + 1));
            return 2;
        }
        if (quote != 0) {
            if (c == quote) {
                quote = 0;
            } else {
                append(c);
            }
        } else if (c == '#' && word == null) {
            final int end = text.indexOf('\n', index);
            return (end < 0 ? text.length() : end) - index;
        } else {
            takeUnquoted(c);
        }
        return 1;
    }

    private void takeUnquoted(final char c) {
        switch (c) {
            case '\'', '"' -> {
                quote = c;
                word = word == null ? new StringBuilder() : word;
            }
            case ' ', '\t' -> endWord();
            case '\n', '|', ';', '&' -> endCommand();
            case '<', '>' -> {
                final boolean numbered = word != null && word.toString().matches("\\d");
                word = numbered ? null : word;
                endWord();
                redirecting = true;
            }
            default -> append(c);
        }
    }

    private void append(final char c) {
        word = word == null ? new StringBuilder() : word;
        word.append(c);
    }

    private void endWord() {
        if (word != null) {
            if (!redirecting) {
                words.add(word.toString());
            }
            redirecting = false;
        }
        word = null;
    }

    private void endCommand() {
        endWord();
        redirecting = false;
        if (!words.isEmpty()) {
            commands.add(words);
            words = new ArrayList<>();
        }
    }
}
