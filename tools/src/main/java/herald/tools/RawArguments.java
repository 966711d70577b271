package herald.tools;

import herald.tools.config.Utf8Text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments of this process as they were typed. Java decodes them in the encoding of the locale and replaces what
 * it can't decode. In the C locale, and in one that is not installed, that is everything beyond ASCII.
 */
final class RawArguments {
    private static final char REPLACEMENT = '\uFFFD';
    private static final Path COMMAND_LINE = Path.of("/proc/self/cmdline");

    private RawArguments() {
    }

    /**
     * Takes what Java replaced from the kernel, in UTF-8.
     *
     * @param decoded by Java.
     * @return the same where nothing was replaced.
     * @throws IllegalArgumentException naming the argument that is no UTF-8, or can't be known.
     */
    static String[] of(final String[] decoded) {
        for (final String argument : decoded) {
            if (argument.indexOf(REPLACEMENT) >= 0) {
                return decode(decoded);
            }
        }
        return decoded;
    }

    private static String[] decode(final String[] decoded) {
        final List<byte[]> raw = raw();
        if (raw.size() < decoded.length) {
            throw new IllegalArgumentException("an argument can't be read in this locale: set LC_ALL=C.UTF-8");
        }
        final String[] arguments = decoded.clone();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].indexOf(REPLACEMENT) >= 0) {
                arguments[i] = Utf8Text.decode(raw.get(raw.size() - arguments.length + i), "argument " + (i + 1));
            }
        }
        return arguments;
    }

    private static List<byte[]> raw() {
        final List<byte[]> arguments = new ArrayList<>();
        try {
            final byte[] line = Files.readAllBytes(COMMAND_LINE);
            int from = 0;
            for (int i = 0; i < line.length; i++) {
                if (line[i] == 0) {
                    arguments.add(Arrays.copyOfRange(line, from, i));
                    from = i + 1;
                }
            }
        } catch (final IOException e) {
            // Not on this system: too few arguments say so.
            arguments.clear();
        }
        return arguments;
    }
}
