package herald.tools.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Says which file systems to watch: those that were named, or every local one that can fill up. Network file systems
 * are left out, since a look at one whose server is gone may never return.
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

    private final Path mountsFile;
    private final List<Path> named;

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
     * @return where they are mounted; of one that is mounted several times, the first place.
     * @throws IOException where the kernel's list can't be read.
     */
    List<Path> mounts() throws IOException {
        if (!named.isEmpty()) {
            return named;
        }
        final Map<String, Path> bySource = new LinkedHashMap<>();
        for (final String line : Files.readAllLines(mountsFile)) {
            final String[] fields = line.split(" ", FIELDS + 1);
            if (fields.length >= FIELDS && canFill(fields[2], fields[3])) {
                final String mount = unescape(fields[1]);
                bySource.putIfAbsent(fields[0].startsWith("/") ? fields[0] : mount, Path.of(mount));
            }
        }
        return List.copyOf(bySource.values());
    }

    private static boolean canFill(final String type, final String options) {
        return !LEFT_OUT.contains(type) && !type.startsWith(FUSE) && !Arrays.asList(options.split(",")).contains("ro");
    }

    /** Spaces and the like stand as a backslash and three octal digits. */
    private static String unescape(final String field) {
        final StringBuilder text = new StringBuilder(field.length());
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                text.append((char)Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
