package herald.recorder;

import herald.io.FileMutex;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A small spool that calls back after each store that it makes into its file: a crash may come there.
 */
final class WatchedSpool implements AutoCloseable {
    static final int CAPACITY = 2 * 1024;
    static final UUID ID = new UUID(0xABCD, 1);

    final FaultyDisk disk = new FaultyDisk();
    final Spool spool;
    private final MappedByteBuffer mapping;
    private Runnable onStore = () -> { };

    /** Calls back after each store. */
    private final class WatchedBuffer extends UnsafeBuffer {
        WatchedBuffer(final ByteBuffer buffer, final int offset, final int length) {
            super(buffer, offset, length);
        }

        @Override
        public void putLong(final int index, final long value) {
            super.putLong(index, value);
            onStore.run();
        }

        @Override
        public void putInt(final int index, final int value) {
            super.putInt(index, value);
            onStore.run();
        }

        @Override
        public void putIntRelease(final int index, final int value) {
            super.putIntRelease(index, value);
            onStore.run();
        }

        @Override
        public void putLongRelease(final int index, final long value) {
            super.putLongRelease(index, value);
            onStore.run();
        }

        @Override
        public long getAndAddLong(final int index, final long delta) {
            final long before = super.getAndAddLong(index, delta);
            onStore.run();
            return before;
        }

        @Override
        public void setMemory(final int index, final int length, final byte value) {
            super.setMemory(index, length / 2, value);
            onStore.run();
            super.setMemory(index, length, value);
            onStore.run();
        }

        @Override
        public void putBytes(final int index, final DirectBuffer source, final int sourceIndex, final int length) {
            throw new UnsupportedOperationException("a store that is not watched");
        }
    }

    WatchedSpool(final Path dir) throws IOException {
        final Path file;
        try (Spool begun = SpoolFile.acquire(
            disk, dir, SpoolFixture.COMPONENT, CAPACITY, () -> ID, error -> { })) {
            file = begun.file();
        }
        mapping = disk.map(file, true);
        spool = new Spool(disk, file, FileMutex.tryAcquire(SpoolFile.lockFile(file)), mapping, WatchedBuffer::new);
    }

    void onStore(final Runnable value) {
        onStore = value;
    }

    byte[] image() {
        return FaultyDisk.bytes(mapping);
    }

    @Override
    public void close() {
        spool.close();
    }
}
