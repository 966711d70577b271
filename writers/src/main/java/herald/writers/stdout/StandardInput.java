package herald.writers.stdout;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Standard input of this process. Where the descriptor is non-blocking, which another process may have made it that
 * shares the terminal or pipe, this waits as it would for one that blocks. One thread reads; any may close, which ends
 * the stream for the one that waits.
 */
public final class StandardInput extends InputStream {
    /** The one of this process. */
    public static final StandardInput INSTANCE = new StandardInput();

    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private final FileChannel channel;

    @SuppressWarnings("resource") // Closing it would close the descriptor.
    private StandardInput() {
        this.channel = new FileInputStream(FileDescriptor.in).getChannel();
    }

    @Override
    public int read() throws IOException {
        final byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(final byte[] bytes, final int offset, final int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        final ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        try {
            int read = channel.read(buffer);
            while (read == 0) {
                LockSupport.parkNanos(PARK_NS);
                read = channel.read(buffer);
            }
            return read;
        } catch (final ClosedChannelException e) {
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
