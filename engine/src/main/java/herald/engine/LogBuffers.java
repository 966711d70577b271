package herald.engine;

import herald.io.FileAccess;
import io.aeron.driver.LogFactorySetting;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.buffer.FileStoreLogFactory;
import io.aeron.driver.buffer.LogFactory;
import io.aeron.driver.buffer.RawLog;
import io.aeron.driver.status.SystemCounterDescriptor;
import org.agrona.CloseHelper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Makes a media driver's log buffers as Aeron does, and gives each to its owner alone, or to a group too, before a
 * client is told of it: Aeron leaves that to the process's umask. Driver's thread.
 */
final class LogBuffers implements LogFactory {
    private final MediaDriver.Context context;
    private final FileAccess access;
    private LogFactory files;

    private LogBuffers(final MediaDriver.Context context, final FileAccess access) {
        this.context = context;
        this.access = access;
    }

    static MediaDriver.Context of(final MediaDriver.Context context, final FileAccess access) {
        return LogFactorySetting.set(context, new LogBuffers(context, access));
    }

    /** Not before the context is concluded, which makes the counters. Its directories are made at once. */
    private LogFactory files() {
        if (files == null) {
            files = new FileStoreLogFactory(context.aeronDirectoryName(), context.filePageSize(),
                context.performStorageChecks(), context.lowStorageWarningThreshold(), context.errorHandler(),
                context.systemCounters().get(SystemCounterDescriptor.BYTES_CURRENTLY_MAPPED));
            grant(context.aeronDirectoryName(), "publications");
            grant(context.aeronDirectoryName(), "images");
        }
        return files;
    }

    @Override
    public RawLog newPublication(final long correlationId, final int termBufferLength, final boolean useSparseFiles) {
        return granted(files().newPublication(correlationId, termBufferLength, useSparseFiles));
    }

    @Override
    public RawLog newImage(final long correlationId, final int termBufferLength, final boolean useSparseFiles) {
        return granted(files().newImage(correlationId, termBufferLength, useSparseFiles));
    }

    private void grant(final String aeronDirectoryName, final String directory) {
        try {
            access.directory(Path.of(aeronDirectoryName, directory));
        } catch (final IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private RawLog granted(final RawLog log) {
        try {
            access.file(Path.of(log.fileName()));
            return log;
        } catch (final IOException e) {
            log.free();
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        CloseHelper.close(files);
    }
}
