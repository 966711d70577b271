package herald.writers.stdout;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Makes the standard streams of a command's process safe to use, and knows at its end what could not be written.
 *
 * <p>A descriptor that was closed by who started the process ({@code >&-}) goes to the next file that the process
 * opens, which would be written over. Each such descriptor is taken up here, before any file of Herald's is opened, in
 * a way in which its use fails.
 */
public final class StandardStreams {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final String NULL_DEVICE = "/dev/null";
    /** Taken up for ever: a stream that nobody holds is closed. */
    private static final List<Closeable> TAKEN_UP = new ArrayList<>();

    private final StandardOutput out = StandardOutput.out();
    private final StandardOutput err = StandardOutput.err();

    private StandardStreams() {
    }

    /**
     * Puts streams that say what failed in the place of {@link System#in}, {@link System#out} and {@link System#err}.
     * The first thing that a main method does.
     *
     * @return to be asked at the end.
     */
    public static StandardStreams install() {
        final StandardStreams streams = new StandardStreams();
        if (Files.isDirectory(DESCRIPTORS)) {
            takeUp();
        }
        System.setIn(isJvms(0) ? new ClosedInput() : StandardInput.INSTANCE);
        System.setOut(print(streams.out, "stdout"));
        System.setErr(print(streams.err, "stderr"));
        return streams;
    }

    /**
     * What the process is to end with: a command whose output is lost has not gone well. Says what was lost.
     *
     * @param exitCode of the command.
     * @param lostCode where the command went well, and what it had to say could not be written.
     * @return one of both.
     */
    public int exitCode(final int exitCode, final int lostCode) {
        System.out.flush();
        if (out.failure() != null) {
            System.err.println("herald: cannot write to standard output: " + out.failure().getMessage());
        }
        System.err.flush();
        return exitCode == 0 && (out.failure() != null || err.failure() != null) ? lostCode : exitCode;
    }

    private static PrintStream print(final StandardOutput stream, final String name) {
        return new PrintStream(new BufferedOutputStream(stream), true, encoding(name));
    }

    /** As Java chose it: for a terminal it may be another one than the default. */
    private static Charset encoding(final String name) {
        final String chosen = System.getProperty(name + ".encoding", System.getProperty("sun." + name + ".encoding"));
        return chosen == null ? Charset.defaultCharset() : Charset.forName(chosen);
    }

    /** The lowest free descriptor is what the kernel gives: these are taken in their order. */
    private static void takeUp() {
        try {
            if (isFree(0)) {
                TAKEN_UP.add(new FileOutputStream(NULL_DEVICE));
            }
            for (int descriptor = 1; descriptor <= 2; descriptor++) {
                if (isFree(descriptor)) {
                    TAKEN_UP.add(new FileInputStream(NULL_DEVICE));
                }
            }
        } catch (final IOException e) {
            throw new IllegalStateException("a standard stream is closed, and " + NULL_DEVICE + " can't be opened", e);
        }
    }

    private static boolean isFree(final int descriptor) {
        return Files.notExists(DESCRIPTORS.resolve(Integer.toString(descriptor)), LinkOption.NOFOLLOW_LINKS);
    }

    /** A free descriptor may have gone to a file that Java reads its classes from. */
    private static boolean isJvms(final int descriptor) {
        try {
            final Path file = Files.readSymbolicLink(DESCRIPTORS.resolve(Integer.toString(descriptor)));
            if (file.startsWith(Path.of(System.getProperty("java.home")).toRealPath())) {
                return true;
            }
            return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .anyMatch(entry -> file.equals(Path.of(entry).toAbsolutePath().normalize()));
        } catch (final IOException e) {
            return false;
        }
    }

    /** In the place of a descriptor that is not the caller's. */
    private static final class ClosedInput extends InputStream {
        @Override
        public int read() throws IOException {
            throw new IOException("it is closed");
        }

        @Override
        public int read(final byte[] bytes, final int offset, final int length) throws IOException {
            return read();
        }
    }
}
