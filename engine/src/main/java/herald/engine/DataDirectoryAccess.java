package herald.engine;

import herald.io.FileAccess;
import herald.io.FileNarrowing;
import herald.io.ProcessOwner;
import herald.link.HeraldDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Who may use which part of a data directory, seen to at each start: all of it is the owner's alone, but for the way to
 * the spools where a group may record. What the user keeps beside it under other names is left as it is.
 */
final class DataDirectoryAccess {
    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final Pattern SEGMENTS = Pattern.compile("\\d{20}\\.log(\\..+)?");
    private static final Pattern SPOOLS = Pattern.compile(
        ".+\\.spool(\\.tmp)?|.+\\.lock|\\..+\\.lock\\.owner|\\..+\\.spool\\.opening|.+\\.damaged|" +
            "\\.?retired-counters\\.txt(\\..+)?");
    /** Names that Herald gives in directories of its own; in others all are. */
    private static final Map<String, Pattern> NAMES = Map.of(
        "journal", SEGMENTS, "dispatch", SEGMENTS, "spool", SPOOLS, "remote-spool", SPOOLS,
        "bookmarks", Pattern.compile(".+\\.(bookmark|status)(\\.tmp|\\..+\\.damaged)?"),
        "dead-letters", Pattern.compile(".+\\.txt"), "policies", Pattern.compile(".+\\.(yaml|tmp)"));
    private static final int OTHERS_WRITE = 0002;
    /** As an earlier start made it, for a group that is not let in any more. */
    private static final int GROUPS_PASSAGE = 0710;

    private DataDirectoryAccess() {
    }

    static void apply(final Path root, final FileAccess access) throws IOException {
        final FileNarrowing narrowing = new FileNarrowing();
        final Path spools = HeraldDirectory.spoolDir(root);
        for (final String name : DataDirectory.OWN) {
            final Path part = root.resolve(name);
            narrowing.tree(part, part.equals(spools) ? access : FileAccess.OWNER, inside -> isOwn(part, inside));
        }
        final Path real = root.toRealPath();
        access.passage(real);
        if (!access.isShared() && FileAccess.mode(real) == GROUPS_PASSAGE && ProcessOwner.owns(real)) {
            FileAccess.OWNER.directory(real);
        }
        tell(root, narrowing);
        if (access.isShared()) {
            tellOfClosedParents(root, access);
        }
    }

    /** What is in quarantine was put there by a repair, under the names that it had. */
    private static boolean isOwn(final Path part, final Path inside) {
        final String name = part.getFileName().toString();
        final boolean isSpoolsOfOne = "remote-spool".equals(name) && part.equals(inside.getParent());
        final Pattern names = NAMES.get(name);
        return names == null || (isSpoolsOfOne && Files.isDirectory(inside, LinkOption.NOFOLLOW_LINKS)) ||
            names.matcher(inside.getFileName().toString()).matches();
    }

    private static void tell(final Path root, final FileNarrowing narrowing) throws IOException {
        if (!narrowing.narrowed().isEmpty()) {
            LOGGER.warn("{} files and directories of {} were open to other users, such as {}: they are not any more",
                narrowing.narrowed().size(), root, narrowing.narrowed().get(0));
        }
        if (!narrowing.foreign().isEmpty()) {
            final Path first = narrowing.foreign().get(0);
            LOGGER.warn("{} files and directories of {} are open to others and belong to other users, such as {} of " +
                "{}: have them closed", narrowing.foreign().size(), root, first, FileAccess.owner(first));
        }
        final Path real = root.toRealPath();
        if ((FileAccess.mode(real) & OTHERS_WRITE) != 0 ||
            (!ProcessOwner.owns(real) && !ProcessOwner.isRoots(real))) {
            LOGGER.warn("{} belongs to {} and has permissions {}: another user may put other files in the place of " +
                "these; close it with chown and chmod go-w", root, FileAccess.owner(real),
                FileAccess.permissions(FileAccess.mode(real)));
        }
    }

    /** A group that is let in here does not come this far where a directory above is closed to it. */
    private static void tellOfClosedParents(final Path root, final FileAccess access) throws IOException {
        for (Path above = root.toRealPath().getParent(); above != null; above = above.getParent()) {
            if (Files.isDirectory(above) && !access.passes(above)) {
                LOGGER.warn("{} has no way to {}: {} is closed to it", access, root, above);
            }
        }
    }
}
