package herald.tools.torture;

import java.util.List;
import java.util.UUID;

/**
 * An event of the journal as the oracle sees it.
 *
 * @param recorder  id of its recorder.
 * @param sequence  of it.
 * @param component name of its recorder.
 * @param number    that its recorder gave it.
 * @param identity  as {@link EventScript.Line#identity()}.
 */
record JournaledEvent(UUID recorder, long sequence, String component, long number, List<String> identity) {
}
