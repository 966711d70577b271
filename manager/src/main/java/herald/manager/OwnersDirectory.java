package herald.manager;

import herald.io.FileAccess;
import herald.io.SystemDisk;
import org.agrona.CloseHelper;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.Lock;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A directory of Lucene's whose files are their owner's alone: Lucene leaves that to the process's umask.
 */
final class OwnersDirectory extends FilterDirectory {
    private final Path path;

    OwnersDirectory(final FSDirectory directory) {
        super(directory);
        this.path = directory.getDirectory();
    }

    /**
     * Opens Lucene's directory, made where it is missing.
     *
     * @param path of it.
     * @return the directory.
     * @throws IOException where it can't be made.
     */
    static FSDirectory open(final Path path) throws IOException {
        SystemDisk.INSTANCE.createDirectories(path);
        return FSDirectory.open(path);
    }

    private <T extends AutoCloseable> T closed(final String name, final T made) throws IOException {
        boolean closed = false;
        try {
            FileAccess.OWNER.file(path.resolve(name));
            closed = true;
            return made;
        } finally {
            if (!closed) {
                CloseHelper.quietClose(made);
            }
        }
    }

    @Override
    public IndexOutput createOutput(final String name, final IOContext context) throws IOException {
        return closed(name, super.createOutput(name, context));
    }

    @Override
    public IndexOutput createTempOutput(final String prefix, final String suffix, final IOContext context)
        throws IOException {
        final IndexOutput output = super.createTempOutput(prefix, suffix, context);
        return closed(output.getName(), output);
    }

    @Override
    public Lock obtainLock(final String name) throws IOException {
        return closed(name, super.obtainLock(name));
    }
}
