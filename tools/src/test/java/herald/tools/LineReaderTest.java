package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lines of a stream, however its bytes come.
 */
@Timeout(120)
class LineReaderTest {
    @Test
    void shouldSplitLines() throws IOException {
        assertThat(read("", 1)).isEmpty();
        assertThat(read("a\n", 1)).containsExactly("a");
        assertThat(read("a\n\nbc", 1)).containsExactly("a", "", "bc");
        assertThat(read("a\n\nbc\n", 100)).containsExactly("a", "", "bc");
    }

    @Test
    void shouldPassOverLinesThatAreTooLong() throws IOException {
        assertThat(read("12345678\n123456789\nx\n", 3)).containsExactly("12345678", "<too long>", "x");
        assertThat(read("x\n1234567890123456789012345", 7)).containsExactly("x", "<too long>");
        assertThat(read("1234567890123456789012345\n\n", 100)).containsExactly("<too long>", "");
    }

    private static List<String> read(final String text, final int bytesAtOnce) throws IOException {
        final InputStream input = new ByteArrayInputStream(text.getBytes(UTF_8)) {
            @Override
            public synchronized int read(final byte[] buffer, final int offset, final int length) {
                return super.read(buffer, offset, Math.min(length, bytesAtOnce));
            }
        };
        final LineReader reader = new LineReader(input, 8);
        final List<String> lines = new ArrayList<>();
        for (ByteBuffer line = reader.next(); line != null; line = reader.next()) {
            lines.add(reader.isTooLong() ? "<too long>" : UTF_8.decode(line).toString());
        }
        return lines;
    }
}
