package herald.io;

import org.agrona.BufferUtil;
import org.agrona.IoUtil;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The machine's own file system. Files are created 0600 and directories 0700: their owner's alone.
 */
public final class SystemDisk implements Disk {
    /** There is one file system. */
    public static final SystemDisk INSTANCE = new SystemDisk();

    private static final int ZEROS_LENGTH = 256 * 1024;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_FILE =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_DIRECTORY =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Set<OpenOption> CREATE_NEW =
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);

    private SystemDisk() {
    }

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        try {
            return Uninterrupted.call(() -> createOrLeaveNothing(file, length));
        } catch (final FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException e) {
            throw new IOException("cannot create " + file + " of " + length + " bytes: " + ErrorText.of(e) +
                "; free space or choose another directory", e);
        }
    }

    private static MappedByteBuffer createOrLeaveNothing(final Path file, final int length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, OWNER_FILE)) {
            return extend(channel, length);
        } catch (final FileAlreadyExistsException e) {
            throw e;
        } catch (final IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** Mapping sets the length at once; what is written behind the end does so only when the kernel writes it out. */
    private static MappedByteBuffer extend(final FileChannel channel, final int length) throws IOException {
        final MappedByteBuffer mapping = channel.map(FileChannel.MapMode.READ_WRITE, 0, length);
        boolean written = false;
        try {
            writeZeros(channel, 0, length);
            written = true;
            return mapping;
        } finally {
            if (!written) {
                IoUtil.unmap(mapping);
            }
        }
    }

    @Override
    public void writeZeros(final Path file, final int offset, final int length) throws IOException {
        try {
            Uninterrupted.call(() -> {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    writeZeros(channel, offset, length);
                    return null;
                }
            });
        } catch (final IOException e) {
            throw new IOException("cannot write " + length + " bytes of zeros into " + file + " from " + offset +
                " on: " + ErrorText.of(e) + "; free space", e);
        }
    }

    private static void writeZeros(final FileChannel channel, final int offset, final int length) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(Math.min(length, ZEROS_LENGTH));
        try {
            channel.position(offset);
            long written = 0;
            while (written < length) {
                zeros.clear().limit((int)Math.min(zeros.capacity(), length - written));
                written += channel.write(zeros);
            }
        } finally {
            BufferUtil.free(zeros);
        }
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        final Set<OpenOption> options = writable ?
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE) : Set.of(StandardOpenOption.READ);
        final FileChannel.MapMode mode = writable ? FileChannel.MapMode.READ_WRITE : FileChannel.MapMode.READ_ONLY;
        SmallFile.requireRegular(file);
        return Uninterrupted.call(() -> {
            try (FileChannel channel = FileChannel.open(file, options)) {
                SmallFile.requireMappable(file, channel.size());
                return channel.map(mode, 0, channel.size());
            }
        });
    }

    @Override
    public void unmap(final MappedByteBuffer buffer) {
        IoUtil.unmap(buffer);
    }

    @Override
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        try {
            buffer.force(offset, length);
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Unmaps first: the kernel interrupts all cores of the process for each dirty page written while mapped. The file
     * is open before that: one that nobody holds may be dropped from memory, and an error of an earlier write with it.
     * It stays open where an interrupt closes the channel: an error may have been told to that one, and is told to each
     * descriptor that was open then.
     */
    @Override
    public void forceAndUnmap(final Path file, final MappedByteBuffer buffer) throws IOException {
        boolean unmapped = false;
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            unmap(buffer);
            unmapped = true;
            forceData(file, open.getFD());
        } catch (final FileNotFoundException | NoSuchFileException e) {
            if (Files.exists(file)) {
                throw e;
            }
            // Deleted meanwhile: nothing is to be kept.
        } finally {
            if (!unmapped) {
                unmap(buffer);
            }
        }
    }

    private static void forceData(final Path file, final FileDescriptor open) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(false);
        } catch (final ClosedByInterruptException e) {
            open.sync();
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Uninterrupted.call(() -> {
            try (FileChannel directory = FileChannel.open(to.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                directory.force(true);
                return null;
            }
        });
    }

    @Override
    public void delete(final Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix)).sorted().toList();
        } catch (final NoSuchFileException e) {
            return List.of();
        } catch (final NotDirectoryException e) {
            throw new IOException("cannot list " + directory + ": it is no directory", e);
        } catch (final AccessDeniedException e) {
            throw new IOException("cannot list " + directory + ": this user may not read it", e);
        } catch (final UncheckedIOException e) {
            throw new IOException("cannot list " + directory + ": " + e.getCause().getMessage(), e);
        }
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        Files.createDirectories(directory, OWNER_DIRECTORY);
    }

    @Override
    public void append(final Path file, final String text) throws IOException {
        if (!Files.exists(file)) {
            try {
                Files.createFile(file, OWNER_FILE);
            } catch (final FileAlreadyExistsException e) {
                // Somebody else was faster.
            }
        }
        SmallFile.requireRegular(file);
        // A stream: half of a text that an interrupt ended could not be taken back.
        try (OutputStream out = new FileOutputStream(file.toFile(), true)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
