package herald.recorder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The offsets in {@code docs/format.md} are those of the code.
 */
@Timeout(120)
class FormatPageTest {
    @Test
    void shouldNameTheOffsetsOfASpool() throws IOException {
        assertThat(offsets("Spool header")).containsExactly(
            SpoolDescriptor.MAGIC_OFFSET, SpoolDescriptor.VERSION_OFFSET, SpoolDescriptor.CAPACITY_OFFSET,
            SpoolDescriptor.RECORDER_ID_HIGH_OFFSET, SpoolDescriptor.RECORDER_ID_LOW_OFFSET,
            SpoolDescriptor.INODE_OFFSET, SpoolDescriptor.BOOT_ID_HIGH_OFFSET, SpoolDescriptor.BOOT_ID_LOW_OFFSET,
            SpoolDescriptor.HEADER_CRC_OFFSET, SpoolDescriptor.ATTEMPT_OFFSET, SpoolDescriptor.TRIM_SLOT_A_OFFSET,
            SpoolDescriptor.TRIM_SLOT_B_OFFSET, SpoolDescriptor.COUNTERS_OFFSET,
            SpoolDescriptor.USED_SEQUENCE_OFFSET, SpoolDescriptor.FAILED_OFFSET, SpoolDescriptor.ACKNOWLEDGER_OFFSET,
            SpoolDescriptor.ACKNOWLEDGED_POSITION_OFFSET, SpoolDescriptor.DEVICE_OFFSET,
            SpoolDescriptor.LOOKS_OFFSET, SpoolDescriptor.OPENING_OFFSET, SpoolDescriptor.PREVIOUS_OPENING_OFFSET,
            SpoolDescriptor.IDENTITY_COPY_OFFSET);
        assertThat(section("Spool header"))
            .contains("format version: " + SpoolDescriptor.FORMAT_VERSION)
            .contains("bytes 0 to " + (SpoolDescriptor.HEADER_CRC_OFFSET - 1))
            .contains("| " + SpoolDescriptor.IDENTITY_LENGTH + " | copy of bytes 0 to " +
                (SpoolDescriptor.IDENTITY_LENGTH - 1))
            .contains("| " + SpoolDescriptor.COUNTERS_OFFSET + " | " + 8 * RecorderCounter.values().length + " |");
    }

    @Test
    void shouldNameTheOffsetsOfATrimSlot() throws IOException {
        assertThat(offsets("Trim slot")).containsExactly(
            SpoolDescriptor.TRIM_POSITION_OFFSET, SpoolDescriptor.TRIM_SEQUENCE_OFFSET,
            SpoolDescriptor.TRIM_CHECK_OFFSET);
    }

    @Test
    void shouldNameTheOffsetsOfAFrame() throws IOException {
        assertThat(offsets("Frame")).containsExactly(
            SpoolDescriptor.LENGTH_OFFSET, SpoolDescriptor.CRC_OFFSET, SpoolDescriptor.SEQUENCE_OFFSET,
            SpoolDescriptor.FRAME_HEADER_LENGTH);
        assertThat(section("Frame")).contains("multiples of " + SpoolDescriptor.FRAME_ALIGNMENT);
    }

    private static List<Integer> offsets(final String title) throws IOException {
        return Pattern.compile("^\\| (\\d+) \\|", Pattern.MULTILINE).matcher(section(title)).results()
            .map(result -> Integer.valueOf(result.group(1))).toList();
    }

    private static String section(final String title) throws IOException {
        final String page = Files.readString(Path.of("../docs/format.md"));
        final int start = page.indexOf("### " + title + "\n");
        return page.substring(start, page.indexOf("\n##", start + 1));
    }
}
