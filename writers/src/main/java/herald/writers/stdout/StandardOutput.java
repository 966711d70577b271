package herald.writers.stdout;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Standard output or standard error of this process, past {@link System#out}: a {@code PrintStream} hides what failed.
 *
 * <p>Each byte is written once. Where the descriptor is non-blocking, which another process may have made it that
 * shares the terminal or pipe, and takes nothing at the moment, this waits as it would for one that blocks; what a
 * {@code FileOutputStream} throws then does not say how much was taken.
 *
 * <p>A thread of its own does the writing: a channel is closed for good, and the descriptor of the whole process with
 * it, where its thread is interrupted. Any thread may write; whole arrays of one call stay together.
 */
public final class StandardOutput extends OutputStream {
    private final Descriptor descriptor;
    private volatile IOException failure;

    private StandardOutput(final Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Writes elsewhere. */
    StandardOutput(final WritableByteChannel channel) {
        this(new Descriptor(null, channel, "elsewhere"));
    }

    /**
     * Standard output.
     *
     * @return a stream that remembers its own failure alone.
     */
    public static StandardOutput out() {
        return new StandardOutput(Descriptor.OUT);
    }

    /**
     * Standard error.
     *
     * @return a stream that remembers its own failure alone.
     */
    public static StandardOutput err() {
        return new StandardOutput(Descriptor.ERR);
    }

    @Override
    public void write(final int value) throws IOException {
        write(new byte[] {(byte)value}, 0, 1);
    }

    /**
     * Writes all of it.
     *
     * @throws InterruptedIOException where this thread is interrupted meanwhile: how much was written is not known.
     */
    @Override
    public void write(final byte[] bytes, final int offset, final int length) throws IOException {
        final int written = writeUpTo(bytes, offset, length);
        if (written < length) {
            throw failure;
        }
    }

    /**
     * Writes as much as it is possible to write.
     *
     * @param bytes  that hold it.
     * @param offset of the first.
     * @param length of it.
     * @return how much was written: less than {@code length} where {@link #failure} says why.
     * @throws InterruptedIOException where this thread is interrupted meanwhile: how much was written is not known.
     */
    int writeUpTo(final byte[] bytes, final int offset, final int length) throws InterruptedIOException {
        synchronized (descriptor.turn) {
            int written = 0;
            IOException trouble = null;
            while (written < length && trouble == null) {
                written += descriptor.write(bytes, offset + written, length - written);
                trouble = descriptor.trouble();
            }
            failure = trouble == null ? failure : trouble;
            return written;
        }
    }

    /**
     * Why the last write failed that did.
     *
     * @return null where none has.
     */
    public IOException failure() {
        return failure;
    }

    /**
     * Whether the reader of the pipe that this stream leads into is gone: a write would say so.
     *
     * @return false too where that can't be told.
     */
    public boolean isReaderGone() {
        return descriptor.number != null && DescriptorPoll.isHungUp(descriptor.number);
    }

    /** The descriptor is the process's: it stays open. */
    @Override
    public void close() {
    }

    /** One of the process. Who has its turn hands a piece over to its thread; the monitor guards the piece. */
    private static final class Descriptor {
        static final Descriptor OUT = new Descriptor(FileDescriptor.out, "herald-stdout");
        static final Descriptor ERR = new Descriptor(FileDescriptor.err, "herald-stderr");

        private static final int PIECE_LENGTH = 64 * 1024;
        private static final long MIN_PARK_NS = TimeUnit.MICROSECONDS.toNanos(100);
        private static final long MAX_PARK_NS = TimeUnit.MILLISECONDS.toNanos(20);

        private final Object turn = new Object();
        /** Null where what is written goes elsewhere. */
        private final FileDescriptor number;
        private final WritableByteChannel channel;
        private final String name;
        private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_LENGTH);
        private Thread thread;
        private boolean pending;
        private IOException trouble;

        @SuppressWarnings("resource") // Closing it would close the descriptor.
        Descriptor(final FileDescriptor descriptor, final String name) {
            this(descriptor, new FileOutputStream(descriptor).getChannel(), name);
        }

        Descriptor(final FileDescriptor number, final WritableByteChannel channel, final String name) {
            this.number = number;
            this.channel = channel;
            this.name = name;
        }

        /** Writes a piece; one that an interrupted caller has left goes first. */
        synchronized int write(final byte[] bytes, final int offset, final int length) throws InterruptedIOException {
            awaitWritten();
            final int count = Math.min(length, PIECE_LENGTH);
            piece.clear().put(bytes, offset, count).flip();
            trouble = null;
            pending = true;
            if (thread == null) {
                thread = new Thread(this::run, name);
                thread.setDaemon(true);
                thread.start();
            }
            notifyAll();
            awaitWritten();
            return piece.position();
        }

        synchronized IOException trouble() {
            return trouble;
        }

        private void awaitWritten() throws InterruptedIOException {
            while (pending) {
                try {
                    wait();
                } catch (final InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while standard output took nothing");
                }
            }
        }

        private void run() {
            while (true) {
                awaitPiece();
                final IOException failed = writePiece();
                synchronized (this) {
                    trouble = failed;
                    pending = false;
                    notifyAll();
                }
            }
        }

        private synchronized void awaitPiece() {
            while (!pending) {
                try {
                    wait();
                } catch (final InterruptedException e) {
                    // Nobody does that.
                }
            }
        }

        private IOException writePiece() {
            long parkNs = MIN_PARK_NS;
            try {
                while (piece.hasRemaining()) {
                    if (channel.write(piece) == 0) {
                        LockSupport.parkNanos(parkNs);
                        parkNs = Math.min(parkNs * 2, MAX_PARK_NS);
                    } else {
                        parkNs = MIN_PARK_NS;
                    }
                }
                return null;
            } catch (final IOException e) {
                return e;
            }
        }
    }
}
