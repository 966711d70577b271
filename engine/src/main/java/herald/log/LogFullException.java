package herald.log;

import java.io.IOException;

/**
 * Says that the disk has no room for the next segment. Nothing was appended; the same append succeeds once there is
 * room again.
 */
public final class LogFullException extends LogException {
    private static final long serialVersionUID = 1L;

    LogFullException(final String message, final IOException cause) {
        super(message, cause);
    }
}
