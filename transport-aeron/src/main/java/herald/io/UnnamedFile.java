package herald.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

/**
 * A file that replaces another one whole, before it has that one's name: {@code .NAME.RANDOM.tmp} beside it. Its name
 * is nobody's, and it is made anew: what a user keeps under a name such as {@code NAME.tmp}, a link too, stays.
 */
public final class UnnamedFile {
    private static final Pattern FORM = Pattern.compile("\\.(.+)\\.[0-9a-f]{16}\\.tmp");

    private UnnamedFile() {
    }

    /**
     * A name for the next one.
     *
     * @param file to be replaced.
     * @return under which nothing is.
     */
    public static Path of(final Path file) {
        return file.resolveSibling(
            String.format(Locale.ROOT, ".%s.%016x.tmp", file.getFileName(), ThreadLocalRandom.current().nextLong()));
    }

    /**
     * Replaces a file, for its owner alone. When this returns, it outlives a power cut; a crash leaves the old one or
     * the new one.
     *
     * @param file  that may be missing; a link is replaced, not followed.
     * @param bytes that it has then.
     * @throws IOException where it can't be written: the old one is as it was.
     */
    public static void replace(final Path file, final byte[] bytes) throws IOException {
        final Path unnamed = of(file);
        boolean named = false;
        try (FileChannel channel = FileChannel.open(unnamed,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            final ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
            Files.move(unnamed, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            named = true;
        } finally {
            if (!named) {
                Files.deleteIfExists(unnamed);
            }
        }
        forceDirectory(file.toAbsolutePath().getParent());
    }

    /**
     * Has a directory's names outlive a power cut.
     *
     * @param directory in which a file was made, renamed or deleted.
     * @throws IOException where the device fails.
     */
    public static void forceDirectory(final Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /**
     * Removes what crashes left. Nobody may be about to replace a file there.
     *
     * @param directory of the files.
     * @param isName    whether a file of that name is replaced.
     * @throws IOException where the directory can't be read, or one can't be removed.
     */
    public static void removeLeft(final Path directory, final Predicate<String> isName) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, ".*.tmp")) {
            for (final Path file : files) {
                final Matcher form = FORM.matcher(file.getFileName().toString());
                if (form.matches() && isName.test(form.group(1)) && isOwn(file)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isOwn(final Path file) throws IOException {
        try {
            return Files.isRegularFile(file, NOFOLLOW_LINKS) && ProcessOwner.owns(file);
        } catch (final NoSuchFileException e) {
            return false;
        }
    }
}
