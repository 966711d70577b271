package herald.writer;

import herald.io.Disk;
import herald.io.SmallFile;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * How one writer fares, in a mapped file beside its bookmark: any process can read it. Written by the writer's agent
 * alone; the figures go on over restarts.
 *
 * <pre>
 *   eight bytes for each {@link Field}, in their order, in native byte order
 * </pre>
 */
public final class WriterStatus implements AutoCloseable {
    /** How the names of status files end. */
    public static final String SUFFIX = ".status";

    /** What is known of a writer. */
    public enum Field {
        /** Events delivered, repeated deliveries included. */
        DELIVERED(0),
        /** Events that its filter held back. */
        FILTERED(8),
        /** Deliveries that failed and were tried again. */
        RETRIES(16),
        /** Events in its dead-letter file. */
        DEAD_LETTERS(24),
        /** Bytes of the dispatch log that were released before it read them. */
        LOST_BYTES(32),
        /** Wall clock since when it does not get through, ms since the epoch; 0 while it does. */
        FAILING_SINCE_MS(40),
        /** Wall clock since when the writer has not come back from a call, ms since the epoch; 0 between calls. */
        CALL_SINCE_MS(48),
        /** Events that were gone before they were delivered; written by housekeeping, or at the start. */
        OVERTAKEN_EVENTS(56),
        /** Journal time of the first of those events, ms since the epoch; 0 where it is not known. */
        OVERTAKEN_FROM_MS(64),
        /** Journal time of the last of those events, ms since the epoch; 0 where it is not known. */
        OVERTAKEN_TO_MS(72),
        /** Events that the destination took, and keeps in dead letters of its own. */
        DEAD_LETTERS_THERE(80),
        /** Wall clock since when it delivers but is kept from something else, ms since the epoch; 0 while it is not. */
        HINDERED_SINCE_MS(88),
        /** Up to here the journal is delivered; 0 where that is not known. */
        JOURNAL_POSITION(96),
        /** Journal time of the last batch that is delivered, ms since the epoch; 0 where that is not known. */
        JOURNAL_TIME_MS(104);

        private final int offset;

        Field(final int offset) {
            this.offset = offset;
        }
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(WriterAgent.class);
    private static final int FILE_LENGTH = 512;

    private final Disk disk;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;

    private WriterStatus(final Disk disk, final MappedByteBuffer mapping) {
        this.disk = disk;
        this.mapping = mapping;
        this.buffer = new UnsafeBuffer(mapping);
    }

    /**
     * Opens a writer's status to go on with it, or begins one. A damaged one is begun anew; what is no regular file is
     * kept aside.
     *
     * @param disk that holds it.
     * @param file of it.
     * @return the status.
     * @throws IOException where it can't be opened.
     */
    static WriterStatus open(final Disk disk, final Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) == FILE_LENGTH) {
            return new WriterStatus(disk, disk.map(file, true));
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            final Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".damaged");
            disk.rename(file, aside);
            LOGGER.warn("{} is no regular file: kept as {}, the status of the writer begins anew", file, aside);
        }
        disk.delete(file);
        return new WriterStatus(disk, disk.create(file, FILE_LENGTH));
    }

    /**
     * Opens a writer's status for reading.
     *
     * @param disk that holds it.
     * @param file of it.
     * @return the status.
     * @throws IOException where it can't be opened or is damaged.
     */
    public static WriterStatus read(final Disk disk, final Path file) throws IOException {
        SmallFile.requireRegular(file);
        if (Files.size(file) != FILE_LENGTH) {
            throw new IOException(file + " has " + Files.size(file) + " bytes instead of " + FILE_LENGTH +
                ": the next start of the proxy makes a new one");
        }
        return new WriterStatus(disk, disk.map(file, false));
    }

    void add(final Field field, final long amount) {
        set(field, get(field) + amount);
    }

    void overtaken(final long events, final long firstNs, final long lastNs) {
        if (get(Field.OVERTAKEN_EVENTS) == 0) {
            set(Field.OVERTAKEN_FROM_MS, TimeUnit.NANOSECONDS.toMillis(firstNs));
        }
        set(Field.OVERTAKEN_TO_MS, TimeUnit.NANOSECONDS.toMillis(lastNs));
        add(Field.OVERTAKEN_EVENTS, events);
    }

    void set(final Field field, final long value) {
        buffer.putLongRelease(field.offset, value);
    }

    /**
     * A figure.
     *
     * @param field to read.
     * @return its value now.
     */
    public long get(final Field field) {
        return buffer.getLongVolatile(field.offset);
    }

    @Override
    public void close() {
        disk.unmap(mapping);
    }
}
