package herald.journal;

import herald.disk.JournaledEventEncoder;
import herald.disk.JournaledShutdownEncoder;
import herald.disk.JournaledStartEncoder;
import herald.disk.JournaledTickEncoder;
import herald.disk.JournaledVoidEncoder;
import herald.disk.MessageHeaderEncoder;
import herald.disk.RecorderTableEncoder;
import herald.disk.VoidReason;
import herald.event.EventDefaults;
import herald.log.LogDescriptor;
import herald.log.SegmentedLog;
import herald.receiver.RecorderState;
import herald.receiver.VoidCause;
import herald.stage.EventSlot;
import herald.stage.ProxyStart;
import org.agrona.MutableDirectBuffer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * The append-only log of every accepted event. Each segment but the first begins with its <em>head</em>, the recorder
 * table and the settings in force, so that it can be read without those before it; a table that is longer than a
 * segment takes several, which are kept together. Owned by the journal stage.
 */
public final class Journal implements AutoCloseable {
    private static final int RECORDERS_PER_RECORD = 1000;
    private static final int RECORDER_LENGTH = 5 * Long.BYTES;
    private static final int MAX_TEXT_LENGTH = 4096;

    private final SegmentedLog log;
    private final long forgetRecorderNs;
    private final List<RecorderState> recorders = new ArrayList<>();
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final JournaledEventEncoder event = new JournaledEventEncoder();
    private final JournaledVoidEncoder voided = new JournaledVoidEncoder();
    private final JournaledTickEncoder tick = new JournaledTickEncoder();
    private final JournaledShutdownEncoder shutdown = new JournaledShutdownEncoder();
    private final JournaledStartEncoder startEncoder = new JournaledStartEncoder();
    private final RecorderTableEncoder table = new RecorderTableEncoder();
    private ProxyStart start;
    private UUID directoryId;
    private long generation;
    private long windowsPosition;
    private long lastTimeNs;
    private volatile boolean forgetsRecorders = true;
    private boolean headOwed;
    private volatile long headPosition;

    /**
     * A journal on an open log.
     *
     * @param log              at its end.
     * @param recovered        what the log said when it was read.
     * @param forgetRecorderNs after how long a silent recorder is left out of the table.
     */
    public Journal(final SegmentedLog log, final JournalRecovery recovered, final long forgetRecorderNs) {
        this.log = log;
        this.forgetRecorderNs = forgetRecorderNs;
        this.start = recovered.start();
        this.directoryId = recovered.directoryId();
        this.generation = recovered.generation();
        this.headOwed = start != null && !recovered.headed();
        this.headPosition = recovered.headPosition();
        this.windowsPosition = recovered.windowsPosition();
        this.lastTimeNs = recovered.lastJournalTimeNs();
        for (final RecorderState recorder : recovered.recorders()) {
            recorder.enterTable();
            recorders.add(recorder);
        }
    }

    /**
     * Says in which data directory the journal is, before the first start is appended.
     *
     * @param newDirectoryId of it.
     * @param newGeneration  number of the start.
     */
    public void directory(final UUID newDirectoryId, final long newGeneration) {
        directoryId = newDirectoryId;
        generation = newGeneration;
    }

    /**
     * Appends a slot.
     *
     * @param slot of the ring; it is told its position.
     * @throws herald.log.LogFullException where there is no room for another segment: nothing was appended.
     */
    public void append(final EventSlot slot) {
        if (start == null) {
            start = slot.start();
        }
        if (!log.fits(bodyLengthBound(slot))) {
            log.beginSegment();
            headOwed = true;
        }
        if (headOwed) {
            appendHead(slot);
            headOwed = false;
        }
        switch (slot.kind()) {
            case EVENT -> appendEvent(slot);
            case VOID -> appendVoid(slot);
            case TICK -> {
                final MutableDirectBuffer buffer = log.claim(bodyLength(JournaledTickEncoder.BLOCK_LENGTH));
                tick.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
                    .journalTimeNs(slot.journalTimeNs()).wallTimeNs(slot.wallTimeNs());
            }
            case SHUTDOWN -> {
                final MutableDirectBuffer buffer = log.claim(bodyLength(JournaledShutdownEncoder.BLOCK_LENGTH));
                shutdown.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
                    .journalTimeNs(slot.journalTimeNs()).wallTimeNs(slot.wallTimeNs());
            }
            case START -> appendStart(slot);
        }
        lastTimeNs = Math.max(lastTimeNs, slot.journalTimeNs());
        final long position = log.commit();
        slot.journaledAt(position, log.position());
    }

