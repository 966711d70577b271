package herald.engine;

import herald.io.ErrorText;
import herald.io.FileAccess;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.link.TermMemory;
import herald.receiver.ReceiverCounter;
import io.aeron.driver.LogFactorySetting;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.buffer.LogFactory;
import io.aeron.driver.buffer.RawLog;
import io.aeron.driver.status.SystemCounterDescriptor;
import io.aeron.exceptions.StorageSpaceException;
import io.aeron.logbuffer.LogBufferDescriptor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes a media driver's log buffers. Two things differ from what Aeron does. Each has memory that is there before
 * anybody stores into it, and what the file system has no room for is refused: Aeron looks at the free space and maps
 * files with holes, and once another one has taken the space, a store into a hole ends the driver's process or that of
 * a client. And each is given to its owner alone, or to a group too, before a client is told of it: Aeron leaves that
 * to the process's umask. Driver's thread.
 */
final class LogBuffers implements LogFactory {
    private static final String PUBLICATIONS = "publications";
    private static final String IMAGES = "images";
    private static final String SUFFIX = ".logbuffer";

    private final MediaDriver.Context context;
    private final String directoryName;
    private final FileAccess access;
    private final CounterId.Sink counters;

    private LogBuffers(
        final MediaDriver.Context context,
        final String directoryName,
        final FileAccess access,
        final CounterId.Sink counters) {
        this.context = context;
        this.directoryName = directoryName;
        this.access = access;
        this.counters = counters;
    }

    /**
     * Makes a driver have its log buffers made here.
     *
     * @param context       of the driver.
     * @param directoryName where clients find it, for messages.
     * @param access        who may be its client.
     * @param counters      told of what is refused.
     * @return the context.
     */
    static MediaDriver.Context of(
        final MediaDriver.Context context,
        final String directoryName,
        final FileAccess access,
        final CounterId.Sink counters) {
        return LogFactorySetting.set(context, new LogBuffers(context, directoryName, access, counters));
    }

    @Override
    public RawLog newPublication(final long correlationId, final int termBufferLength, final boolean useSparseFiles) {
        return make(PUBLICATIONS, correlationId, termBufferLength);
    }

    @Override
    public RawLog newImage(final long correlationId, final int termBufferLength, final boolean useSparseFiles) {
        return make(IMAGES, correlationId, termBufferLength);
    }

    private RawLog make(final String kind, final long correlationId, final int termLength) {
        final long length = LogBufferDescriptor.computeLogLength(termLength, context.filePageSize());
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a term of " + termLength + " bytes is too long: 512 MiB at most");
        }
        try {
            final Path directory = directory(kind);
            // What does not fit anyway takes nothing from others meanwhile.
            if (directory.toFile().getUsableSpace() < length) {
                throw refusal(length, null);
            }
            final RawLog log = DriverLog.create(
                directory.resolve(correlationId + SUFFIX), (int)length, termLength, this::onMapped);
            onMapped(length);
            return granted(log);
        } catch (final IOException e) {
            if (StorageSpaceException.isStorageSpaceError(e)) {
                throw refusal(length, e);
            }
            throw new UncheckedIOException("cannot make a stream of " + length + " bytes: " + ErrorText.of(e), e);
        }
    }

    private Path directory(final String kind) throws IOException {
        final Path directory = Path.of(context.aeronDirectoryName(), kind);
        if (!Files.isDirectory(directory)) {
            SystemDisk.INSTANCE.createDirectories(directory);
            access.directory(directory);
        }
        return directory;
    }

    private RawLog granted(final RawLog log) throws IOException {
        boolean granted = false;
        try {
            access.file(Path.of(log.fileName()));
            granted = true;
            return log;
        } finally {
            if (!granted) {
                log.free();
            }
        }
    }

    private StorageSpaceException refusal(final long length, final IOException cause) {
        counters.increment(ReceiverCounter.STREAMS_WITHOUT_ROOM);
        final StorageSpaceException refusal = new StorageSpaceException(TermMemory.noRoom(length, directoryName));
        refusal.initCause(cause);
        return refusal;
    }

    /** Aeron's own counter of mapped bytes. */
    private void onMapped(final long length) {
        context.systemCounters().get(SystemCounterDescriptor.BYTES_CURRENTLY_MAPPED).getAndAddRelease(length);
    }

    @Override
    public void close() {
        // Each log is closed by its owner.
    }
}
