package herald.tools;

import herald.io.ErrorText;
import herald.io.SizeText;
import herald.recorder.EventRecorder;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Records the events of a stream of NDJSON and counts what became of them. A bad line is reported and passed over.
 *
 * <p>The recorder waits for room in a full spool up to the timeout. Where that was in vain, nothing more is tried until
 * the proxy has acknowledged something: the timeout runs once, not once for every line that is left.
 */
final class StreamRecording {
    private static final byte[] BYTE_ORDER_MARK = {(byte)0xEF, (byte)0xBB, (byte)0xBF};
    private static final int MAX_LINE_LENGTH = 1024 * 1024;

    private final EventRecorder recorder;
    private final EventLineParser parser;
    private final long maxLength;
    private final PrintWriter err;
    private final long timeoutNs;
    private final LinkErrors linkErrors;
    private final Supplier<String> kept;
    private long lineNumber;
    private long firstSequence;
    private long lastSequence;
    private long recorded;
    private long bad;
    private long refused;
    private long refusedFrom;
    private long refusal;
    private long stalledAt = -1;
    private boolean unreadable;

    StreamRecording(
        final EventRecorder recorder,
        final EventLineParser parser,
        final long maxLength,
        final PrintWriter err,
        final long timeoutNs,
        final LinkErrors linkErrors,
        final Supplier<String> kept) {
        this.recorder = recorder;
        this.parser = parser;
        this.maxLength = maxLength;
        this.err = err;
        this.timeoutNs = timeoutNs;
        this.linkErrors = linkErrors;
        this.kept = kept;
    }

    /**
     * Records all there is and waits for the proxy.
     *
     * @param input is read to its end, not closed.
     * @return one of {@link ExitCode}.
     * @throws IOException where the spool's size can't be read.
     */
    int run(final InputStream input) throws IOException {
        final LineReader lines = new LineReader(input, MAX_LINE_LENGTH);
        for (ByteBuffer line = next(lines); line != null; line = next(lines)) {
            lineNumber++;
            if (lineNumber == 1) {
                passByteOrderMark(line);
            }
            if (lines.isTooLong()) {
                reportBad("longer than " + SizeText.format(MAX_LINE_LENGTH));
            } else if (!isBlank(line)) {
                recordLine(line);
            }
        }
        endRefusals(lineNumber);
        recorder.awaitAcknowledged(lastSequence, timeoutNs);
        return report();
    }

    /** What was read before the input broke is recorded all the same. */
    private ByteBuffer next(final LineReader lines) {
        try {
            return lines.next();
        } catch (final IOException e) {
            unreadable = true;
            err.println("herald: cannot read standard input after line " + lineNumber + ": " + ErrorText.of(e));
            return null;
        }
    }

    private static void passByteOrderMark(final ByteBuffer line) {
        final int start = line.position();
        if (line.remaining() >= BYTE_ORDER_MARK.length &&
            line.slice(start, BYTE_ORDER_MARK.length).equals(ByteBuffer.wrap(BYTE_ORDER_MARK))) {
            line.position(start + BYTE_ORDER_MARK.length);
        }
    }

    private static boolean isBlank(final ByteBuffer line) {
        for (int i = line.position(); i < line.limit(); i++) {
            if (line.get(i) != ' ' && line.get(i) != '\t' && line.get(i) != '\r') {
                return false;
            }
        }
        return true;
    }

    private void recordLine(final ByteBuffer line) throws IOException {
        final int lineLength = line.remaining();
        final EventLine event;
        try {
            event = parser.parse(line);
        } catch (final BadLineException e) {
            reportBad(e.getMessage());
            return;
        }
        if (stalledAt >= 0 && stalledAt == recorder.acknowledgedSequence()) {
            refused++;
            return;
        }
        final long sequence = recorder.record(
            event.type(), event.severity(), event.message(), event.reference(), event.attributes());
        if (sequence > 0) {
            onAccepted(sequence);
        } else if (sequence == EventRecorder.TOO_LONG) {
            reportBad("the event is over the limit of " + maxLength +
                " bytes, encoded; the line has " + lineLength + " bytes: shorten it, or give --max-length");
        } else {
            onRefused(sequence);
        }
    }

    private void onAccepted(final long sequence) throws IOException {
        endRefusals(lineNumber - 1);
        firstSequence = recorded == 0 ? sequence : firstSequence;
        lastSequence = sequence;
        recorded++;
    }

    private void onRefused(final long code) {
        refused++;
        refusal = code;
        refusedFrom = refusedFrom == 0 ? lineNumber : refusedFrom;
        stalledAt = recorder.acknowledgedSequence();
    }

    private void endRefusals(final long lastLine) throws IOException {
        if (refusedFrom > 0) {
            err.println("herald: lines " + refusedFrom + " to " + lastLine + ": good ones not accepted: " +
                RecordCommand.describeRefusal(recorder, refusal));
        }
        refusedFrom = 0;
        stalledAt = -1;
    }

    private void reportBad(final String reason) {
        bad++;
        err.println("herald: line " + lineNumber + ": " + Printable.of(reason));
    }

    private int report() {
        final long acknowledged =
            Math.max(0, Math.min(recorded, recorder.acknowledgedSequence() - firstSequence + 1));
        final long spooled = recorded - acknowledged;
        if (spooled > 0) {
            err.println("herald: " + kept.get() + linkErrors.suffix());
        }
        err.println("recorded=" + recorded + " acknowledged=" + acknowledged + " rejected=" + (bad + refused) +
            " spooled=" + spooled);
        if (refused > 0 || unreadable || !recorder.isKept()) {
            return ExitCode.IO;
        }
        if (spooled > 0) {
            return ExitCode.SPOOLED;
        }
        return bad > 0 ? ExitCode.DATA : ExitCode.OK;
    }
}