    private void appendStart(final EventSlot slot) {
        final ProxyStart next = slot.start();
        // Windows that begin in the future would never end.
        final boolean forgets =
            windowsPosition == 0 || next.forgetsWindowsOf(start) || slot.journalTimeNs() < lastTimeNs;
        start = next;
        lastTimeNs = slot.journalTimeNs();
        slot.forgetsWindows(forgets);
        encodeStart(slot, false, forgets);
    }

    private static int bodyLength(final int blockLength) {
        return MessageHeaderEncoder.ENCODED_LENGTH + blockLength;
    }

    private static int bodyLengthBound(final EventSlot slot) {
        return slot.kind() == EventSlot.Kind.EVENT ? eventBodyLength(slot) : bodyLength(MAX_TEXT_LENGTH);
    }

    private static int eventBodyLength(final EventSlot slot) {
        return bodyLength(JournaledEventEncoder.BLOCK_LENGTH) + JournaledEventEncoder.wireEventHeaderLength() +
            slot.wireEvent().capacity();
    }

    private void appendEvent(final EventSlot slot) {
        final MutableDirectBuffer buffer = log.claim(eventBodyLength(slot));
        event.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
            .journalTimeNs(slot.journalTimeNs())
            .wallTimeNs(slot.wallTimeNs())
            .putWireEvent(slot.wireEvent(), 0, slot.wireEvent().capacity());
        noteRecorder(slot);
    }

    private void appendVoid(final EventSlot slot) {
        final MutableDirectBuffer buffer = log.claim(bodyLength(JournaledVoidEncoder.BLOCK_LENGTH));
        voided.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
            .journalTimeNs(slot.journalTimeNs())
            .wallTimeNs(slot.wallTimeNs())
            .recorderIdHigh(slot.recorder().id().getMostSignificantBits())
            .recorderIdLow(slot.recorder().id().getLeastSignificantBits())
            .fromSequence(slot.fromSequence())
            .toSequence(slot.sequence())
            .reason(reason(slot.cause()));
        noteRecorder(slot);
    }

    private static VoidReason reason(final VoidCause cause) {
        return switch (cause) {
            case LOST_BY_RECORDER -> VoidReason.LOST_BY_RECORDER;
            case REFUSED -> VoidReason.REFUSED;
            case ACKNOWLEDGED_AND_GONE -> VoidReason.ACKNOWLEDGED_AND_GONE;
            case ACKNOWLEDGED_ELSEWHERE -> VoidReason.ACKNOWLEDGED_ELSEWHERE;
        };
    }

    private void noteRecorder(final EventSlot slot) {
        final RecorderState recorder = slot.recorder();
        recorder.journaled(slot.sequence(), slot.journalTimeNs());
        if (recorder.enterTable()) {
            recorders.add(recorder);
        }
    }

    /** The settings come last: where they stand, the table before them is whole. */
    private void appendHead(final EventSlot slot) {
        recorders.removeIf(recorder -> isForgotten(recorder, slot.journalTimeNs()));
        final boolean atBeginning = log.position() == log.segmentBase() + LogDescriptor.SEGMENT_HEADER_LENGTH;
        final long base = log.segmentBase();
        for (int from = 0; from < recorders.size(); from += RECORDERS_PER_RECORD) {
            appendTable(slot, from, Math.min(recorders.size(), from + RECORDERS_PER_RECORD));
        }
        encodeStart(slot, true, false);
        log.commit();
        if (atBeginning) {
            headPosition = base;
        }
    }

    /**
     * Where the newest whole head begins at the beginning of a segment: recovery reads from there on, so nothing after
     * it may be released. Any thread.
     *
     * @return a position in bytes.
     */
    public long headPosition() {
        return headPosition;
    }

