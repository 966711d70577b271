package herald.recorder;

import herald.io.Disk;
import herald.io.FileAccess;
import herald.io.FileMutex;
import herald.io.SmallFile;
import herald.io.UnfitFileException;
import herald.io.UnnamedFile;
import org.agrona.DirectBuffer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.StringTokenizer;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * What recorders have counted whose spools are deleted, added up by component, in a file beside the spools:
 * docs/format.md says how it looks. It is replaced as a whole, so that a look finds one that is whole; whoever changes
 * it makes and holds a lock file. It names the recorder that was added last: a spool that outlived that, since a kill
 * came before it was deleted, counts once. Any thread.
 */
final class RetiredCounters {
    /** Stands for all components beyond the most that are told apart; none is called so. */
    static final String OTHERS = "(others)";

    private static final String NAME = "retired-counters.txt";
    private static final String LOCK_NAME = "retired-counters.lock";
    private static final String MAGIC = "herald-retired-counters 1";
    private static final String LAST = "last";
    private static final int MAX_COMPONENTS = 1_000;
    /** In bytes: so many names and numbers at their longest take less than a quarter of it. */
    private static final int MAX_LENGTH = 4 << 20;
    private static final String REMEDY =
        "move the file away, and what recorders counted whose spools are deleted begins at 0";
    private static final int ATTEMPTS = 100;
    private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Map<String, Map<RecorderCounter, Long>> sums;
    private final UUID last;

    private RetiredCounters(final Map<String, Map<RecorderCounter, Long>> sums, final UUID last) {
        this.sums = sums;
        this.last = last;
    }

    static Path file(final Path directory) {
        return directory.resolve(NAME);
    }

    /**
     * Reads what is there.
     *
     * @param directory of spools.
     * @return by component, in the order of their names; empty where nothing is.
     * @throws IOException where it can't be read, or holds something else.
     */
    static Map<String, Map<RecorderCounter, Long>> read(final Path directory) throws IOException {
        return load(file(directory)).sums;
    }

    /**
     * Adds what a recorder has counted, before its spool is deleted.
     *
     * @param disk   that holds the file.
     * @param spool  of the recorder.
     * @param id     of the recorder.
     * @param header of the spool.
     * @throws IOException where the file can't be read or written.
     */
    static synchronized void add(final Disk disk, final Path spool, final UUID id, final DirectBuffer header)
        throws IOException {
        final Path directory = spool.toAbsolutePath().getParent();
        final String component = SpoolInspection.componentOf(spool);
        final Path lock = directory.resolve(LOCK_NAME);
        final FileMutex mutex = acquire(lock);
        try {
            final RetiredCounters counters = load(file(directory));
            if (!id.equals(counters.last)) {
                final boolean told = counters.sums.containsKey(component) || counters.sums.size() < MAX_COMPONENTS;
                SpoolCounters.add(header, counters.sums.computeIfAbsent(
                    told ? component : OTHERS, unknown -> new EnumMap<>(RecorderCounter.class)));
                new RetiredCounters(counters.sums, id).store(disk, file(directory));
            }
        } finally {
            disk.delete(lock);
            mutex.close();
        }
    }

    /** Another process holds it for a moment: it is asked again. */
    private static FileMutex acquire(final Path lock) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final FileMutex mutex = FileMutex.tryAcquire(lock, FileAccess.in(lock.toAbsolutePath().getParent()));
            if (mutex != null) {
                return mutex;
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
        throw new IOException(lock + " is held by another process for long: find out by which, and end it");
    }

    private static RetiredCounters load(final Path file) throws IOException {
        final Map<String, Map<RecorderCounter, Long>> sums = new TreeMap<>();
        UUID last = null;
        final List<String> lines;
        try {
            lines = new String(SmallFile.readOwn(file, MAX_LENGTH), StandardCharsets.ISO_8859_1).lines().toList();
        } catch (final NoSuchFileException e) {
            return new RetiredCounters(sums, null);
        } catch (final UnfitFileException e) {
            throw new IOException(file + " is " + e.defect() + ": " + REMEDY, e);
        }
        if (lines.stream().anyMatch(line -> line.chars().anyMatch(letter -> letter > Byte.MAX_VALUE))) {
            throw defect(file, 1);
        }
        for (int i = 0; i < lines.size(); i++) {
            final StringTokenizer words = new StringTokenizer(lines.get(i), " ");
            try {
                final String first = words.nextToken();
                if (i == 0 ? !lines.get(i).equals(MAGIC) : i == 1 && !first.equals(LAST)) {
                    throw defect(file, i + 1);
                } else if (i == 1) {
                    last = UUID.fromString(words.nextToken());
                } else if (i > 1) {
                    sums.put(first, counters(words));
                }
            } catch (final NoSuchElementException | IllegalArgumentException e) {
                throw defect(file, i + 1);
            }
        }
        return new RetiredCounters(sums, last);
    }

    /** A newer Herald may have more of them, and an older one fewer. */
    private static Map<RecorderCounter, Long> counters(final StringTokenizer words) {
        final Map<RecorderCounter, Long> counters = new EnumMap<>(RecorderCounter.class);
        for (final RecorderCounter counter : RecorderCounter.values()) {
            counters.put(counter, words.hasMoreTokens() ? Long.parseLong(words.nextToken()) : 0L);
        }
        return counters;
    }

    private static IOException defect(final Path file, final int line) {
        return new IOException("line " + line + " of " + file + " is not as Herald writes it: " + REMEDY);
    }

    private void store(final Disk disk, final Path file) throws IOException {
        final StringBuilder text = new StringBuilder(MAGIC + '\n' + LAST + ' ' + last + '\n');
        sums.forEach((component, counters) -> {
            text.append(component);
            counters.values().forEach(value -> text.append(' ').append(value));
            text.append('\n');
        });
        UnnamedFile.removeLeft(file.getParent(), NAME::equals);
        final Path unnamed = UnnamedFile.of(file);
        final byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        final MappedByteBuffer mapping = disk.create(unnamed, bytes.length);
        boolean named = false;
        try {
            mapping.put(0, bytes);
            disk.forceAndUnmap(unnamed, mapping);
            disk.rename(unnamed, file);
            named = true;
        } finally {
            if (!named) {
                disk.delete(unnamed);
            }
        }
    }
}
