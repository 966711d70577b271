package herald.journal;

import herald.disk.JournaledEventDecoder;
import herald.disk.JournaledShutdownDecoder;
import herald.disk.JournaledStartDecoder;
import herald.disk.JournaledTickDecoder;
import herald.disk.JournaledVoidDecoder;
import herald.disk.MessageHeaderDecoder;
import herald.disk.RecorderTableDecoder;
import herald.disk.VoidReason;
import herald.event.EventDefaults;
import herald.event.EventView;
import herald.events.AttributePatterns;
import herald.io.Disk;
import herald.link.DirectoryIdentity;
import herald.log.LogDamage;
import herald.log.LogReader;
import herald.receiver.VoidCause;
import herald.stage.FoldingRules;
import herald.stage.ProxyStart;
import herald.wire.EventDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.file.Path;
import java.util.UUID;

/**
 * Reads a journal record by record, of this process or of a proxy elsewhere, while it is written. A record whose body
 * can't be read is reported and passed over: for its readers it is not there. Owned by one thread.
 */
public final class JournalReader implements AutoCloseable {
    /** What a record is. */
    public enum RecordKind {
        /** An accepted event. */
        EVENT,
        /** Sequences that can't come any more. */
        VOID,
        /** Time went on while a batch was open. */
        TICK,
        /** A proxy started. */
        START,
        /** The settings in force, said again at the head of a segment. */
        SETTINGS,
        /** A proxy was stopped in order. */
        SHUTDOWN,
        /** A part of the recorder table at the head of a segment. */
        RECORDERS,
        /** A record of a newer version. */
        UNKNOWN
    }

    private final LogReader log;
    private final LogDamage.Listener onDamage;
    private final RecordStructure structure = new RecordStructure();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final JournaledEventDecoder event = new JournaledEventDecoder();
    private final JournaledVoidDecoder voided = new JournaledVoidDecoder();
    private final JournaledTickDecoder tick = new JournaledTickDecoder();
    private final JournaledStartDecoder startDecoder = new JournaledStartDecoder();
    private final JournaledShutdownDecoder shutdown = new JournaledShutdownDecoder();
    private final RecorderTableDecoder table = new RecorderTableDecoder();
    private final herald.wire.MessageHeaderDecoder wireHeader = new herald.wire.MessageHeaderDecoder();
    private final EventDecoder wire = new EventDecoder();
    private final UnsafeBuffer wireEvent = new UnsafeBuffer(0, 0);
    private final EventView view = new EventView();
    private RecordKind kind;
    private long journalTimeNs;
    private long wallTimeNs;
    private ProxyStart start;
    private long windowsPosition;
    private int recordersInTable;
    private UUID directoryId = DirectoryIdentity.NO_ID;
    private long generation;

    /**
     * A reader at a position.
     *
     * @param disk         that holds the journal.
     * @param directory    of its segments.
     * @param fromPosition as {@link LogReader} takes it.
     * @param onDamage     told of ranges without a valid record, and of records that can't be read.
     */
    public JournalReader(
        final Disk disk, final Path directory, final long fromPosition, final LogDamage.Listener onDamage) {
        this.log = new LogReader(disk, directory, fromPosition, onDamage);
        this.onDamage = onDamage;
    }

    /**
     * Goes to the next record.
     *
     * @return false at the end of what is written so far.
     */
    public boolean next() {
        while (log.next()) {
            final String defect = structure.defectOf(log.buffer(), log.bodyOffset(), log.bodyLength());
            if (defect == null) {
                decode(log.buffer(), log.bodyOffset());
                return true;
            }
            onDamage.onDamage(LogDamage.unreadable(log.recordPosition(), log.position(), defect));
        }
        return false;
    }

    private void decode(final DirectBuffer buffer, final int offset) {
        header.wrap(buffer, offset);
        switch (header.templateId()) {
            case JournaledEventDecoder.TEMPLATE_ID -> {
                event.wrapAndApplyHeader(buffer, offset, header);
                record(RecordKind.EVENT, event.journalTimeNs(), event.wallTimeNs());
                event.wrapWireEvent(wireEvent);
            }
            case JournaledVoidDecoder.TEMPLATE_ID -> {
                voided.wrapAndApplyHeader(buffer, offset, header);
                record(RecordKind.VOID, voided.journalTimeNs(), voided.wallTimeNs());
            }
            case JournaledTickDecoder.TEMPLATE_ID -> {
                tick.wrapAndApplyHeader(buffer, offset, header);
                record(RecordKind.TICK, tick.journalTimeNs(), tick.wallTimeNs());
            }
            case JournaledStartDecoder.TEMPLATE_ID -> {
                startDecoder.wrapAndApplyHeader(buffer, offset, header);
                decodeStart();
            }
            case JournaledShutdownDecoder.TEMPLATE_ID -> {
                shutdown.wrapAndApplyHeader(buffer, offset, header);
                record(RecordKind.SHUTDOWN, shutdown.journalTimeNs(), shutdown.wallTimeNs());
            }
            case RecorderTableDecoder.TEMPLATE_ID -> {
                table.wrapAndApplyHeader(buffer, offset, header);
                record(RecordKind.RECORDERS, table.journalTimeNs(), table.journalTimeNs());
            }
            default -> kind = RecordKind.UNKNOWN;
        }
    }

    private void record(final RecordKind newKind, final long newJournalTimeNs, final long newWallTimeNs) {
        kind = newKind;
        journalTimeNs = newJournalTimeNs;
        wallTimeNs = newWallTimeNs;
    }

