package herald.tools.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says which file systems to watch: those that were named, or every local one that can fill up. Network file systems
 * are left out, since a look at one whose server is gone may never return. Owned by the watcher's thread.
 */
final class MountTable {
    private static final Set<String> LEFT_OUT = Set.of(
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs", "efivarfs",
        "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs",
        "sysfs", "tracefs",
        "squashfs", "iso9660", "udf", "erofs",
        "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "afs", "lustre");
    private static final String FUSE = "fuse";
    private static final int FIELDS = 4;
    private static final int OCTAL_DIGITS = 3;

    private final Path mountsFile;
    private final List<Path> named;
    /** Where a file system was watched at the last look, by what is mounted. */
    private Map<String, String> chosen = new HashMap<>();

    /**
     * A file system that is watched.
     *
     * @param name     where it is mounted, for events and logs.
     * @param path     the same, byte for byte.
     * @param isPoint  whether something is mounted just there; one that was named may be a directory in it.
     * @param readOnly whether nothing can be written to it now.
     */
    record Mount(String name, Path path, boolean isPoint, boolean readOnly) {
    }

    /** A line of the kernel's list; every byte is a character. */
    private record Line(String source, String point, String type, boolean readOnly) {
        private boolean canFill() {
            return !LEFT_OUT.contains(type) && !type.startsWith(FUSE);
        }

        /** What is mounted: a device, or something that has no other name. */
        private String key() {
            return source.startsWith("/") ? source : point;
        }

        private Mount mount() {
            final byte[] bytes = bytes(point);
            return new Mount(FileNames.text(bytes), FileNames.path(bytes), true, readOnly);
        }
    }

    /**
     * Constructs it.
     *
     * @param mountsFile the kernel's list, see proc(5).
     * @param named      what to watch instead; may be empty.
     */
    MountTable(final Path mountsFile, final List<Path> named) {
        this.mountsFile = mountsFile;
        this.named = named;
    }

    /**
     * The file systems.
     *
     * @return where they are mounted; of one that is mounted several times, the first place that can be written to, and
     *         that place for as long as it is there.
     * @throws IOException where the kernel's list can't be read.
     */
    List<Mount> mounts() throws IOException {
        return named.isEmpty() ? choose() : findNamed();
    }

    private List<Mount> choose() throws IOException {
        final Map<String, Line> bySource = new LinkedHashMap<>();
        for (final Line line : lines()) {
            if (line.canFill()) {
                final String before = chosen.get(line.key());
                bySource.merge(line.key(), line, (first, next) ->
                    next.point.equals(before) || (first.readOnly && !first.point.equals(before)) ? next : first);
            }
        }
        bySource.values().removeIf(line -> line.readOnly && !line.point.equals(chosen.get(line.key())));
        chosen = new HashMap<>();
        bySource.forEach((key, line) -> chosen.put(key, line.point));
        return bySource.values().stream().map(Line::mount).toList();
    }

    /** Where the kernel shows no list, a file system that was named is watched for its room only. */
    private List<Mount> findNamed() throws IOException {
        final List<Mount> all = new ArrayList<>();
        if (Files.isRegularFile(mountsFile)) {
            lines().forEach(line -> all.add(line.mount()));
        }
        return named.stream().map(path -> find(path, all)).toList();
    }

    private static Mount find(final Path path, final List<Mount> mounts) {
        final String name = FileNames.text(path);
        Mount found = null;
        Path real = path;
        try {
            real = path.toRealPath();
            for (final Mount mount : mounts) {
                if (real.startsWith(mount.path) &&
                    (found == null || mount.path.getNameCount() >= found.path.getNameCount())) {
                    found = mount;
                }
            }
        } catch (final IOException e) {
            // Who measures it says so.
            found = null;
        }
        return found == null ? new Mount(name, path, false, false) :
            new Mount(name, path, found.path.equals(real), found.readOnly);
    }

    /** What another file system is mounted over at the same place is not there. */
    private List<Line> lines() throws IOException {
        final Map<String, Line> byPoint = new LinkedHashMap<>();
        final String text = new String(Files.readAllBytes(mountsFile), StandardCharsets.ISO_8859_1);
        for (final String line : text.split("\n", -1)) {
            final String[] fields = line.split(" ", FIELDS + 1);
            if (fields.length >= FIELDS && fields[1].startsWith("/")) {
                byPoint.remove(fields[1]);
                byPoint.put(fields[1], new Line(fields[0], fields[1], fields[2],
                    List.of(fields[3].split(",", -1)).contains("ro")));
            }
        }
        return List.copyOf(byPoint.values());
    }

    /** Spaces and the like stand as a backslash and three octal digits. */
    private static byte[] bytes(final String field) {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(field.length());
        for (int i = 0; i < field.length(); i++) {
            final int end = i + 1 + OCTAL_DIGITS;
            if (field.charAt(i) == '\\' && end <= field.length() && isOctal(field.substring(i + 1, end))) {
                bytes.write(Integer.parseInt(field, i + 1, end, 8));
                i += OCTAL_DIGITS;
            } else {
                bytes.write(field.charAt(i));
            }
        }
        return bytes.toByteArray();
    }

    private static boolean isOctal(final String digits) {
        return digits.chars().allMatch(digit -> digit >= '0' && digit <= '7');
    }
}
