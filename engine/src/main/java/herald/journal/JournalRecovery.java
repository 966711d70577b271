package herald.journal;

import herald.disk.RecorderTableDecoder;
import herald.io.Disk;
import herald.link.DirectoryIdentity;
import herald.log.LogDamage;
import herald.log.LogReader;
import herald.receiver.RecorderState;
import herald.stage.ProxyStart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * What the journal says when it is read at start.
 *
 * @param recorders         known, each with what is journaled of it.
 * @param start             the settings last in force; null where the journal is new.
 * @param lastJournalTimeNs of its last record; 0 where the journal is new.
 * @param headed            whether the last segment can be read without those before it.
 * @param headPosition      where reading began: the newest segment that begins with a whole head, or the oldest one.
 * @param windowsPosition   of the last start that made dedup forget its windows; 0 where the journal is new.
 * @param directoryId       of the data directory as of its last start; {@link DirectoryIdentity#NO_ID} where the
 *                          journal is new or from before directories had ids.
 * @param generation        number of that start; 0 as above.
 */
public record JournalRecovery(
    List<RecorderState> recorders,
    ProxyStart start,
    long lastJournalTimeNs,
    boolean headed,
    long headPosition,
    long windowsPosition,
    UUID directoryId,
    long generation) {
    /** A journal that holds nothing. */
    public static final JournalRecovery EMPTY =
        new JournalRecovery(List.of(), null, 0, true, 0, 0, DirectoryIdentity.NO_ID, 0);

    /**
     * Reads the journal's last segment, or as many as it takes to have a whole recorder table before.
     *
     * @param disk      that holds the journal.
     * @param directory of its segments.
     * @param onDamage  told of ranges without a valid record, and of records that can't be read.
     * @return what it says.
     */
    public static JournalRecovery read(final Disk disk, final Path directory, final LogDamage.Listener onDamage) {
        final List<Long> bases = LogReader.segmentBases(disk, directory);
        final long last = bases.isEmpty() ? 0 : bases.get(bases.size() - 1);
        for (int i = bases.size() - 1; i > 0; i--) {
            final long headEnd = endOfHead(disk, directory, bases.get(i));
            if (headEnd > 0) {
                return readFrom(disk, directory, bases.get(i), headEnd > last, onDamage);
            }
        }
        return readFrom(disk, directory, bases.isEmpty() ? 0 : bases.get(0), bases.size() <= 1, onDamage);
    }

    /** Where a segment's head ends, in it or in a later one; 0 where a part of it is missing. */
    private static long endOfHead(final Disk disk, final Path directory, final long base) {
        final List<LogDamage> damages = new ArrayList<>();
        int recorders = 0;
        try (JournalReader reader = new JournalReader(disk, directory, base, damages::add)) {
            while (reader.next() && damages.isEmpty()) {
                switch (reader.kind()) {
                    case SETTINGS -> {
                        return reader.recordersInTable() == recorders ? reader.position() : 0;
                    }
                    case RECORDERS -> {
                        // A disk that was full in the middle of a table made it begin anew.
                        recorders = reader.fromIndex() == 0 ? 0 : recorders;
                        if (reader.fromIndex() != recorders) {
                            return 0;
                        }
                        recorders += reader.recorders().count();
                    }
                    default -> {
                        return 0;
                    }
                }
            }
            return 0;
        }
    }

    private static JournalRecovery readFrom(
        final Disk disk,
        final Path directory,
        final long base,
        final boolean headed,
        final LogDamage.Listener onDamage) {
        final Map<UUID, RecorderState> recorders = new HashMap<>();
        long lastNs = 0;
        try (JournalReader reader = new JournalReader(disk, directory, base, onDamage)) {
            while (reader.next()) {
                switch (reader.kind()) {
                    case RECORDERS -> readTable(reader.recorders(), recorders);
                    case EVENT, VOID -> recorders
                        .computeIfAbsent(reader.recorderId(), id -> new RecorderState(id, 0))
                        .recovered(reader.sequence(), reader.journalTimeNs());
                    default -> {
                        // Says nothing of recorders.
                    }
                }
                lastNs = reader.kind() == JournalReader.RecordKind.START ?
                    reader.journalTimeNs() : Math.max(lastNs, reader.journalTimeNs());
            }
            return new JournalRecovery(
                List.copyOf(recorders.values()), reader.start(), lastNs, headed, base, reader.windowsPosition(),
                reader.directoryId(), reader.generation());
        }
    }

    private static void readTable(
        final RecorderTableDecoder.RecordersDecoder table, final Map<UUID, RecorderState> recorders) {
        while (table.hasNext()) {
            table.next();
            final UUID id = new UUID(table.recorderIdHigh(), table.recorderIdLow());
            final RecorderState recorder = recorders.computeIfAbsent(id, unknown -> new RecorderState(unknown, 0));
            recorder.recovered(table.acceptedSequence(), table.lastSeenNs());
            recorder.attempt(table.attempt());
        }
    }
}
