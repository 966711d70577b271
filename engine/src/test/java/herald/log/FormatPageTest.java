package herald.log;

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
    void shouldNameTheOffsetsOfASegment() throws IOException {
        assertThat(offsets("Segment header")).containsExactly(
            LogDescriptor.MAGIC_OFFSET, LogDescriptor.VERSION_OFFSET, LogDescriptor.SEGMENT_LENGTH_OFFSET,
            LogDescriptor.LOG_ID_HIGH_OFFSET, LogDescriptor.LOG_ID_LOW_OFFSET, LogDescriptor.BASE_POSITION_OFFSET,
            LogDescriptor.CREATED_NS_OFFSET, LogDescriptor.PREVIOUS_END_OFFSET, LogDescriptor.HEADER_CRC_OFFSET);
        assertThat(section("Segment header"))
            .contains("format version: " + LogDescriptor.FORMAT_VERSION)
            .contains("bytes 0 to " + (LogDescriptor.HEADER_CRC_OFFSET - 1))
            .contains("takes " + LogDescriptor.SEGMENT_HEADER_LENGTH + " bytes");
    }

    @Test
    void shouldNameTheOffsetsOfARecord() throws IOException {
        assertThat(offsets("Record")).containsExactly(
            LogDescriptor.LENGTH_OFFSET, LogDescriptor.CRC_OFFSET, LogDescriptor.POSITION_OFFSET,
            LogDescriptor.SETTLED_OFFSET, LogDescriptor.RECORD_HEADER_LENGTH);
        assertThat(section("Record")).contains("multiple of " + LogDescriptor.RECORD_ALIGNMENT);
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
