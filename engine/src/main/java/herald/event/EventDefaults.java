package herald.event;

/**
 * What the proxy fills in where an event leaves it open. Written beside the events, so that a log says it by itself.
 *
 * @param node         of the proxy: source of events that name no node.
 * @param refTenant    of the default object reference.
 * @param refNamespace of the default object reference.
 * @param refKind      of the default object reference.
 * @param refName      of the default object reference.
 */
public record EventDefaults(String node, String refTenant, String refNamespace, String refKind, String refName) {
    /** What is known where a log says nothing. */
    public static final EventDefaults NONE = new EventDefaults("", "", "", "", "");

    /**
     * The defaults of a node: events without a reference are about the node itself.
     *
     * @param node its name.
     * @return the defaults.
     */
    public static EventDefaults ofNode(final String node) {
        return new EventDefaults(node, "default", "default", "Node", node);
    }
}
