package herald.io;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

import static org.assertj.core.api.Assertions.assertThat;

/** What errors say that have no message, or only half a one. */
class ErrorTextTest {
    @Test
    void shouldSayWhatTheErrorSays() {
        assertThat(ErrorText.of(new IOException("the device failed"))).isEqualTo("the device failed");
        assertThat(ErrorText.of(new OutOfMemoryError("Map failed"))).isEqualTo("Map failed");
        assertThat(ErrorText.of(new FileSystemException("/d/f", null, "Input/output error")))
            .isEqualTo("/d/f: Input/output error");
    }

    @Test
    void shouldNameTheErrorWhereItSaysNothing() {
        assertThat(ErrorText.of(new ClosedChannelException())).isEqualTo("java.nio.channels.ClosedChannelException");
        assertThat(ErrorText.of(new StackOverflowError())).isEqualTo("java.lang.StackOverflowError");
        assertThat(ErrorText.of(new MalformedInputException(1)))
            .isEqualTo("bytes that are no UTF-8, the encoding of all text here");
        assertThat(ErrorText.of(new NoSuchFileException("/d/f")))
            .isEqualTo("/d/f: neither it nor where it leads to is there");
    }

    @Test
    void shouldBeOneLineWhateverAFileIsCalled() {
        assertThat(ErrorText.of(new IOException("spool /d/a\nERROR b\u001B[2J is refused")))
            .isEqualTo("spool /d/a\\nERROR b\\u001B[2J is refused");
        assertThat(ErrorText.of(new FileSystemException("/d/a\rb", null, "no space\u2028left")))
            .isEqualTo("/d/a\\rb: no space\\u2028left");
    }
}
