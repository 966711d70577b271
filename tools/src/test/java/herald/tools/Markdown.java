package herald.tools;

import java.util.ArrayList;
import java.util.List;

/**
 * The fenced blocks of a page.
 */
final class Markdown {
    /**
     * A block.
     *
     * @param language after the opening fence.
     * @param line     of the opening fence, from 1.
     * @param above    the line right above it.
     * @param text     inside.
     */
    record Block(String language, int line, String above, String text) {
        @Override
        public String toString() {
            return "line " + line + " (" + language + ")";
        }
    }

    private Markdown() {
    }

    static List<Block> blocks(final List<String> lines, final String language) {
        final List<Block> blocks = new ArrayList<>();
        int i = 0;
        while (i < lines.size()) {
            final String fence = lines.get(i).trim();
            if (fence.startsWith("```")) {
                final int opening = i;
                final StringBuilder text = new StringBuilder();
                for (i++; !lines.get(i).trim().equals("```"); i++) {
                    text.append(lines.get(i)).append('\n');
                }
                if (fence.substring(3).trim().equals(language)) {
                    blocks.add(new Block(
                        language, opening + 1, opening == 0 ? "" : lines.get(opening - 1).trim(), text.toString()));
                }
            }
            i++;
        }
        return blocks;
    }
}
