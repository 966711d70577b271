package herald.engine;

import herald.io.Crc32c;
import herald.io.Disk;
import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import org.agrona.concurrent.UnsafeBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The proxy's counters in a mapped file: they go on over restarts and any process can read them. A counter may have
 * several writing threads.
 *
 * <pre>
 *   a line of 64 bytes for each counter id, its value first
 *   the last line: "HERALDCC" after a stop in order, else 0; CRC32C of all lines before
 * </pre>
 *
 * <p>After a kill nothing is known of the checksum: counters are no transactions.
 */
public final class CountersFile implements CounterId.Sink, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final int COUNTERS = 512;
    private static final int COUNTER_LENGTH = 64;

    private static final int STATE_OFFSET = (COUNTERS - 1) * COUNTER_LENGTH;
    private static final int CRC_OFFSET = STATE_OFFSET + Long.BYTES;
    private static final long CLOSED = 0x4343_444C_4152_4548L;

    private final Disk disk;
    private final MappedByteBuffer mapping;
    private final UnsafeBuffer buffer;
    private final boolean counts;

    private CountersFile(final Disk disk, final MappedByteBuffer mapping, final boolean counts) {
        this.disk = disk;
        this.mapping = mapping;
        this.buffer = new UnsafeBuffer(mapping);
        this.counts = counts;
        if (counts) {
            buffer.putLong(STATE_OFFSET, 0);
        }
    }

    /**
     * Opens the counters for counting, or begins them. A file that is damaged is kept aside, and counted.
     *
     * @param disk that holds them.
     * @param file of them.
     * @return the counters.
     * @throws IOException where they can't be opened.
     */
    static CountersFile open(final Disk disk, final Path file) throws IOException {
        final String damage = Files.exists(file) ? damageOf(disk, file) : null;
        if (damage != null) {
            final Path aside = file.resolveSibling(file.getFileName() + ".damaged");
            disk.rename(file, aside);
            LOGGER.error("{} {}: kept as {}, counters begin at 0", file, damage, aside);
        }
        final CountersFile opened = new CountersFile(disk,
            Files.exists(file) ? disk.map(file, true) : disk.create(file, COUNTERS * COUNTER_LENGTH), true);
        opened.add(ProxyCounter.COUNTERS_DAMAGED, damage == null ? 0 : 1);
        return opened;
    }

    /**
     * What is wrong with a file of counters.
     *
     * @param disk that holds it.
     * @param file of them.
     * @return null where nothing is known to be.
     * @throws IOException where it can't be read.
     */
    public static String damageOf(final Disk disk, final Path file) throws IOException {
        final long length = Files.size(file);
        if (length != COUNTERS * COUNTER_LENGTH) {
            return "has " + length + " bytes instead of " + COUNTERS * COUNTER_LENGTH;
        }
        final MappedByteBuffer mapping = disk.map(file, false);
        try {
            final UnsafeBuffer bytes = new UnsafeBuffer(mapping);
            final long state = bytes.getLong(STATE_OFFSET);
            if (state == CLOSED && bytes.getInt(CRC_OFFSET) != checksum(mapping)) {
                return "does not match its checksum";
            }
            return state == CLOSED || state == 0 ? null : "has no state that a proxy leaves";
        } finally {
            disk.unmap(mapping);
        }
    }

    private static int checksum(final MappedByteBuffer mapping) {
        return new Crc32c().wrap(mapping).compute(0, STATE_OFFSET);
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
        return new CountersFile(disk, disk.map(file, false), false);
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
     * Up to where the dispatch log was released, or is told to be gone.
     *
     * @param oldest position that the log is kept from.
     * @return a position of the dispatch log; the oldest one where the counters began after it, or are of a Herald that
     *     did not take note of it.
     */
    public long releasedPosition(final long oldest) {
        final long released = get(ProxyCounter.DISPATCH_RELEASED_POSITION);
        return released == 0 ? oldest : Math.min(released, oldest);
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
        if (counts) {
            buffer.putInt(CRC_OFFSET, checksum(mapping));
            buffer.putLongRelease(STATE_OFFSET, CLOSED);
        }
        disk.unmap(mapping);
    }
}
