package herald.manager;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.Map;

/**
 * Which session sends under which node's name. Two machines under one name, by turns, are told: their events can't be
 * told apart. One that takes another's place is none of those: the other one never sends again. Receiver's thread.
 */
final class NodeNames {
    private static final Logger LOGGER = LoggerFactory.getLogger(NodeNames.class);

    private final Map<String, NodeSession> lastByName = new HashMap<>();

    /**
     * Takes note of a batch.
     *
     * @param session that sent it.
     * @param node    name of the node, as the batch says.
     * @return whether this is the first sign of another live node of that name.
     */
    boolean onBatch(final NodeSession session, final String node) {
        final NodeSession last = lastByName.put(node, session);
        if (last == session) {
            return false;
        }
        if (!node.equals(session.node())) {
            lastByName.remove(session.node(), session);
            session.node(node);
            LOGGER.info("{} sends for node {}", session, NodeSession.printable(node));
            return false;
        }
        if (last == null || last.isOfSameLog(session) || !session.tellShared()) {
            return false;
        }
        last.tellShared();
        LOGGER.warn("two proxies send as node {}: {}, and {}. Their events can't be told apart: set node in the " +
            "configuration of one of them to another name", NodeSession.printable(node), last, session);
        return true;
    }

    void forget(final NodeSession session) {
        lastByName.remove(session.node(), session);
    }

    void clear() {
        lastByName.clear();
    }
}
