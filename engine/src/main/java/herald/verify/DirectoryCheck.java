package herald.verify;

import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.Disk;
import herald.io.FileMutex;
import herald.link.DirectoryIdentity;
import herald.link.HeraldDirectory;
import herald.log.LogDescriptor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Looks at what is beside logs, bookmarks and spools: version of the layout, counters, dead letters, what was refused
 * or taken out, and files that do not belong here.
 */
final class DirectoryCheck {
    private static final String ANY = "";
    private static final Pattern REFUSED = Pattern.compile("\\S+ length=\\d+ reason=\".*\" bytes=[0-9a-f]*");
    private static final Pattern DEAD_LETTER = Pattern.compile(
        "\\S+ event=[0-9a-f-]{36} type=.* batch=\\d+ place=\\d+ reason=\".*\" message=\".*\"");

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
     * @param policies looks into those.
     * @return what it shows.
     * @throws IOException where it can't be read, or its format is newer than this Herald.
     */
    static DirectoryCheck of(final Disk disk, final Path root, final FileCheck policies) throws IOException {
        final DirectoryCheck check = new DirectoryCheck(disk, root);
        check.lookAtFormat();
        check.isNoFile(DirectoryIdentity.file(root));
        check.lookAtLock();
        check.lookAtPolicies(policies);
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
        if (isNoFile(format)) {
            return;
        }
        if (!Files.exists(format)) {
            lines.add("format: missing, the next start writes " + DataDirectory.FORMAT_VERSION);
            return;
        }
        if (Files.size(format) == 0) {
            notes.add(new Finding(format, 0, 0, "it is empty", new Remedy("leave it: the next start writes " +
                DataDirectory.FORMAT_VERSION, false, Remedy.Stage.NOTE, aside -> { })));
            return;
        }
        final String text = DataDirectory.formatText(root);
        if (text == null || !text.matches(DataDirectory.VERSION)) {
            findings.add(new Finding(format, 0, Files.size(format), "it holds no version: the proxy does not start",
                Remedy.move("it to quarantine; the next start writes " + DataDirectory.FORMAT_VERSION, false,
                    List.of(format))));
        } else if (Integer.parseInt(text) > DataDirectory.FORMAT_VERSION) {
            throw new IOException("data directory " + root + " has format " + text + ", this Herald reads up to " +
                DataDirectory.FORMAT_VERSION + ": use the newer Herald that wrote it");
        }
    }

    /** A name that is taken by what is no regular file keeps the proxy from starting. */
    private boolean isNoFile(final Path file) {
        final boolean taken = Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file);
        if (taken) {
            findings.add(new Finding(file, 0, 0, "it is no regular file: the proxy does not start",
                Remedy.move("it to quarantine; the next start makes another one", false, List.of(file))));
        }
        return taken;
    }

    private void lookAtLock() throws IOException {
        final Path lock = DataDirectory.lock(root);
        for (final Path file : List.of(lock, FileMutex.markFile(lock))) {
            final String defect = FileMutex.defectOf(file);
            if (defect == null) {
                continue;
            }
            if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                notes.add(new Finding(file, 0, Files.size(file), defect, new Remedy(
                    "leave it: one of the two that says who has the directory is enough", false, Remedy.Stage.NOTE,
                    aside -> { })));
            } else {
                findings.add(new Finding(file, 0, 0, defect, file.equals(lock) ?
                    new Remedy("be refused: remove it by hand", false, Remedy.Stage.NOTE, aside -> { }) :
                    Remedy.move("it to quarantine; the next start makes another one", false, List.of(file))));
            }
        }
    }

    private void lookAtPolicies(final FileCheck policies) throws IOException {
        int whole = 0;
        for (final Path file : disk.list(root.resolve("policies"), ANY)) {
            if (isUnnamed(file)) {
                continue;
            }
            final String defect = file.toString().endsWith(".yaml") ? policies.defectOf(file) : null;
            if (defect != null) {
                final String what = "it is no policy, and not in force: " + defect;
                findings.add(new Finding(file, 0, file.toFile().length(), what,
                    Remedy.move("it to quarantine; create the policy again", false, List.of(file))));
            } else if (file.toString().endsWith(".yaml")) {
                whole++;
            } else {
                note(file, "it does not belong here");
            }
        }
        if (whole > 0) {
            lines.add("policies: " + whole + ", whole");
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
        for (final Path file : disk.list(root.resolve("dead-letters"), ANY)) {
            if (!file.toString().endsWith(".txt")) {
                note(file, "it does not belong here");
                continue;
            }
            final TextCheck text = TextCheck.of(file, DEAD_LETTER);
            lookAt(file, text, "it to quarantine; the writer begins a new one");
            if (text.defect() == null) {
                lines.add("dead letters " + file.getFileName().toString().replace(".txt", "") + ": " + text.lines() +
                    " lines");
            }
        }
    }

    /** What is no text is damage, lines that somebody changed are not: nothing of Herald reads them. */
    private void lookAt(final Path file, final TextCheck text, final String remedy) {
        if (text.defect() != null) {
            findings.add(new Finding(file, 0, file.toFile().length(), text.defect(),
                Remedy.move(remedy, false, List.of(file))));
        } else if (text.foreign() != null) {
            notes.add(new Finding(file, 0, file.toFile().length(), text.foreign(),
                Remedy.move(remedy, false, List.of(file))));
        }
    }

    private void listQuarantine() throws IOException {
        final Path refused = root.resolve("quarantine.txt");
        if (Files.exists(refused, LinkOption.NOFOLLOW_LINKS)) {
            final TextCheck text = TextCheck.of(refused, REFUSED);
            lookAt(refused, text, "it to quarantine; the proxy begins a new one");
            if (text.defect() == null && text.lines() > 0) {
                lines.add("quarantine.txt: " + Files.size(refused) + " bytes about refused frames");
            }
        }
        final String defect = KnownLosses.defectOf(root);
        if (defect != null) {
            final Path losses = KnownLosses.fileIn(root);
            findings.add(new Finding(losses, 0, losses.toFile().length(), defect,
                Remedy.move("it to quarantine; what it may name as lost is damage again", false, List.of(losses))));
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
            if (file.getFileName().toString().endsWith(MisplacedSegments.PLACING)) {
                findings.add(new Finding(file, 0, file.toFile().length(), "a repair that moved it was interrupted",
                    MisplacedSegments.goOn(file)));
            } else if (LogDescriptor.isImpossibleName(file)) {
                findings.add(new Finding(file, 0, file.toFile().length(),
                    "it is no segment, none begins so far: the proxy does not start", Remedy.move(
                        "it to quarantine; records that it holds are lost to Herald", true, List.of(file))));
            } else if (!LogDescriptor.isSegmentName(file) && !isUnnamed(file)) {
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
