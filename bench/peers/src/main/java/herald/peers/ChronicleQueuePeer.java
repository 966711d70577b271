package herald.peers;

import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;

import java.io.File;
import java.nio.file.Path;

/**
 * Chronicle Queue: one thread appends to a queue file.
 */
final class ChronicleQueuePeer implements Peer {
    private static final int BURST = 256;

    private final byte[] payload = PeerMain.payload();
    private final Bytes<byte[]> bytes = Bytes.wrapForRead(payload);
    private final ChronicleQueue queue;

    ChronicleQueuePeer(final Path dir) {
        queue = ChronicleQueue.singleBuilder(dir.toFile())
            .storeFileListener((cycle, file) -> delete(file))
            .build();
    }

    private static void delete(final File file) {
        if (!file.delete()) {
            System.err.println("could not delete " + file);
        }
    }

    @Override
    public long run(final long durationNs) {
        try (ExcerptAppender appender = queue.createAppender()) {
            final long startNs = System.nanoTime();
            long count = 0;
            while (System.nanoTime() - startNs < durationNs) {
                for (int i = 0; i < BURST; i++) {
                    PeerMain.number(payload, count++);
                    appender.writeBytes((BytesStore<?, ?>)bytes);
                }
            }
            final long appended = queue.lastIndex() >= 0 ? count : 0;
            if (appended != count) {
                throw new IllegalStateException("the queue holds nothing of " + count + " messages");
            }
            return count;
        }
    }

    @Override
    public void close() {
        queue.close();
    }
}
