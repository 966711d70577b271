package herald.verify;

import herald.io.Disk;
import herald.io.FileMutex;
import herald.recorder.SpoolCounters;
import herald.recorder.SpoolFile;
import herald.recorder.SpoolInspection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Looks at recorders' spools, before the journal is read, and then at what the journal has of their events: what is
 * trimmed from a spool must be journaled.
 */
final class SpoolCheck {
    private final List<SpoolInspection> spools = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final List<Finding> findings = new ArrayList<>();

    private SpoolCheck() {
    }

    /**
     * Looks at spools.
     *
     * @param disk      that holds them.
     * @param directory of them; it may be missing.
     * @return the check, before it knows the journal.
     * @throws IOException where the directory can't be read.
     */
    static SpoolCheck of(final Disk disk, final Path directory) throws IOException {
        final SpoolCheck check = new SpoolCheck();
        for (final Path file : disk.list(directory, SpoolFile.SUFFIX)) {
            try {
                final SpoolInspection spool = SpoolInspection.of(disk, file);
                check.spools.add(spool);
                spool.damages().forEach(damage -> check.onDamage(spool, damage));
                check.lookAtLock(spool);
            } catch (final NoSuchFileException e) {
                // Drained and deleted meanwhile.
            } catch (final IOException e) {
                check.onRefused(file, e.getMessage());
            }
        }
        check.lookAtRetired(directory);
        return check;
    }

    private void lookAtRetired(final Path directory) throws IOException {
        final Map.Entry<Path, String> defect = SpoolCounters.retiredDefect(directory);
        if (defect != null) {
            final Path file = defect.getKey();
            findings.add(new Finding(file, 0, Files.isRegularFile(file) ? Files.size(file) : 0, defect.getValue(),
                Remedy.move("it to quarantine; until then no spool that is done with is deleted", false,
                    List.of(file))));
        }
    }

    private void lookAtLock(final SpoolInspection spool) throws IOException {
        final String defect = spool.lockDefect();
        if (defect != null) {
            findings.add(new Finding(spool.path(), 0, 0, "not adopted: " + defect,
                new Remedy("do nothing: look at the lock, and move or remove it yourself", false, aside -> { })));
        }
    }

    /** One file that can't be read keeps nobody from the others. It is left alone: maybe it is none of Herald's. */
    private void onRefused(final Path file, final String reason) {
        refused.add("spool " + file.getFileName().toString().replace(SpoolFile.SUFFIX, "") + ": not read");
        findings.add(new Finding(file, 0, 0, "not read: " + reason,
            new Remedy("do nothing: look at it, and move or remove it yourself", false, aside -> { })));
    }

    private void onDamage(final SpoolInspection spool, final SpoolInspection.Damage damage) {
        findings.add(new Finding(spool.path(), damage.fromOffset(), damage.toOffset(), damage.reason() +
            (spool.recorderId() == null ? "" : " (recorder " + spool.recorderId() + ")"), remedyOf(spool)));
    }

    private static Remedy remedyOf(final SpoolInspection spool) {
        if (spool.inUse()) {
            return new Remedy("do nothing while its recorder runs: stop it, then repair", false, aside -> { });
        }
        if (spool.recorderId() == null) {
            return new Remedy("move it to quarantine; events that it holds are lost to Herald", true,
                aside -> moveUnused(aside, spool.path()));
        }
        return Remedy.note("the damaged events are lost; the next start of the proxy takes the " + spool.events() +
            " whole ones, and passes over the others; a copy goes to quarantine")
            .after(aside -> aside.copy(spool.path()));
    }

    private static void moveUnused(final RepairDirectory aside, final Path file) throws IOException {
        final String name = file.getFileName().toString();
        final Path lock = file.resolveSibling(
            name.substring(0, name.length() - SpoolFile.SUFFIX.length()) + ".lock");
        try (FileMutex mutex = FileMutex.tryAcquire(lock)) {
            if (mutex == null) {
                throw new IOException(file + " is in use: stop its recorder, then repair");
            }
            aside.move(file);
        }
    }

    /**
     * Says what each spool holds. Called when the journal was read.
     *
     * @param journal what was found there.
     * @return a line each.
     */
    List<String> conclude(final JournalCheck journal) {
        final List<String> lines = new ArrayList<>(refused);
        for (final SpoolInspection spool : spools) {
            final String name = spool.path().getFileName().toString().replace(SpoolFile.SUFFIX, "");
            if (spool.recorderId() == null) {
                lines.add("spool " + name + ": not readable");
            }
            final long journaled = journal.sequenceOf(spool.recorderId());
            final long known = spool.events() == 0 ? 0 :
                Math.max(0, Math.min(spool.lastSequence(), journaled) - spool.firstSequence() + 1);
            lines.add("spool " + name + ": " + spool.events() + " events pending" +
                (known == 0 ? "" : ", " + Math.min(known, spool.events()) + " of them journaled") +
                (spool.inUse() ? ", in use" : ""));
            if (journaled >= 0 && journaled < spool.firstSequence() - 1) {
                onLost(spool, journaled);
            }
        }
        return lines;
    }

    private void onLost(final SpoolInspection spool, final long journaled) {
        findings.add(new Finding(spool.path(), SpoolInspection.TRIMMED_FROM, SpoolInspection.TRIMMED_TO,
            "events " + (journaled + 1) + " to " + (spool.firstSequence() - 1) + " of recorder " + spool.recorderId() +
            " were acknowledged, the journal does not have them",
            Remedy.note("they are lost; the proxy passes over them when the recorder comes")));
    }

    List<Finding> findings() {
        return findings;
    }

    /** Files that recorders set aside because nothing could be read from them. */
    static List<Path> setAside(final Disk disk, final Path directory) throws IOException {
        final List<Path> files = new ArrayList<>();
        for (final Path file : disk.list(directory, ".damaged")) {
            if (Files.isRegularFile(file)) {
                files.add(file);
            }
        }
        return files;
    }
}
