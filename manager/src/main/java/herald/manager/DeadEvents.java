package herald.manager;

import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keeps the events that can't be stored, a line each: when, from which node, why, and the wire event in base64. Of two
 * files the older goes when the newer one is full. Receiver's thread.
 */
final class DeadEvents implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(DeadEvents.class);
    private static final long MAX_LENGTH = 64L << 20;
    private static final int START_LENGTH = 64;
    private static final Pattern START = Pattern.compile("[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z writer=");
    private static final long NS_PER_S = 1_000_000_000L;

    private final Path file;
    private FileChannel channel;
    private boolean forced = true;

    DeadEvents(final Path file) {
        this.file = file;
    }

    /**
     * Refuses files that are not this one's, before it appends to them or puts others in their place.
     *
     * @param file that may be missing.
     * @throws IOException naming what is there instead, and what to do.
     */
    static void requireOwn(final Path file) throws IOException {
        for (final Path each : List.of(file, older(file))) {
            if (Files.exists(each, LinkOption.NOFOLLOW_LINKS) && !isOwn(each)) {
                throw new IOException(each + " holds no dead letters of a manager, whose name it has: choose another " +
                    "directory with --data-dir, or move that file away");
            }
        }
    }

    private static boolean isOwn(final Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (InputStream stream = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            final String start = new String(stream.readNBytes(START_LENGTH), StandardCharsets.ISO_8859_1);
            return start.isEmpty() || START.matcher(start).lookingAt();
        }
    }

    private static Path older(final Path file) {
        return file.resolveSibling(file.getFileName() + ".1");
    }

    /** Kept from the next {@link #force} on. */
    void put(
        final long timeNs, final String writer, final String reason, final DirectBuffer buffer, final int length)
        throws IOException {
        final byte[] event = new byte[length];
        buffer.getBytes(0, event);
        final String line = Instant.ofEpochSecond(timeNs / NS_PER_S, timeNs % NS_PER_S) + " writer=" +
            printable(writer) + " reason=\"" + printable(reason) + "\" event=" +
            Base64.getEncoder().encodeToString(event) + '\n';
        open();
        final ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        forced = false;
        LOGGER.warn("an event of writer {} can't be stored, it is in {}: {}", printable(writer), file,
            printable(reason));
    }

    private static String printable(final String text) {
        return text == null ? "" : text.replaceAll("[\\p{Cntrl}\"\\\\]", "_");
    }

    private void open() throws IOException {
        if (channel != null && channel.size() >= MAX_LENGTH) {
            force();
            CloseHelper.quietClose(channel);
            channel = null;
            final Path older = older(file);
            LOGGER.warn("{} is full: it is {} now, in the place of what was there", file, older);
            Files.move(file, older, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
        if (channel == null) {
            channel = FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
    }

    /** Forces what was put. */
    void force() throws IOException {
        if (!forced) {
            channel.force(true);
            forced = true;
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(channel);
    }
}