    /**
     * Says whether recorders that are silent for long are left out of tables: not while journal time may be wrong. Any
     * thread.
     *
     * @param forgets false where all are kept.
     */
    public void forgetRecorders(final boolean forgets) {
        forgetsRecorders = forgets;
    }

    private boolean isForgotten(final RecorderState recorder, final long journalTimeNs) {
        return forgetsRecorders && journalTimeNs - recorder.lastSeenNs() > forgetRecorderNs && recorder.leaveTable();
    }

    private void appendTable(final EventSlot slot, final int from, final int to) {
        final int length = bodyLength(RecorderTableEncoder.BLOCK_LENGTH) +
            RecorderTableEncoder.RecordersEncoder.HEADER_SIZE +
            (to - from) * RECORDER_LENGTH;
        final MutableDirectBuffer buffer = log.claim(length);
        final RecorderTableEncoder.RecordersEncoder group = table.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
            .journalTimeNs(slot.journalTimeNs())
            .fromIndex(from)
            .recordersCount(to - from);
        for (final RecorderState recorder : recorders.subList(from, to)) {
            group.next()
                .recorderIdHigh(recorder.id().getMostSignificantBits())
                .recorderIdLow(recorder.id().getLeastSignificantBits())
                .acceptedSequence(recorder.journaledSequence())
                .lastSeenNs(recorder.lastSeenNs())
                .attempt(recorder.attempt());
        }
        log.commit();
    }

    private void encodeStart(final EventSlot slot, final boolean repeated, final boolean forgetsWindows) {
        final EventDefaults defaults = start.defaults();
        final byte[][] texts = {
            utf8(defaults.node()), utf8(defaults.refTenant()), utf8(defaults.refNamespace()), utf8(defaults.refKind()),
            utf8(defaults.refName()), utf8(String.join("\n", start.rules().ignoredAttributes().patterns()))};
        int length = bodyLength(JournaledStartEncoder.BLOCK_LENGTH);
        for (final byte[] text : texts) {
            length += JournaledStartEncoder.nodeHeaderLength() + text.length;
        }
        final MutableDirectBuffer buffer = log.claim(length);
        windowsPosition = forgetsWindows ? log.position() : windowsPosition;
        startEncoder.wrapAndApplyHeader(buffer, log.bodyOffset(), header)
            .journalTimeNs(slot.journalTimeNs())
            .wallTimeNs(slot.wallTimeNs())
            .runId(start.runId())
            .dedupIntervalNs(start.dedupIntervalNs())
            .batchIntervalNs(start.batchIntervalNs())
            .dedupKeyLimit(start.dedupKeyLimit())
            .batchLengthLimit(start.batchLengthLimit())
            .repeated((short)(repeated ? 1 : 0))
            .windowsPosition(windowsPosition)
            .recordersInTable(repeated ? recorders.size() : 0)
            .maintenance((short)(start.maintenance() ? 1 : 0))
            .directoryIdHigh(directoryId.getMostSignificantBits())
            .directoryIdLow(directoryId.getLeastSignificantBits())
            .generation(generation)
            .foldingRules((short)start.rules().version())
            .putNode(texts[0], 0, texts[0].length)
            .putRefTenant(texts[1], 0, texts[1].length)
            .putRefNamespace(texts[2], 0, texts[2].length)
            .putRefKind(texts[3], 0, texts[3].length)
            .putRefName(texts[4], 0, texts[4].length)
            .putIgnoredAttributes(texts[5], 0, texts[5].length);
    }

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Forces what was appended to the device.
     *
     * @throws IOException where the device failed.
     */
    public void force() throws IOException {
        log.force();
    }

    /** Says that what was appended is acknowledged as it is, without a force. */
    void settle() {
        log.settle();
    }

    /**
     * The log underneath, for preparing and releasing segments.
     *
     * @return it.
     */
    public SegmentedLog log() {
        return log;
    }

    /**
     * After how long a silent recorder is forgotten where nothing is configured.
     *
     * @return in ns: 30 days.
     */
    public static long defaultForgetRecorderNs() {
        return TimeUnit.DAYS.toNanos(30);
    }

    @Override
    public void close() {
        log.close();
    }
}
