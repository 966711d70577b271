package herald.manager;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files in the directory of an index are the index's. Lucene deletes at its start whatever has a name as its own
 * files have and is in no commit, whoever made it.
 */
final class IndexNames {
    /** What to do about files that are not the index's. */
    static final String REMEDY = "move it out of the directory, where Lucene would delete it";
    /** Sorted in parts while a segment is written, without a header. */
    private static final Pattern TEMPORARY = Pattern.compile("_[a-z0-9]+_.+_[a-z0-9]+\\.tmp");

    private IndexNames() {
    }

    /**
     * Files that Lucene would take for its own, and that it did not write. What a commit names is the index's, whatever
     * it holds; where no commit can be read, nobody can tell, and nothing is said of any file.
     *
     * @param index directory of an index, which may be missing.
     * @return in the order of their names.
     * @throws IOException where one can't be read.
     */
    static List<Path> foreign(final Path index) throws IOException {
        final List<Path> foreign = irregular(index);
        if (!foreign.isEmpty()) {
            // Lucene would open them, and wait for whoever writes to a pipe.
            return foreign;
        }
        final Collection<String> committed = committed(index);
        if (committed != null) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(index)) {
                for (final Path file : files) {
                    if (hasItsName(file) && !committed.contains(file.getFileName().toString()) && !isOwn(file)) {
                        foreign.add(file);
                    }
                }
            }
        }
        Collections.sort(foreign);
        return foreign;
    }

    /**
     * What has a name that Lucene opens, and is no regular file.
     *
     * @param index directory of it, which may be missing.
     * @return sorted; nothing of the index may be read while there is any.
     * @throws IOException where the directory can't be read.
     */
    static List<Path> irregular(final Path index) throws IOException {
        final List<Path> irregular = new ArrayList<>();
        if (Files.isDirectory(index)) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(index)) {
                for (final Path file : files) {
                    final boolean named = hasItsName(file) || file.endsWith(IndexWriter.WRITE_LOCK_NAME);
                    if (named && Files.exists(file) && !Files.isRegularFile(file)) {
                        irregular.add(file);
                    }
                }
            }
        }
        Collections.sort(irregular);
        return irregular;
    }

    /** Null where there is no commit that can be read: what is damaged is told by who looks at it. */
    private static Collection<String> committed(final Path index) throws IOException {
        if (!Files.isDirectory(index)) {
            return null;
        }
        try (Directory directory = FSDirectory.open(index)) {
            return SegmentInfos.readLatestCommit(directory).files(true);
        } catch (final IOException | IllegalArgumentException e) {
            return null;
        }
    }

    private static boolean hasItsName(final Path file) {
        final String name = file.getFileName().toString();
        return IndexFileNames.CODEC_FILE_PATTERN.matcher(name).matches() ||
            name.startsWith(IndexFileNames.SEGMENTS) || name.startsWith(IndexFileNames.PENDING_SEGMENTS);
    }

    /**
     * Whether a file is the index's. One that a kill left without a byte counts too, one that a power cut left with
     * zeros, and one that goes meanwhile.
     *
     * @param file in its directory.
     * @return false where somebody else made it.
     * @throws IOException where it can't be read.
     */
    static boolean isOwn(final Path file) throws IOException {
        final String name = file.getFileName().toString();
        if (name.equals(IndexWriter.WRITE_LOCK_NAME)) {
            return true;
        }
        if (!hasItsName(file) || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return hasItsName(file) && Files.notExists(file, LinkOption.NOFOLLOW_LINKS);
        }
        if (TEMPORARY.matcher(name).matches()) {
            return true;
        }
        try (DataInputStream stream = new DataInputStream(Files.newInputStream(file))) {
            if (Files.size(file) == 0) {
                return true;
            }
            final int begin = stream.readInt();
            return begin == CodecUtil.CODEC_MAGIC || begin == 0;
        } catch (final EOFException e) {
            return false;
        } catch (final NoSuchFileException e) {
            return true;
        }
    }
}
