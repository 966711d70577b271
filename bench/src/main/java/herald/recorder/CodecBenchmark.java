package herald.recorder;

import herald.bench.BenchEvent;
import herald.bench.Check;
import herald.event.EventDefaults;
import herald.event.EventView;
import herald.receiver.EventValidator;
import herald.wire.EventDecoder;
import herald.wire.MessageHeaderDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * What it costs to encode an event, to check its bytes and to read it, one thread, one buffer that stays in the cache.
 *
 * <pre>
 *   type, message, reference ── encode ─► 200 bytes ─┬─ validate
 *                                                    ├─ decode    flyweight, no text is copied
 *                                                    └─ view      what writers see, every text a String
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
@Threads(1)
public class CodecBenchmark {
    private static final int BUFFER_LENGTH = 512;
    private static final int TEXTS_LENGTH = 128;

    private final RecordedEventEncoder encoder = new RecordedEventEncoder(
        new EventRecorder.Context().component(BenchEvent.COMPONENT), BenchEvent.RECORDER_ID);
    private final UnsafeBuffer encoded = new UnsafeBuffer(ByteBuffer.allocateDirect(BUFFER_LENGTH));
    private final UnsafeBuffer wire = new BenchEvent().set(1, 1, 1);
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final EventDecoder event = new EventDecoder();
    private final EventValidator validator = new EventValidator();
    private final EventView view = new EventView();
    private final UnsafeBuffer text = new UnsafeBuffer(0, 0);
    private long sequence;

    /** As {@code record} encodes, length first. */
    @Benchmark
    public DirectBuffer encode() {
        sequence++;
        Check.equal("length", BenchEvent.LENGTH,
            encoder.encodedLength(BenchEvent.TYPE, BenchEvent.MESSAGE, BenchEvent.REFERENCE));
        encoder.begin(encoded, 0, sequence, sequence)
            .finish(BenchEvent.TYPE, BenchEvent.SEVERITY, BenchEvent.MESSAGE, null, BenchEvent.REFERENCE);
        Check.equal("encoded length", BenchEvent.LENGTH, encoder.encodedLength());
        return encoded;
    }

    /** As the receiver checks. */
    @Benchmark
    public void validate() {
        Check.that("the event is whole", validator.defectOf(wire, 0, BenchEvent.LENGTH) == null);
    }

    /** Every field, texts as ranges of the buffer. */
    @Benchmark
    public long decode() {
        event.wrapAndApplyHeader(wire, 0, header);
        final long fixed = event.recorderIdHigh() ^ event.recorderIdLow() ^ event.sequence() ^ event.recordTimeNs() ^
            event.severityRaw();
        Check.equal("attributes", 0, event.attributes().count());
        Check.equal("bytes of text", TEXTS_LENGTH, wrapTexts());
        return fixed;
    }

    private int wrapTexts() {
        event.wrapComponent(text);
        int length = text.capacity();
        event.wrapNode(text);
        length += text.capacity();
        event.wrapMetaTenant(text);
        length += text.capacity();
        event.wrapMetaNamespace(text);
        length += text.capacity();
        event.wrapTypeName(text);
        length += text.capacity();
        event.wrapCategory(text);
        length += text.capacity();
        event.wrapRefTenant(text);
        length += text.capacity();
        event.wrapRefNamespace(text);
        length += text.capacity();
        event.wrapRefKind(text);
        length += text.capacity();
        event.wrapRefName(text);
        length += text.capacity();
        event.wrapRefUri(text);
        length += text.capacity();
        event.wrapMessage(text);
        return length + text.capacity();
    }

    /** As writers read, on a cold path. */
    @Benchmark
    public EventView view() {
        view.wrapJournaled(EventDefaults.NONE, 1, 0, wire, 0);
        Check.equal("message length", BenchEvent.MESSAGE.length(), view.message().length());
        return view;
    }
}
