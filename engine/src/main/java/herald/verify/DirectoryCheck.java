package herald.verify;

import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.Disk;
import herald.link.HeraldDirectory;
import herald.log.LogDescriptor;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at what is beside logs, bookmarks and spools: version of the layout, counters, dead letters, what was refused
 * or taken out, and files that do not belong here.
 */
final class DirectoryCheck {
    private static final String ANY = "";

    private final Disk disk;
    private final Path root;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Finding> notes = new ArrayList<>();
    private final List<String> lines = new ArrayList<>();

    private DirectoryCheck(final Disk disk, final Path root) {
        this.disk = disk;
        this.root = root;
    }

    /**
     * Looks at a data directory.
     *
     * @param disk that holds it.
     * @param root of it.
     * @return what it shows.
     * @throws IOException where it can't be read, or its format is newer than this Herald.
     */
    static DirectoryCheck of(final Disk disk, final Path root) throws IOException {
        final DirectoryCheck check = new DirectoryCheck(disk, root);
        check.lookAtFormat();
        check.lookAtCounters();
        check.lookAtDeadLetters();
        check.listQuarantine();
        check.lookForStrays(DataDirectory.journal(root));
        check.lookForStrays(DataDirectory.dispatch(root));
        for (final Path file : SpoolCheck.setAside(disk, HeraldDirectory.spoolDir(root))) {
            check.note(file, "a spool of which nothing could be read, set aside by its recorder");
        }
        for (final Path directory : HeraldDirectory.remoteSpoolDirs(disk, root)) {
            for (final Path file : SpoolCheck.setAside(disk, directory)) {
                check.note(file, "a spool of which nothing could be read, set aside by its recorder");
            }
        }
        for (final Path file : SpoolCheck.setAside(disk, DataDirectory.bookmarks(root))) {
            check.note(file, "a damaged bookmark, set aside by its writer");
        }
        return check;
    }

    private void lookAtFormat() throws IOException {
        final Path format = root.resolve("format");
        if (!Files.exists(format) || Files.size(format) == 0) {
            return;
        }
        final String text = new String(Files.readAllBytes(format), java.nio.charset.StandardCharsets.ISO_8859_1).trim();
        if (!text.matches("\\d{1,9}")) {
            findings.add(new Finding(format, 0, Files.size(format), "it holds no version: the proxy does not start",
                Remedy.move("it to quarantine; the next start writes " + DataDirectory.FORMAT_VERSION, false,
                    List.of(format))));
        } else if (Integer.parseInt(text) > DataDirectory.FORMAT_VERSION) {
            throw new IOException("data directory " + root + " has format " + text + ", this Herald reads up to " +
                DataDirectory.FORMAT_VERSION + ": use the newer Herald that wrote it");
        }
    }

    private void lookAtCounters() throws AccessDeniedException {
        final Path file = DataDirectory.counters(root);
        if (!Files.exists(file)) {
            return;
        }
        try (CountersFile counters = CountersFile.read(disk, file)) {
            final String damage = CountersFile.damageOf(disk, file);
            if (damage != null) {
                throw new IOException("it " + damage);
            }
            lines.add("counters: " + CountersFile.all().stream().filter(counter -> counters.get(counter) != 0).count() +
                " not 0, whole");
        } catch (final AccessDeniedException e) {
            throw e;
        } catch (final IOException e) {
            findings.add(new Finding(file, 0, file.toFile().length(), e.getMessage(),
                Remedy.move("it to quarantine; counters begin at 0 again", false, List.of(file))));
        }
    }

    private void lookAtDeadLetters() throws IOException {
        for (final Path file : disk.list(root.resolve("dead-letters"), ".txt")) {
            final String name = file.getFileName().toString().replace(".txt", "");
            try (BufferedReader reader = Files.newBufferedReader(file)) {
                lines.add("dead letters " + name + ": " + reader.lines().count() + " lines");
            } catch (final java.io.UncheckedIOException | CharacterCodingException e) {
                findings.add(new Finding(file, 0, Files.size(file), "it is no text in UTF-8",
                    Remedy.move("it to quarantine; the writer begins a new one", false, List.of(file))));
            }
        }
    }

    private void listQuarantine() throws IOException {
        final Path refused = root.resolve("quarantine.txt");
        if (Files.exists(refused) && Files.size(refused) > 0) {
            lines.add("quarantine.txt: " + Files.size(refused) + " bytes about refused frames");
        }
        for (final Path repair : disk.list(root.resolve("quarantine"), ANY)) {
            lines.add("quarantine: " + root.relativize(repair));
        }
    }

    /** What a proxy makes and renames bears this name for a moment, or until its next start. */
    private static boolean isUnnamed(final Path file) {
        return file.getFileName().toString().endsWith(".tmp");
    }

    private void lookForStrays(final Path directory) throws IOException {
        for (final Path file : disk.list(directory, ANY)) {
            final boolean segment = file.getFileName().toString().matches("\\d{20}\\" + LogDescriptor.SEGMENT_SUFFIX);
            if (file.getFileName().toString().endsWith(MisplacedSegments.PLACING)) {
                findings.add(new Finding(file, 0, file.toFile().length(), "a repair that moved it was interrupted",
                    MisplacedSegments.goOn(file)));
            } else if (!segment && !isUnnamed(file)) {
                note(file, "it does not belong here");
            }
        }
    }

    private void note(final Path file, final String what) {
        notes.add(new Finding(file, 0, file.toFile().length(), what,
            Remedy.move("it to quarantine", false, List.of(file))));
    }

    List<Finding> findings() {
        return findings;
    }

    /** What is no damage, and yet should not be here. */
    List<Finding> notes() {
        return notes;
    }

    List<String> lines() {
        return lines;
    }
}
