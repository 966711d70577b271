package herald.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Which file a path leads to, whatever it is named: device and inode. A copy has another one, and so has a file that
 * was put where another one was.
 *
 * @param device of its file system.
 * @param inode  of it there.
 */
public record FileIdentity(long device, long inode) {
    /**
     * The file that has a name now; of a link, the link.
     *
     * @param path of it.
     * @return null where there is none.
     * @throws IOException where it can't be looked at.
     */
    public static FileIdentity of(final Path path) throws IOException {
        try {
            final Map<String, Object> attributes =
                Files.readAttributes(path, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
            return new FileIdentity(
                ((Number)attributes.get("dev")).longValue(), ((Number)attributes.get("ino")).longValue());
        } catch (final NoSuchFileException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(device) + ":" + Long.toUnsignedString(inode);
    }
}
