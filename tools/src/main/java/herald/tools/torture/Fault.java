package herald.tools.torture;

/**
 * Something that goes wrong in a round.
 *
 * @param kind       what.
 * @param atMs       when it begins, from when everything is started.
 * @param durationMs until it ends or what it killed is started again.
 * @param target     which of the recorders, collectors or media drivers, or in which way, from 0.
 */
record Fault(FaultKind kind, long atMs, long durationMs, int target) {
}
