package herald.engine;

import herald.io.SystemDisk;
import io.aeron.driver.buffer.RawLog;
import io.aeron.logbuffer.LogBufferDescriptor;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * A log buffer without holes: three terms and their metadata, laid out as Aeron's clients expect it. Driver's thread.
 */
final class DriverLog implements RawLog {
    private final Path file;
    private final int termLength;
    private final LongConsumer onMapped;
    private final int length;
    private final UnsafeBuffer[] terms = new UnsafeBuffer[LogBufferDescriptor.PARTITION_COUNT];
    private final UnsafeBuffer metaData = new UnsafeBuffer(0, 0);
    private MappedByteBuffer mapping;

    private DriverLog(
        final Path file, final int termLength, final MappedByteBuffer mapping, final LongConsumer onMapped) {
        this.file = file;
        this.termLength = termLength;
        this.onMapped = onMapped;
        this.length = mapping.capacity();
        this.mapping = mapping;
        for (int i = 0; i < terms.length; i++) {
            terms[i] = new UnsafeBuffer(mapping, i * termLength, termLength);
        }
        final int metaDataLength = LogBufferDescriptor.LOG_META_DATA_LENGTH;
        metaData.wrap(mapping, length - metaDataLength, metaDataLength);
    }

    /**
     * Makes a log.
     *
     * @param file       that is not there yet.
     * @param length     of it, in bytes.
     * @param termLength of each of its terms, in bytes.
     * @param onMapped   told the length, negative, once it is mapped no more.
     * @return the log, all zeros.
     * @throws IOException where there is no room; nothing is left then.
     */
    static DriverLog create(
        final Path file, final int length, final int termLength, final LongConsumer onMapped) throws IOException {
        final MappedByteBuffer mapping = SystemDisk.INSTANCE.create(file, length);
        mapping.order(ByteOrder.LITTLE_ENDIAN);
        return new DriverLog(file, termLength, mapping, onMapped);
    }

    @Override
    public int termLength() {
        return termLength;
    }

    @Override
    public UnsafeBuffer[] termBuffers() {
        return terms;
    }

    @Override
    public UnsafeBuffer metaData() {
        return metaData;
    }

    @Override
    public ByteBuffer[] sliceTerms() {
        final ByteBuffer[] slices = new ByteBuffer[terms.length];
        for (int i = 0; i < slices.length; i++) {
            slices[i] = mapping.slice(i * termLength, termLength);
        }
        return slices;
    }

    @Override
    public String fileName() {
        return file.toFile().getAbsolutePath();
    }

    @Override
    public boolean free() {
        if (mapping != null) {
            for (final UnsafeBuffer term : terms) {
                term.wrap(0, 0);
            }
            metaData.wrap(0, 0);
            IoUtil.unmap(mapping);
            mapping = null;
            onMapped.accept(-length);
        }
        return file.toFile().delete() || !file.toFile().exists();
    }

    @Override
    public void close() {
        free();
    }
}
