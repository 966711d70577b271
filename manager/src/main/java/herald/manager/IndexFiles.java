package herald.manager;

import herald.io.ErrorText;
import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The files of an index, before Lucene takes them for granted: whether they are there in whole and have their
 * checksums. Nothing is changed.
 */
final class IndexFiles {
    /** Says in each commit what fields documents have: to be changed whenever they change. */
    static final String FORM_KEY = "herald-form";
    /** What is written. */
    static final String FORM = "3";
    /** Of it documents lack when they were received, and are read all the same. */
    private static final String FORMER_FORM = "2";
    /** What to do about an index that is not whole. */
    static final String REMEDY = "restore the data directory from a backup, or move its index away; either " +
        "way nodes send again what they still have";
    private static final int ATTEMPTS = 10;

    /**
     * What an inspection found.
     *
     * @param segments of the index.
     * @param events   in them.
     * @param files    that were read.
     * @param length   of those in bytes.
     * @param damages  a line for each file that is not whole, with its path.
     */
    record Inspection(int segments, long events, int files, long length, List<String> damages) {
    }

    /** An index that is there, and not as it was written. */
    private static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1L;
        private final String damage;

        DamagedException(final Path index, final String damage, final Throwable cause) {
            super("index " + index + " is damaged, and is not opened: " + damage + ". To mend it, " + REMEDY, cause);
            this.damage = damage;
        }
    }

    private IndexFiles() {
    }

    /**
     * Checks an index before it is opened for writing.
     *
     * @param directory of it.
     * @return what its last commit says; null where there is none, since it is new.
     * @throws IOException where it is there in part, damaged, or of another form: says which file, and what to do.
     */
    static Map<String, String> requireWhole(final FSDirectory directory) throws IOException {
        final Path path = directory.getDirectory();
        if (!DirectoryReader.indexExists(directory)) {
            requireEmpty(directory, path);
            return null;
        }
        final SegmentInfos commit = readCommit(directory);
        requireForm(commit, path);
        final List<String> damages = inspect(directory, commit).damages();
        if (!damages.isEmpty()) {
            throw new DamagedException(path, String.join("; ", damages), null);
        }
        return commit.getUserData();
    }

    /**
     * Refuses an index beside which there are files that Lucene would delete, and that it did not write.
     *
     * @param path of the index, which may be missing.
     * @throws IOException naming them, and what to do.
     */
    static void requireNoForeign(final Path path) throws IOException {
        final List<Path> foreign = IndexNames.foreign(path);
        if (!foreign.isEmpty()) {
            throw new IOException(foreign.get(0) + " is no file of the index" + (foreign.size() == 1 ? "" :
                ", nor are " + (foreign.size() - 1) + " others beside it") + ": " + IndexNames.REMEDY);
        }
    }

    private static void requireForm(final SegmentInfos commit, final Path path) throws IOException {
        final String form = commit.getUserData().get(FORM_KEY);
        if (!FORM.equals(form) && !FORMER_FORM.equals(form)) {
            throw new IOException("index " + path + " has form " + (form == null ? "1" : form) + ", and this build " +
                "takes form " + FORM + ": choose another --data-dir, and keep this one for the build that wrote it");
        }
    }

    /** Lucene would begin anew, and delete what is there. */
    private static void requireEmpty(final FSDirectory directory, final Path path) throws IOException {
        final List<String> files = Arrays.stream(directory.listAll())
            .filter(name -> !name.equals(IndexWriter.WRITE_LOCK_NAME) &&
                !name.startsWith(IndexFileNames.PENDING_SEGMENTS)).toList();
        if (!files.isEmpty()) {
            throw new DamagedException(path, "it is there in part: it has " + files.size() + " files, such as " +
                files.get(0) + ", and no " + IndexFileNames.SEGMENTS + "_N that names them", null);
        }
    }

    private static SegmentInfos readCommit(final FSDirectory directory) throws IOException {
        try {
            return SegmentInfos.readLatestCommit(directory);
        } catch (final AccessDeniedException e) {
            throw e;
        } catch (final IOException | RuntimeException e) {
            throw new DamagedException(directory.getDirectory(), describe(e), e);
        }
    }

    /** Lucene names the file that it read last, which may be whole and name one that is missing. */
    private static String describe(final Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof final NoSuchFileException missing) {
                return missing.getFile() + " is missing";
            }
        }
        return failure.toString();
    }

    /**
     * Reads each file of an index, of a manager that runs too.
     *
     * @param path of the index.
     * @return what was found.
     * @throws IOException where there is no index, or this user may not read it.
     */
    static Inspection inspect(final Path path) throws IOException {
        try (FSDirectory directory = FSDirectory.open(path)) {
            return inspect(directory);
        } catch (final DamagedException e) {
            return new Inspection(0, 0, 0, 0, List.of(e.damage));
        }
    }

    private static Inspection inspect(final FSDirectory directory) throws IOException {
        requireIndex(directory);
        SegmentInfos commit = readCommit(directory);
        for (int i = 1;; i++) {
            final Inspection inspection = inspect(directory, commit);
            final SegmentInfos next = readCommit(directory);
            // What a later commit made superfluous may be gone.
            if (inspection.damages().isEmpty() || next.getGeneration() == commit.getGeneration() ||
                i == ATTEMPTS) {
                return inspection;
            }
            commit = next;
        }
    }

    private static void requireIndex(final FSDirectory directory) throws IOException {
        if (!DirectoryReader.indexExists(directory)) {
            requireEmpty(directory, directory.getDirectory());
            throw new IOException(directory.getDirectory() + " holds no index: name the --data-dir of a manager");
        }
    }

    private static Inspection inspect(final FSDirectory directory, final SegmentInfos commit) throws IOException {
        final List<String> damages = new ArrayList<>();
        int files = 0;
        long length = 0;
        for (final String name : new TreeSet<>(commit.files(true))) {
            try (IndexInput input = directory.openInput(name, IOContext.READONCE)) {
                files++;
                length += input.length();
                CodecUtil.checksumEntireFile(input);
            } catch (final IOException | RuntimeException e) {
                damages.add(directory.getDirectory().resolve(name) +
                    (e instanceof NoSuchFileException ? " is missing" : ": " + ErrorText.of(e)));
            }
        }
        return new Inspection(commit.size(), commit.totalMaxDoc() - deleted(commit), files, length, damages);
    }

    private static long deleted(final SegmentInfos commit) {
        return commit.asList().stream().mapToLong(segment -> segment.getDelCount()).sum();
    }
}
