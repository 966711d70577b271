package herald.tools.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A name of processes that is looked for. The kernel keeps 15 bytes of a name: the whole one is that of the executable,
 * the first argument, or for a script one of the next.
 */
final class ProcessName {
    /** The kernel keeps that many bytes of a name. */
    static final int MAX_KEPT_LENGTH = 15;
    private static final int MAX_ARGUMENTS = 4;
    private static final String DELETED = " (deleted)";

    private final String text;
    /** Its bytes, as characters. */
    private final String name;
    private final String kept;

    ProcessName(final String text) {
        this.text = text;
        this.name = asCharacters(text.getBytes(StandardCharsets.UTF_8));
        this.kept = name.substring(0, Math.min(name.length(), MAX_KEPT_LENGTH));
    }

    /**
     * What was asked for.
     *
     * @return the name.
     */
    String text() {
        return text;
    }

    /**
     * Whether a process is called so.
     *
     * @param shown    name that the kernel shows.
     * @param process  its directory.
     * @param cutNames gets the whole name of a process that is called like this one and longer.
     * @return false where it is called otherwise.
     * @throws IOException where that can't be known.
     */
    boolean matches(final String shown, final Path process, final Map<String, String> cutNames) throws IOException {
        if (shown.length() != MAX_KEPT_LENGTH || !shown.equals(kept)) {
            return shown.equals(name);
        }
        final String whole = wholeName(process);
        if (whole.length() > name.length() && whole.startsWith(name)) {
            cutNames.putIfAbsent(text, FileNames.text(whole.getBytes(StandardCharsets.ISO_8859_1)));
        }
        return whole.equals(name);
    }

    /**
     * The name that the kernel has cut. A process that has taken a name itself has no other than what is shown, and one
     * without a command line is about to end.
     */
    private String wholeName(final Path process) throws IOException {
        final String line = commandLine(process);
        final String executable = executable(process);
        if (line == null) {
            return name;
        }
        if (line.isEmpty() && executable.isEmpty()) {
            throw new IOException(process + " has no command line");
        }
        final String[] arguments = line.split("\0", MAX_ARGUMENTS + 1);
        final List<String> own =
            List.of(lastPart(arguments[0]), lastPart(arguments[0].split("[: ]", 2)[0]), executable);
        if (own.contains(name)) {
            return name;
        }
        return Stream.concat(own.stream(), Arrays.stream(arguments).limit(MAX_ARGUMENTS).map(ProcessName::lastPart))
            .filter(candidate -> candidate.startsWith(kept)).findFirst().orElse(kept);
    }

    /** Null where the kernel shows none of any process. */
    private static String commandLine(final Path process) throws IOException {
        try {
            return readBytes(process.resolve("cmdline"));
        } catch (final NoSuchFileException e) {
            if (Files.exists(process)) {
                return null;
            }
            throw e;
        }
    }

    /** Empty where this user may not know it. */
    private static String executable(final Path process) {
        try {
            final String file = FileNames.lastName(Files.readSymbolicLink(process.resolve("exe")));
            return asCharacters((file.endsWith(DELETED) ? file.substring(0, file.length() - DELETED.length()) : file)
                .getBytes(StandardCharsets.UTF_8));
        } catch (final IOException | UnsupportedOperationException e) {
            return "";
        }
    }

    /**
     * The bytes of a file as characters, one each.
     *
     * @param file to be read.
     * @return its characters.
     * @throws IOException where it can't be read.
     */
    static String readBytes(final Path file) throws IOException {
        return asCharacters(Files.readAllBytes(file));
    }

    private static String asCharacters(final byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * The name of a program without its directories.
     *
     * @param command how it is called.
     * @return the name.
     */
    static String lastPart(final String command) {
        return command.substring(command.lastIndexOf('/') + 1);
    }
}