    private void decodeStart() {
        record(
            startDecoder.repeated() == 0 ? RecordKind.START : RecordKind.SETTINGS,
            startDecoder.journalTimeNs(),
            startDecoder.wallTimeNs());
        final long runId = startDecoder.runId();
        final long dedupIntervalNs = startDecoder.dedupIntervalNs();
        final long batchIntervalNs = startDecoder.batchIntervalNs();
        final long dedupKeyLimit = startDecoder.dedupKeyLimit();
        final int batchLengthLimit = startDecoder.batchLengthLimit();
        windowsPosition = startDecoder.windowsPosition();
        recordersInTable = startDecoder.recordersInTable();
        final boolean maintenance = startDecoder.maintenance() == 1;
        final boolean identified = startDecoder.generation() != JournaledStartDecoder.generationNullValue();
        directoryId = identified ?
            new UUID(startDecoder.directoryIdHigh(), startDecoder.directoryIdLow()) : DirectoryIdentity.NO_ID;
        generation = identified ? startDecoder.generation() : 0;
        final int rules = startDecoder.foldingRules() == JournaledStartDecoder.foldingRulesNullValue() ?
            FoldingRules.FIRST_VERSION : startDecoder.foldingRules();
        start = new ProxyStart(
            runId,
            dedupIntervalNs,
            batchIntervalNs,
            dedupKeyLimit,
            batchLengthLimit,
            new EventDefaults(startDecoder.node(), startDecoder.refTenant(), startDecoder.refNamespace(),
                startDecoder.refKind(), startDecoder.refName()),
            maintenance,
            new FoldingRules(rules, patterns(startDecoder.ignoredAttributes())));
    }

    private static AttributePatterns patterns(final String lines) {
        return AttributePatterns.of(lines.lines().filter(line -> !line.isBlank()).toList());
    }

    /** What the current record is. */
    public RecordKind kind() {
        return kind;
    }

    /** Journal time of the current record, ns since the epoch. */
    public long journalTimeNs() {
        return journalTimeNs;
    }

    /** The proxy's wall clock at the current record, ns since the epoch. */
    public long wallTimeNs() {
        return wallTimeNs;
    }

    /** Where the current record is. */
    public long recordPosition() {
        return log.recordPosition();
    }

    /** Where the next record will be looked for. */
    public long position() {
        return log.position();
    }

    /** The wire message of an {@link RecordKind#EVENT}, until the next call of {@link #next()}. */
    public DirectBuffer wireEvent() {
        return wireEvent;
    }

    /** The event of an {@link RecordKind#EVENT} as readers see it, until the next call. */
    public EventView event() {
        final EventDefaults defaults = start == null ? EventDefaults.NONE : start.defaults();
        return view.wrapJournaled(defaults, journalTimeNs, log.recordPosition(), wireEvent, 0);
    }

    /** Whose record an {@link RecordKind#EVENT} or {@link RecordKind#VOID} is. */
    public UUID recorderId() {
        if (kind == RecordKind.VOID) {
            return new UUID(voided.recorderIdHigh(), voided.recorderIdLow());
        }
        wire.wrapAndApplyHeader(wireEvent, 0, wireHeader);
        return new UUID(wire.recorderIdHigh(), wire.recorderIdLow());
    }

    /** First of the sequences of a {@link RecordKind#VOID}. */
    public long fromSequence() {
        return voided.fromSequence();
    }

    /** The sequence of an {@link RecordKind#EVENT}, or the last one of a {@link RecordKind#VOID}. */
    public long sequence() {
        if (kind == RecordKind.VOID) {
            return voided.toSequence();
        }
        wire.wrapAndApplyHeader(wireEvent, 0, wireHeader);
        return wire.sequence();
    }

    /** Why a {@link RecordKind#VOID} passes over its sequences; one that only a newer Herald knows counts as lost. */
    public VoidCause cause() {
        final short reason = voided.reasonRaw();
        if (reason == VoidReason.REFUSED.value()) {
            return VoidCause.REFUSED;
        }
        if (reason == VoidReason.ACKNOWLEDGED_AND_GONE.value()) {
            return VoidCause.ACKNOWLEDGED_AND_GONE;
        }
        return reason == VoidReason.ACKNOWLEDGED_ELSEWHERE.value() ?
            VoidCause.ACKNOWLEDGED_ELSEWHERE : VoidCause.LOST_BY_RECORDER;
    }

    /** The settings last read; null before the first {@link RecordKind#START} or {@link RecordKind#SETTINGS}. */
    public ProxyStart start() {
        return start;
    }

    /** Where the last start is that made dedup forget its windows, as {@link #start()} said; 0 before it. */
    public long windowsPosition() {
        return windowsPosition;
    }

    /** The data directory of the start last read; {@link DirectoryIdentity#NO_ID} where it says none. */
    public UUID directoryId() {
        return directoryId;
    }

    /** Number of the start last read in its data directory; 0 where it says none. */
    public long generation() {
        return generation;
    }

    /** How many recorders are in the table that a {@link RecordKind#SETTINGS} completes. */
    public int recordersInTable() {
        return recordersInTable;
    }

    /** How many recorders of the table are in the records before a {@link RecordKind#RECORDERS}. */
    public int fromIndex() {
        return table.fromIndex();
    }

    /** The recorders of a {@link RecordKind#RECORDERS}. */
    public RecorderTableDecoder.RecordersDecoder recorders() {
        table.sbeRewind();
        return table.recorders();
    }

    @Override
    public void close() {
        log.close();
    }
}
