package herald.tools;

import herald.events.Catalogs;
import herald.events.EventCatalog;
import herald.io.SizeText;
import herald.link.LinkDescriptor;
import herald.recorder.EventRecorder;
import herald.recorder.ObjectReference;
import herald.recorder.RemoteProxy;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

import java.time.Duration;

/**
 * How a command launches its recorder: at the proxy of this host, or at one on another through a media driver of the
 * command's own. Closed behind the recorder.
 */
final class RecorderOptions implements AutoCloseable {
    @Mixin
    private DirectoryOptions directories;

    @Mixin
    private RemoteOptions remote;

    @Option(names = "--tenant", paramLabel = "TENANT", defaultValue = ObjectReference.DEFAULT,
        description = "Tenant that the events belong to; default: ${DEFAULT-VALUE}.")
    private String tenant;

    @Option(names = "--namespace", paramLabel = "NAMESPACE", defaultValue = ObjectReference.DEFAULT,
        description = "Namespace that the events belong to; default: ${DEFAULT-VALUE}.")
    private String namespace;

    @Option(names = "--max-length", paramLabel = "SIZE", converter = SizeConverter.class, defaultValue = "4KiB",
        description = "How long an event may be, encoded: no more than event.max-length of the proxy, which refuses " +
            "longer ones, up to 64KiB; default: ${DEFAULT-VALUE}.")
    private long maxLength;

    @Option(names = "--driver-timeout", paramLabel = "TIME", hidden = true, defaultValue = "10s")
    private Duration driverTimeout;

    private RemoteProxy proxy;
    private OwnMediaDriver mediaDriver;

    long maxLength() {
        return maxLength;
    }

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
     * @param command      that was called.
     * @return to be completed and launched.
     */
    EventRecorder.Context context(
        final String component, final ErrorHandler errorHandler, final CommandLine command) {
        if (maxLength < LinkDescriptor.MIN_EVENT_LENGTH_LIMIT || maxLength > LinkDescriptor.MAX_EVENT_LENGTH_LIMIT) {
            throw new ParameterException(command, "--max-length is " + SizeText.format(maxLength) +
                ": it must be from 256B to 64KiB");
        }
        try {
            proxy = remote.proxy();
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
        directories.prepare();
        if (proxy != null && directories.namesNoAeronDir()) {
            mediaDriver = OwnMediaDriver.launch();
        }
        return new EventRecorder.Context()
            .remoteProxy(proxy)
            .component(component)
            .maxEventLength((int)maxLength)
            .eventTypes(Catalogs.all().toArray(new EventCatalog[0]))
            .tenant(tenant)
            .namespace(namespace)
            .aeronDirectoryName(
                mediaDriver == null ? directories.namedAeronDir() : mediaDriver.aeronDirectoryName())
            .driverTimeoutMs(driverTimeout.toMillis())
            .dataDir(directories.namedDataDir())
            .spoolDir(proxy == null ? directories.spoolDir() : directories.remoteSpoolDir(proxy.endpoint()))
            .errorHandler(errorHandler);
    }

    /**
     * Says where events are that the proxy has not acknowledged, and who delivers them.
     *
     * @param recorder that keeps them: {@link EventRecorder#isKept()} was asked before.
     * @return a sentence without its end.
     */
    String kept(final EventRecorder recorder) {
        if (!recorder.isKept()) {
            return "not kept: the spool " + recorder.spoolFile() + " was moved, deleted or written over meanwhile";
        }
        return "kept in " + recorder.spoolFile() + "; " + (proxy == null ? "the proxy will deliver it" :
            "the next recorder of this component that sends to " + proxy.endpoint() + " delivers it");
    }

    @Override
    public void close() {
        CloseHelper.quietClose(mediaDriver);
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
