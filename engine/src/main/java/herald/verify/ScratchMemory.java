package herald.verify;

import herald.io.ErrorText;
import org.agrona.IoUtil;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory for any number of longs, whatever the heap is: a little of it on the heap, more in a temporary file which has
 * no name any more once it is open, so that nothing is left of it however the process ends. The file is written before
 * it is mapped: on a full disk that is an error, not a signal. One thread.
 */
final class ScratchMemory implements AutoCloseable {
    private static final int HEAP_LONGS = 64 * 1024;
    private static final int CHUNK_LONGS = 4 * 1024 * 1024;
    private static final int ZEROS_LENGTH = 256 * 1024;

    private final List<MappedByteBuffer> mappings = new ArrayList<>();
    private final LongBuffer[] chunks;

    /**
     * Memory full of zeros.
     *
     * @param longs how many.
     * @throws UncheckedIOException where there is no room for so many: says where, and what would mend it.
     */
    ScratchMemory(final long longs) {
        if (longs <= HEAP_LONGS) {
            chunks = new LongBuffer[] {LongBuffer.allocate((int)longs)};
            return;
        }
        chunks = new LongBuffer[(int)((longs + CHUNK_LONGS - 1) / CHUNK_LONGS)];
        final Path directory = Path.of(System.getProperty("java.io.tmpdir"));
        boolean mapped = false;
        try {
            map(directory, longs);
            mapped = true;
        } catch (final IOException e) {
            throw new UncheckedIOException(new IOException("no room for " + longs * Long.BYTES + " bytes of a " +
                "temporary file in " + directory + ": " + ErrorText.of(e) + "; free some, or choose another " +
                "directory with HERALD_JAVA_OPTS=-Djava.io.tmpdir=DIR", e));
        } finally {
            if (!mapped) {
                close();
            }
        }
    }

    private void map(final Path directory, final long longs) throws IOException {
        final Path file = Files.createTempFile(directory, "herald-verify-", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Files.delete(file);
            writeZeros(channel, longs * Long.BYTES);
            for (int i = 0; i < chunks.length; i++) {
                final long from = (long)i * CHUNK_LONGS;
                final long length = Math.min(CHUNK_LONGS, longs - from) * Long.BYTES;
                final MappedByteBuffer mapping =
                    channel.map(FileChannel.MapMode.READ_WRITE, from * Long.BYTES, length);
                mappings.add(mapping);
                chunks[i] = mapping.order(ByteOrder.nativeOrder()).asLongBuffer();
            }
        }
    }

    private static void writeZeros(final FileChannel channel, final long length) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate(ZEROS_LENGTH);
        long written = 0;
        while (written < length) {
            zeros.clear().limit((int)Math.min(ZEROS_LENGTH, length - written));
            written += channel.write(zeros);
        }
    }

    long get(final long index) {
        return chunks[(int)(index / CHUNK_LONGS)].get((int)(index % CHUNK_LONGS));
    }

    void set(final long index, final long value) {
        chunks[(int)(index / CHUNK_LONGS)].put((int)(index % CHUNK_LONGS), value);
    }

    /** Not to be used any more. */
    @Override
    public void close() {
        mappings.forEach(IoUtil::unmap);
        mappings.clear();
    }
}
