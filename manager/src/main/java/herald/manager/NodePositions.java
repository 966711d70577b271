package herald.manager;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Up to where the index has what each writer of each node sent, as positions of its dispatch log. They are part of each
 * commit: an index that was restored from a backup knows what it lacks, and its nodes are told. One thread.
 */
final class NodePositions {
    /**
     * A writer of a node.
     *
     * @param logId  of the node's dispatch log.
     * @param writer its name.
     */
    record Sender(UUID logId, String writer) {
    }

    private static final int LIMIT = 10_000;
    private static final String KEY_PREFIX = "herald-node ";
    private static final Pattern NAME = Pattern.compile("[\\w.-]{1,128}");

    /** Who was heard last is at the end: the others are forgotten first, and send again what they have. */
    private final Map<Sender, Long> positions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(final Map.Entry<Sender, Long> eldest) {
            return size() > LIMIT;
        }
    };
    private boolean moved;

    /**
     * Reads what a commit says.
     *
     * @param commit data of it; null where there is none.
     */
    NodePositions(final Map<String, String> commit) {
        if (commit != null) {
            commit.forEach(this::read);
        }
    }

    private void read(final String key, final String value) {
        final String[] words = key.split(" ", -1);
        if (key.startsWith(KEY_PREFIX) && words.length == 3) {
            positions.put(new Sender(UUID.fromString(words[1]), words[2]), Long.parseLong(value));
        }
    }

    /**
     * Up to where everything is there.
     *
     * @param sender that asks.
     * @return a position; 0 where nothing is known.
     */
    long of(final Sender sender) {
        return positions.getOrDefault(sender, 0L);
    }

    /**
     * Takes note of what was stored. A node that was set back is believed.
     *
     * @param sender   of it.
     * @param position up to which everything is there now.
     */
    void move(final Sender sender, final long position) {
        if (NAME.matcher(sender.writer()).matches()) {
            moved |= !Long.valueOf(position).equals(positions.put(sender, position));
        }
    }

    /**
     * What the next commit is to say, where it differs from the last one.
     *
     * @return null where nothing has moved since this was asked.
     */
    Map<String, String> changes() {
        if (!moved) {
            return null;
        }
        moved = false;
        final Map<String, String> data = new HashMap<>();
        data.put(IndexFiles.FORM_KEY, IndexFiles.FORM);
        positions.forEach((sender, position) ->
            data.put(KEY_PREFIX + sender.logId() + ' ' + sender.writer(), Long.toString(position)));
        return data;
    }
}
