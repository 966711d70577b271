package herald.tools.torture;

import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;

/**
 * A recorder's note of what it has begun to record and what was accepted, in a mapped file that outlives its kill. A
 * number that was begun when it was killed may or may not have been accepted: it is a <em>maybe</em>.
 */
final class Progress implements AutoCloseable {
    private static final int LENGTH = 8192;
    private static final int BEGUN = 0;
    private static final int ACCEPTED = 8;
    private static final int MAYBE_COUNT = 16;
    private static final int MAYBES = 24;

    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;

    /**
     * What a recorder noted.
     *
     * @param begun    number that it began last.
     * @param accepted number that was accepted last.
     * @param maybes   numbers of which nobody knows.
     */
    record Note(long begun, long accepted, Set<Long> maybes) {
        /** Whether an event was accepted for certain. */
        boolean isAccepted(final long number) {
            return number <= accepted && !maybes.contains(number);
        }
    }

    private Progress(final MappedByteBuffer mapping) {
        this.mapping = mapping;
        this.buffer = new UnsafeBuffer(mapping);
    }

    /**
     * Opens the note of a recorder that starts, again or for the first time.
     *
     * @param file of it.
     * @return the note; what was begun and not known to be accepted is a maybe from here on.
     * @throws IOException where the file can't be mapped.
     */
    static Progress open(final Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final Progress progress = new Progress(channel.map(FileChannel.MapMode.READ_WRITE, 0, LENGTH));
            progress.noteMaybe();
            return progress;
        }
    }

    private void noteMaybe() {
        final long begun = buffer.getLongVolatile(BEGUN);
        if (begun > buffer.getLongVolatile(ACCEPTED)) {
            final long count = buffer.getLong(MAYBE_COUNT);
            buffer.putLong(MAYBES + (int)count * Long.BYTES, begun);
            buffer.putLongVolatile(MAYBE_COUNT, count + 1);
        }
    }

    /**
     * Reads a note.
     *
     * @param file of it; it may be missing.
     * @return what it says.
     * @throws IOException where it can't be read.
     */
    static Note read(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Note(0, 0, Set.of());
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(Files.readAllBytes(file));
        final Set<Long> maybes = new TreeSet<>();
        for (int i = 0; i < buffer.getLong(MAYBE_COUNT); i++) {
            maybes.add(buffer.getLong(MAYBES + i * Long.BYTES));
        }
        if (buffer.getLong(BEGUN) > buffer.getLong(ACCEPTED)) {
            maybes.add(buffer.getLong(BEGUN));
        }
        return new Note(buffer.getLong(BEGUN), buffer.getLong(ACCEPTED), maybes);
    }

    /** The number that was begun last. */
    long begun() {
        return buffer.getLong(BEGUN);
    }

    /** Notes, before {@code record} is called, that a number may be accepted from here on. */
    void begin(final long number) {
        buffer.putLongVolatile(BEGUN, number);
    }

    /** Notes, after {@code record} returned, that a number was accepted. */
    void accept(final long number) {
        buffer.putLongVolatile(ACCEPTED, number);
    }

    @Override
    public void close() {
        IoUtil.unmap(mapping);
    }
}
