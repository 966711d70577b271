package herald.testing;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.time.Duration;

/**
 * Gives every {@code await()} of a test that names no limit of its own a minute instead of Awaitility's ten seconds. A
 * limit is there to end a test that hangs; on a busy machine a process may take ten seconds to start. JUnit finds this
 * extension by itself, since the module has it among its services and switches their detection on.
 */
public final class PatientAwaits implements BeforeAllCallback {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    @Override
    public void beforeAll(final ExtensionContext context) {
        Awaitility.setDefaultTimeout(LIMIT);
    }
}
