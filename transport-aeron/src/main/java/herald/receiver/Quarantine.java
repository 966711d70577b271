package herald.receiver;

import herald.io.SmallFile;
import herald.io.Uninterrupted;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;

/**
 * Keeps refused bytes for somebody to look at, a line each: time, reason, length and the bytes in hexadecimal. The file
 * is bounded: what comes after it is full is not kept.
 */
public final class Quarantine implements AutoCloseable {
    private static final int MAX_BYTES_SHOWN = 4096;

    private final Path file;
    private final long limit;
    private FileChannel channel;

    /**
     * Opens or creates the file, to append.
     *
     * @param file  to keep them in.
     * @param limit of its length in bytes.
     * @throws IOException where it can't be opened.
     */
    public Quarantine(final Path file, final long limit) throws IOException {
        this.file = file;
        this.limit = limit;
        this.channel = open();
    }

    private FileChannel open() throws IOException {
        if (Files.exists(file)) {
            SmallFile.requireRegular(file);
        }
        return FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /**
     * Keeps a frame.
     *
     * @param timeNs wall clock, ns since the epoch.
     * @param reason why it was refused.
     * @param buffer that holds it.
     * @param offset of its first byte.
     * @param length in bytes.
     * @return false where there was no room or the disk failed.
     */
    boolean put(
        final long timeNs, final String reason, final DirectBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[Math.min(length, MAX_BYTES_SHOWN)];
        buffer.getBytes(offset, bytes);
        final String line = Instant.ofEpochSecond(0, timeNs) + " length=" + length + " reason=\"" + reason +
            "\" bytes=" + HexFormat.of().formatHex(bytes) + '\n';
        try {
            return Uninterrupted.call(() -> append(line));
        } catch (final IOException e) {
            return false;
        }
    }

    /** An interrupt closes the channel. */
    private boolean append(final String line) throws IOException {
        if (!channel.isOpen()) {
            channel = open();
        }
        if (channel.size() + line.length() > limit) {
            return false;
        }
        channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
