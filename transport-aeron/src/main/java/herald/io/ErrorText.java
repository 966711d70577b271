package herald.io;

import java.nio.charset.CharacterCodingException;

/**
 * What an error says, for logs and messages. Some of the JDK's have no message, such as
 * {@link java.nio.channels.ClosedChannelException}, and those of files often have but a path. One line, whatever names
 * somebody gave to the file or the parameter that it tells of.
 */
public final class ErrorText {
    private ErrorText() {
    }

    /**
     * Says what is wrong.
     *
     * @param error with a message or without.
     * @return never empty, {@link Escape escaped}; the class of an error that says nothing itself.
     */
    public static String of(final Throwable error) {
        return Escape.escape(textOf(error));
    }

    private static String textOf(final Throwable error) {
        if (error instanceof CharacterCodingException) {
            return "bytes that are no UTF-8, the encoding of all text here";
        }
        if (error instanceof Exception failure) {
            return FileAccess.reason(failure);
        }
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }
}
