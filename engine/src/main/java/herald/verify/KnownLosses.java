package herald.verify;

import herald.io.Disk;
import herald.io.SizeText;
import herald.io.SmallFile;
import herald.log.LogDescriptor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * What repairs found lost for good, a line each in {@code quarantine/losses.txt}: time, file, range, kind and a
 * checksum of what stood there. The same finding, of the same kind and over the same bytes, is no damage any more; any
 * other is. Without the file everything counts again.
 *
 * <pre>
 *   2026-01-31T12:00:00Z journal/00000000000000000000.log 4096..4352: checksum does not match [crc32c=0a1b2c3d]
 * </pre>
 */
final class KnownLosses {
    private static final String NAME = "losses.txt";
    private static final Pattern LINE = Pattern.compile(
        "\\S+ (\\S.*) (-?\\d{1,18})\\.\\.(-?\\d{1,18}): (.*?)(?: \\[crc32c=([0-9a-f]{8})])?");
    private static final int CHUNK_LENGTH = 64 * 1024;

    /** A line of the list; no checksum where no bytes stood there, or an earlier version wrote it. */
    private record Loss(String area, long from, long to, String kind, String checksum) {
    }

    private final Path root;
    private final List<Loss> losses = new ArrayList<>();

    private KnownLosses(final Path root) {
        this.root = root;
    }

    /**
     * Reads the list.
     *
     * @param root of the data directory.
     * @return what is known to be lost; nothing where there is no list.
     * @throws IOException where the list can't be read.
     */
    static KnownLosses read(final Path root) throws IOException {
        final KnownLosses known = new KnownLosses(root);
        final Path file = fileIn(root);
        if (!Files.notExists(file) && defectOf(root) == null) {
            // A byte that is none of the text spoils its line alone.
            for (final String line :
                new String(SmallFile.readOwn(file, SmallFile.MAX_LENGTH), StandardCharsets.UTF_8).lines().toList()) {
                final Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    known.losses.add(new Loss(areaOf(matcher.group(1)), Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)), Finding.kindOf(matcher.group(4)), matcher.group(5)));
                }
            }
        }
        return known;
    }

    /**
     * What keeps the list from being read as one: all that it may hold counts as damage then.
     *
     * @param root of the data directory.
     * @return null where nothing does.
     */
    static String defectOf(final Path root) {
        final Path file = fileIn(root);
        return Files.exists(file) && !Files.isRegularFile(file) ? "it is no regular file" :
            file.toFile().length() > SmallFile.MAX_LENGTH ?
                "it is longer than " + SizeText.format(SmallFile.MAX_LENGTH) : null;
    }

    static Path fileIn(final Path root) {
        return root.resolve("quarantine").resolve(NAME);
    }

    /** Positions of a log are the same in all its files. */
    private static String areaOf(final String file) {
        return file.matches("(journal|dispatch)(/.*)?") ? file.replaceFirst("/.*", "") : file;
    }

    /**
     * Takes note of losses.
     *
     * @param disk     that holds the list.
     * @param time     of the repair.
     * @param findings whose remedies leave a loss.
     * @throws IOException where the list can't be written.
     */
    void add(final Disk disk, final Instant time, final List<Finding> findings) throws IOException {
        disk.createDirectories(fileIn(root).getParent());
        for (final Finding finding : findings) {
            final String checksum = checksumOf(finding);
            disk.append(fileIn(root), time + " " + finding.relative(root) + " " + finding.from() + ".." +
                finding.to() + ": " + finding.kind() + (checksum == null ? "" : " [crc32c=" + checksum + "]") + "\n");
        }
    }

    /**
     * Whether a finding is on the list.
     *
     * @param finding to look up.
     * @return true where it is no damage any more.
     * @throws IOException where its file can't be read.
     */
    boolean contains(final Finding finding) throws IOException {
        final String area = areaOf(finding.relative(root));
        String checksum = null;
        for (final Loss loss : losses) {
            if (loss.area().equals(area) && loss.kind().equals(finding.kind()) && isRangeOf(loss, finding)) {
                if (loss.checksum() == null) {
                    return true;
                }
                checksum = checksum == null ? checksumOf(finding) : checksum;
                if (loss.checksum().equals(checksum)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Where no bytes are, a start may have put the header of a segment behind the range. */
    private static boolean isRangeOf(final Loss loss, final Finding finding) {
        final long slack = Files.isRegularFile(finding.file()) ? 0 : LogDescriptor.SEGMENT_HEADER_LENGTH;
        return loss.from() == finding.from() && finding.to() >= loss.to() && finding.to() <= loss.to() + slack;
    }

    /** Of the bytes in the range; null where there are none. */
    private static String checksumOf(final Finding finding) throws IOException {
        if (!Files.isRegularFile(finding.file())) {
            return null;
        }
        final long base = LogDescriptor.isSegmentName(finding.file()) ? LogDescriptor.basePosition(finding.file()) : 0;
        final CRC32C crc = new CRC32C();
        try (FileChannel channel = FileChannel.open(finding.file())) {
            final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_LENGTH);
            long offset = Math.max(0, finding.from() - base);
            final long end = Math.min(channel.size(), finding.to() - base);
            while (offset < end) {
                chunk.clear().limit((int)Math.min(CHUNK_LENGTH, end - offset));
                final int read = channel.read(chunk, offset);
                if (read <= 0) {
                    break;
                }
                crc.update(chunk.flip());
                offset += read;
            }
        }
        return HexFormat.of().toHexDigits((int)crc.getValue());
    }
}
