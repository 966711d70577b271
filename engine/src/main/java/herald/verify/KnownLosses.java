package herald.verify;

import herald.io.Disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What repairs found lost for good, a line each in {@code quarantine/losses.txt}: time, file, range, what. A finding
 * within a range of the list is no damage any more; without the file everything counts again.
 *
 * <pre>
 *   2026-01-31T12:00:00Z journal/00000000000000000000.log 4096..4352: checksum does not match
 * </pre>
 */
final class KnownLosses {
    private static final String NAME = "losses.txt";
    private static final Pattern LINE = Pattern.compile("\\S+ (\\S.*) (-?\\d{1,18})\\.\\.(-?\\d{1,18}): (.*)");

    /** A line of the list. */
    private record Loss(String area, long from, long to, String what) {
    }

    private final Path root;
    private final List<Loss> losses = new ArrayList<>();

    private KnownLosses(final Path root) {
        this.root = root;
    }

    /**
     * Reads the list.
     *
     * @param root of the data directory.
     * @return what is known to be lost; nothing where there is no list.
     * @throws IOException where the list can't be read.
     */
    static KnownLosses read(final Path root) throws IOException {
        final KnownLosses known = new KnownLosses(root);
        final Path file = fileIn(root);
        if (Files.exists(file)) {
            for (final String line : Files.readAllLines(file)) {
                final Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    known.losses.add(new Loss(areaOf(matcher.group(1)), Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)), matcher.group(4)));
                }
            }
        }
        return known;
    }

    private static Path fileIn(final Path root) {
        return root.resolve("quarantine").resolve(NAME);
    }

    /** Positions of a log are the same in all its files. */
    private static String areaOf(final String file) {
        return file.matches("(journal|dispatch)(/.*)?") ? file.replaceFirst("/.*", "") : file;
    }

    /**
     * Takes note of losses.
     *
     * @param disk     that holds the list.
     * @param time     of the repair.
     * @param findings whose remedies leave a loss.
     * @throws IOException where the list can't be written.
     */
    void add(final Disk disk, final Instant time, final List<Finding> findings) throws IOException {
        disk.createDirectories(fileIn(root).getParent());
        for (final Finding finding : findings) {
            disk.append(fileIn(root), time + " " + finding.relative(root) + " " + finding.from() + ".." +
                finding.to() + ": " + finding.what().replaceAll("\\p{Cntrl}", "_") + "\n");
        }
    }

    /**
     * Whether a finding is on the list: all of its range is, and in a file that is no log the words are the same.
     *
     * @param finding to look up.
     * @return true where it is no damage any more.
     */
    boolean contains(final Finding finding) {
        final String area = areaOf(finding.relative(root));
        final boolean log = area.equals("journal") || area.equals("dispatch");
        long reached = finding.from();
        boolean grew = true;
        boolean found = false;
        while (grew && (reached < finding.to() || !found)) {
            grew = false;
            for (final Loss loss : losses) {
                final boolean fits = loss.area().equals(area) && loss.from() <= reached && loss.to() >= reached &&
                    (log || loss.what().equals(finding.what()));
                if (fits && (!found || loss.to() > reached)) {
                    found = true;
                    grew = true;
                    reached = Math.max(reached, loss.to());
                }
            }
        }
        return found && reached >= finding.to();
    }
}
