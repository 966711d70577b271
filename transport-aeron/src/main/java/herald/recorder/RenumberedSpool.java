package herald.recorder;

import herald.io.FileAccess;
import herald.io.FileMutex;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Writes events whose sequences were used before into a spool of their own, under another recorder id and sequences
 * from 1, for the proxy to drain.
 */
final class RenumberedSpool {
    private RenumberedSpool() {
    }

    /**
     * Writes a spool that is set aside; nobody holds it.
     *
     * @param context of the recorder.
     * @param from    its spool, to which nothing is appended any more.
     * @param after   sequence after which its events are taken.
     * @return the file.
     * @throws IOException where it can't be written.
     */
    static Path write(final EventRecorder.Context context, final Spool from, final long after) throws IOException {
        final Path aside = SpoolFile.asideOf(from.file());
        final FileMutex mutex =
            FileMutex.tryAcquire(SpoolFile.lockFile(aside), FileAccess.in(aside.toAbsolutePath().getParent()));
        if (mutex == null) {
            throw new IOException(SpoolFile.lockFile(aside) + " is held by another process");
        }
        final UUID id = context.idGenerator.get();
        boolean written = false;
        try {
            SpoolFile.begin(context.disk, aside, mutex, from.ring().capacity(), id, to -> copy(from, after, to))
                .close();
            written = true;
            return aside;
        } finally {
            if (!written) {
                mutex.close();
            }
        }
    }

    private static void copy(final Spool from, final long after, final Spool to) {
        final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
        long events = 0;
        long position = from.headPosition();
        while (position < from.tailPosition()) {
            final long sequence = from.sequenceAt(position);
            position = from.frameAt(position, frame);
            if (frame.capacity() > 0 && sequence > after) {
                append(frame, to);
                events++;
            }
        }
        // Their recorder has counted them.
        to.count(RecorderCounter.RECORDED, -events);
    }

    private static void append(final UnsafeBuffer frame, final Spool to) {
        final int offset = to.claim(frame.capacity());
        to.ring().putBytes(offset, frame, 0, frame.capacity());
        final int block = offset + MessageHeaderEncoder.ENCODED_LENGTH;
        final UUID id = to.recorderId();
        to.ring().putLong(block + EventEncoder.recorderIdHighEncodingOffset(), id.getMostSignificantBits(),
            EventEncoder.BYTE_ORDER);
        to.ring().putLong(block + EventEncoder.recorderIdLowEncodingOffset(), id.getLeastSignificantBits(),
            EventEncoder.BYTE_ORDER);
        to.ring().putLong(block + EventEncoder.sequenceEncodingOffset(), to.nextSequence(), EventEncoder.BYTE_ORDER);
        to.publish(frame.capacity());
    }
}
