package herald.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The user and the groups that this process runs as, where the system says so, and what belongs to them.
 */
public final class ProcessOwner {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int EFFECTIVE = 1;
    private static final long CAP_CHOWN = 1;

    private ProcessOwner() {
    }

    /**
     * Whether a file is this user's. A symbolic link is not followed.
     *
     * @param file that is there.
     * @return true where its owner is the user that this process runs as.
     * @throws IOException where that can't be told.
     */
    public static boolean owns(final Path file) throws IOException {
        final List<String> ids = ids("Uid:");
        return ids.size() <= EFFECTIVE ?
            Files.getOwner(file, LinkOption.NOFOLLOW_LINKS).getName().equals(System.getProperty("user.name")) :
            ids.get(EFFECTIVE).equals(
                String.valueOf(Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)));
    }

    /**
     * Whether a file is root's, who may do anything anyway. A symbolic link is not followed.
     *
     * @param file that is there.
     * @return true where its owner is root.
     * @throws IOException where that can't be told.
     */
    public static boolean isRoots(final Path file) throws IOException {
        return (Integer)Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS) == 0;
    }

    /**
     * Whether a group is one of this process.
     *
     * @param groupId as the system numbers it.
     * @return false too where the system does not say.
     * @throws IOException where that can't be told.
     */
    public static boolean isMember(final int groupId) throws IOException {
        final Set<String> groups = ids("Groups:").stream().collect(Collectors.toSet());
        final List<String> own = ids("Gid:");
        return groups.contains(Integer.toString(groupId)) ||
            (own.size() > EFFECTIVE && own.get(EFFECTIVE).equals(Integer.toString(groupId)));
    }

    /**
     * Whether this process may give its files to a group: one of its own, unless it may give them to anybody.
     *
     * @param group in question.
     * @return true too where the system does not say.
     * @throws IOException where that can't be told.
     */
    static boolean mayGiveTo(final GroupPrincipal group) throws IOException {
        final List<String> own = new ArrayList<>(ids("Groups:"));
        own.addAll(ids("Gid:"));
        final List<String> capabilities = ids("CapEff:");
        if (own.isEmpty() || capabilities.isEmpty() ||
            (Long.parseUnsignedLong(capabilities.get(0), 16) & CAP_CHOWN) != 0) {
            return true;
        }
        final UserPrincipalLookupService groups = FileSystems.getDefault().getUserPrincipalLookupService();
        for (final String id : own) {
            if (!id.isEmpty() && groups.lookupPrincipalByGroupName(id).equals(group)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> ids(final String field) throws IOException {
        if (!Files.isReadable(STATUS)) {
            return List.of();
        }
        return Files.readAllLines(STATUS, StandardCharsets.ISO_8859_1).stream()
            .filter(line -> line.startsWith(field))
            .flatMap(line -> Arrays.stream(line.substring(field.length()).trim().split("\\s+", -1)))
            .toList();
    }
}
