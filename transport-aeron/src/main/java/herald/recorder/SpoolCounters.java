package herald.recorder;

import herald.io.Disk;
import herald.io.ErrorText;
import herald.link.HeraldDirectory;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the recorders of a data directory have counted, from their spools: while they run and after. Looking takes no
 * lock and changes nothing.
 */
public final class SpoolCounters {
    private SpoolCounters() {
    }

    /**
     * Adds up the counters of all spools, those for proxies on other hosts and those that are deleted too. A file that
     * is no spool counts nothing.
     *
     * @param disk         that holds them.
     * @param dataDir      with the spools.
     * @param onUnreadable told where it can't be read what deleted spools counted; the others are added up.
     * @return by component, in the order of their names.
     * @throws IOException where a directory of spools can't be listed.
     */
    public static Map<String, Map<RecorderCounter, Long>> byComponent(
        final Disk disk, final Path dataDir, final Consumer<IOException> onUnreadable) throws IOException {
        final List<Path> directories = new ArrayList<>(HeraldDirectory.remoteSpoolDirs(disk, dataDir));
        directories.add(HeraldDirectory.spoolDir(dataDir));
        final Map<String, Map<RecorderCounter, Long>> sums = new TreeMap<>();
        for (final Path directory : directories) {
            try {
                RetiredCounters.read(directory).forEach((component, counted) -> addTo(sums, component, counted));
            } catch (final IOException e) {
                onUnreadable.accept(e);
            }
            for (final Path spool : disk.list(directory, SpoolFile.SUFFIX)) {
                addTo(sums, SpoolInspection.componentOf(spool), of(spool));
            }
        }
        return sums;
    }

    /**
     * What is wrong with the file in which deleted spools are counted.
     *
     * @param directory of spools.
     * @return the file, and the reason why it can't be read; null where it can.
     */
    public static Map.Entry<Path, String> retiredDefect(final Path directory) {
        try {
            RetiredCounters.read(directory);
            return null;
        } catch (final IOException e) {
            return Map.entry(RetiredCounters.file(directory), ErrorText.of(e));
        }
    }

    private static void addTo(
        final Map<String, Map<RecorderCounter, Long>> sums, final String component,
        final Map<RecorderCounter, Long> counted) {
        if (!counted.isEmpty()) {
            final Map<RecorderCounter, Long> sum =
                sums.computeIfAbsent(component, unknown -> new EnumMap<>(RecorderCounter.class));
            counted.forEach((counter, value) -> sum.merge(counter, value, Long::sum));
        }
    }

    /** What one spool says; nothing where its header does not say whose it is. */
    static Map<RecorderCounter, Long> of(final Path spool) {
        final Map<RecorderCounter, Long> counted = new EnumMap<>(RecorderCounter.class);
        final UnsafeBuffer header = header(spool);
        if (header != null) {
            add(header, counted);
        }
        return counted;
    }

    private static UnsafeBuffer header(final Path spool) {
        final ByteBuffer header = ByteBuffer.allocateDirect(SpoolDescriptor.HEADER_LENGTH);
        try (SpoolBytes bytes = SpoolBytes.open(spool, false)) {
            if (bytes.length() < SpoolDescriptor.HEADER_LENGTH) {
                return null;
            }
            bytes.read(0, header);
        } catch (final IOException e) {
            return null;
        }
        header.clear();
        return SpoolDescriptor.isIdentityWhole(header, 0) ? new UnsafeBuffer(header) : null;
    }

    /** Adds the counters in a spool's header. */
    static void add(final DirectBuffer header, final Map<RecorderCounter, Long> sum) {
        for (final RecorderCounter counter : RecorderCounter.values()) {
            sum.merge(counter, header.getLong(counter.offset()), Long::sum);
        }
    }
}
