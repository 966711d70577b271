package herald.recorder;

import herald.io.Disk;
import herald.link.HeraldDirectory;
import org.agrona.concurrent.UnsafeBuffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the recorders of a data directory have counted, from their spools: while they run and after. Looking takes no
 * lock and changes nothing.
 */
public final class SpoolCounters {
    private SpoolCounters() {
    }

    /**
     * Adds up the counters of all spools, those for proxies on other hosts too. A file that is no spool, or is gone
     * meanwhile, counts nothing.
     *
     * @param disk    that holds them.
     * @param dataDir with the spools.
     * @return by component, in the order of their names.
     * @throws IOException where a directory of spools can't be listed.
     */
    public static Map<String, Map<RecorderCounter, Long>> byComponent(final Disk disk, final Path dataDir)
        throws IOException {
        final List<Path> directories = new ArrayList<>(HeraldDirectory.remoteSpoolDirs(disk, dataDir));
        directories.add(HeraldDirectory.spoolDir(dataDir));
        final Map<String, Map<RecorderCounter, Long>> sums = new TreeMap<>();
        for (final Path directory : directories) {
            for (final Path spool : disk.list(directory, SpoolFile.SUFFIX)) {
                final UnsafeBuffer header = header(spool);
                if (header != null) {
                    add(header, sums.computeIfAbsent(
                        SpoolInspection.componentOf(spool), component -> new EnumMap<>(RecorderCounter.class)));
                }
            }
        }
        return sums;
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

    private static void add(final UnsafeBuffer header, final Map<RecorderCounter, Long> sums) {
        for (final RecorderCounter counter : RecorderCounter.values()) {
            sums.merge(counter, header.getLong(counter.offset()), Long::sum);
        }
    }
}
