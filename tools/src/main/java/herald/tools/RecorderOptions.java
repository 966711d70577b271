package herald.tools;

import herald.events.Catalogs;
import herald.events.EventCatalog;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import org.agrona.ErrorHandler;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.time.Duration;

/**
 * How a command launches its recorder.
 */
final class RecorderOptions {
    @Mixin
    private DirectoryOptions directories;

    @Option(names = "--tenant", paramLabel = "TENANT", defaultValue = ObjectReference.DEFAULT,
        description = "Tenant that the events belong to; default: ${DEFAULT-VALUE}.")
    private String tenant;

    @Option(names = "--namespace", paramLabel = "NAMESPACE", defaultValue = ObjectReference.DEFAULT,
        description = "Namespace that the events belong to; default: ${DEFAULT-VALUE}.")
    private String namespace;

    @Option(names = "--driver-timeout", paramLabel = "TIME", hidden = true, defaultValue = "10s")
    private Duration driverTimeout;

    String tenant() {
        return tenant;
    }

    String namespace() {
        return namespace;
    }

    /**
     * What a recorder of every shipped event type is launched with.
     *
     * @param component    that records.
     * @param errorHandler told what goes wrong on the link.
     * @return to be completed and launched.
     */
    EventRecorder.Context context(final String component, final ErrorHandler errorHandler) {
        directories.prepare();
        return new EventRecorder.Context()
            .component(component)
            .eventTypes(Catalogs.all().toArray(new EventCatalog[0]))
            .tenant(tenant)
            .namespace(namespace)
            .aeronDirectoryName(directories.aeronDir().toString())
            .driverTimeoutMs(driverTimeout.toMillis())
            .spoolDir(directories.spoolDir())
            .errorHandler(errorHandler);
    }

    /**
     * Launches a recorder; what is wrong with the context is a mistake in the call.
     *
     * @param context to launch it with.
     * @param command that was called.
     * @return the recorder.
     */
    static EventRecorder launch(final EventRecorder.Context context, final CommandLine command) {
        try {
            return EventRecorder.launch(context);
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
    }
}
