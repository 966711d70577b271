package herald.engine;

import herald.io.Disk;
import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The proxy's counters in a mapped file: they go on over restarts and any process can read them. A counter may have
 * several writing threads.
 */
public final class CountersFile implements CounterId.Sink, AutoCloseable {
    private static final int COUNTERS = 512;
    private static final int COUNTER_LENGTH = 64;

    private final Disk disk;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;

    private CountersFile(final Disk disk, final MappedByteBuffer mapping) {
        this.disk = disk;
        this.mapping = mapping;
        this.buffer = new UnsafeBuffer(mapping);
    }

    /**
     * Opens the counters for counting, or begins them.
     *
     * @param disk that holds them.
     * @param file of them.
     * @return the counters.
     * @throws IOException where they can't be opened.
     */
    static CountersFile open(final Disk disk, final Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) != COUNTERS * COUNTER_LENGTH) {
            disk.delete(file);
        }
        return new CountersFile(disk,
            Files.exists(file) ? disk.map(file, true) : disk.create(file, COUNTERS * COUNTER_LENGTH));
    }

    /**
     * Opens the counters of a proxy, running or not, for reading.
     *
     * @param disk that holds them.
     * @param file of them.
     * @return the counters; adding to them fails.
     * @throws IOException where they can't be opened or are damaged.
     */
    public static CountersFile read(final Disk disk, final Path file) throws IOException {
        final long length = Files.size(file);
        if (length != COUNTERS * COUNTER_LENGTH) {
            throw new IOException(file + " has " + length + " bytes instead of " + COUNTERS * COUNTER_LENGTH +
                ": the next start of the proxy makes a new one");
        }
        return new CountersFile(disk, disk.map(file, false));
    }

    @Override
    public void add(final CounterId counter, final long amount) {
        buffer.getAndAddLong(counter.id() * COUNTER_LENGTH, amount);
    }

    /**
     * Sets a counter that shows a present value.
     *
     * @param counter to set.
     * @param value   of it.
     */
    void set(final CounterId counter, final long value) {
        buffer.putLongRelease(counter.id() * COUNTER_LENGTH, value);
    }

    /**
     * A counter's value.
     *
     * @param counter to read.
     * @return since the data directory was made.
     */
    public long get(final CounterId counter) {
        return buffer.getLongVolatile(counter.id() * COUNTER_LENGTH);
    }

    /**
     * All counters that there are.
     *
     * @return in the order of an event's walk.
     */
    public static List<CounterId> all() {
        final List<CounterId> counters = new ArrayList<>(List.of(ReceiverCounter.values()));
        counters.addAll(List.of(ProxyCounter.values()));
        return counters;
    }

    @Override
    public void close() {
        disk.unmap(mapping);
    }
}
