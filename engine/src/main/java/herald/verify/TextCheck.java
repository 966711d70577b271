package herald.verify;

import herald.io.ErrorText;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a file of lines shows that people read and nothing else does.
 *
 * @param lines   in it.
 * @param defect  why it is no file of lines; null where it is one.
 * @param foreign what is in it that was not written as it is; null where nothing is.
 */
record TextCheck(long lines, String defect, String foreign) {
    private static final int MAX_SHOWN = 40;

    /**
     * Reads a file.
     *
     * @param file that is there.
     * @param line that it is made of.
     * @return what it shows.
     * @throws AccessDeniedException where this user may not read it.
     */
    static TextCheck of(final Path file, final Pattern line) throws AccessDeniedException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return new TextCheck(0, "it is no regular file", null);
        }
        long lines = 0;
        String foreign = null;
        try (BoundedLines reader = new BoundedLines(Files.newBufferedReader(file))) {
            for (String text = reader.next(); text != null; text = reader.next()) {
                lines++;
                if (foreign == null && !line.matcher(text).matches()) {
                    foreign = "line " + lines + " is none that a proxy writes, or not in whole: \"" +
                        text.substring(0, Math.min(text.length(), MAX_SHOWN)) + "\"";
                }
            }
            return new TextCheck(lines, null, foreign);
        } catch (final AccessDeniedException e) {
            throw e;
        } catch (final UncheckedIOException | CharacterCodingException e) {
            return new TextCheck(lines, "it is no text in UTF-8", null);
        } catch (final IOException e) {
            return new TextCheck(lines, "it can't be read: " + ErrorText.of(e), null);
        }
    }
}
