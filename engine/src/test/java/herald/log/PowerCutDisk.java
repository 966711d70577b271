package herald.log;

import herald.io.Disk;
import herald.io.SystemDisk;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine's disk with a device behind it that a test can look at: what it would hold after a power cut. Does what
 * Linux does where a force fails: the pages count as written from then on, and are forced again only once they are
 * written to.
 */
public final class PowerCutDisk implements Disk {
    private final Map<Path, Device> devices = new HashMap<>();
    private final IdentityHashMap<MappedByteBuffer, Path> files = new IdentityHashMap<>();
    private boolean failing;

    /** What the device holds of a file, and the pages that the kernel takes for written although they are not. */
    private static final class Device {
        private final byte[] bytes;
        private final Map<Integer, byte[]> passedOver = new HashMap<>();

        Device(final int length) {
            bytes = new byte[length];
        }
    }

    /**
     * Says whether the device can be forced.
     *
     * @param value true where it fails.
     */
    public void failing(final boolean value) {
        failing = value;
    }

    /**
     * What is left of a directory when the power goes: what was forced.
     *
     * @param from the directory.
     * @param to   a new directory that gets it.
     * @throws IOException where it can't be written.
     */
    public void cutPower(final Path from, final Path to) throws IOException {
        Files.createDirectories(to);
        for (final Path file : list(from, "")) {
            Files.write(to.resolve(file.getFileName()), devices.get(file).bytes);
        }
    }

    @Override
    public MappedByteBuffer create(final Path file, final int length) throws IOException {
        devices.put(file, new Device(length));
        return note(file, SystemDisk.INSTANCE.create(file, length));
    }

    @Override
    public void writeZeros(final Path file, final int offset, final int length) throws IOException {
        SystemDisk.INSTANCE.writeZeros(file, offset, length);
    }

    @Override
    public MappedByteBuffer map(final Path file, final boolean writable) throws IOException {
        return note(file, SystemDisk.INSTANCE.map(file, writable));
    }

    private MappedByteBuffer note(final Path file, final MappedByteBuffer buffer) {
        files.put(buffer, file);
        return buffer;
    }

    @Override
    public void unmap(final MappedByteBuffer buffer) {
        files.remove(buffer);
        SystemDisk.INSTANCE.unmap(buffer);
    }

    @Override
    public void forceAnew(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        devices.get(files.get(buffer)).passedOver.clear();
        Disk.super.forceAnew(buffer, offset, length);
    }

    @Override
    public void force(final MappedByteBuffer buffer, final int offset, final int length) throws IOException {
        final Device device = devices.get(files.get(buffer));
        for (int page = offset / MIN_PAGE_LENGTH; page * MIN_PAGE_LENGTH < offset + length; page++) {
            final int from = page * MIN_PAGE_LENGTH;
            final byte[] now = new byte[Math.min(MIN_PAGE_LENGTH, buffer.capacity() - from)];
            buffer.get(from, now);
            final boolean onDevice = Arrays.equals(now, Arrays.copyOfRange(device.bytes, from, from + now.length));
            if (failing && !onDevice) {
                device.passedOver.put(page, now);
            } else if (!Arrays.equals(now, device.passedOver.get(page))) {
                device.passedOver.remove(page);
                System.arraycopy(now, 0, device.bytes, from, now.length);
            }
        }
        if (failing) {
            throw new IOException("Input/output error");
        }
    }

    @Override
    public void rename(final Path from, final Path to) throws IOException {
        SystemDisk.INSTANCE.rename(from, to);
        devices.put(to, devices.remove(from));
        files.replaceAll((buffer, file) -> file.equals(from) ? to : file);
    }

    @Override
    public void delete(final Path file) throws IOException {
        SystemDisk.INSTANCE.delete(file);
        devices.remove(file);
    }

    @Override
    public List<Path> list(final Path directory, final String suffix) throws IOException {
        return SystemDisk.INSTANCE.list(directory, suffix);
    }

    @Override
    public void append(final Path file, final String text) throws IOException {
        SystemDisk.INSTANCE.append(file, text);
    }

    @Override
    public void createDirectories(final Path directory) throws IOException {
        SystemDisk.INSTANCE.createDirectories(directory);
    }
}
