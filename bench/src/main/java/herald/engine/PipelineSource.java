package herald.engine;

import herald.bench.BenchEvent;
import herald.receiver.RecorderState;
import herald.wire.EventEncoder;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;

import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * The recorders of a {@link PipelineRun} and their events, one after the other. Owned by the producing thread.
 */
final class PipelineSource {
    private static final int PERCENT = 100;
    private static final int ID_HIGH_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.recorderIdHighEncodingOffset();
    private static final int ID_LOW_OFFSET =
        MessageHeaderEncoder.ENCODED_LENGTH + EventEncoder.recorderIdLowEncodingOffset();

    private final PipelineShape shape;
    private final RecorderState[] recorders;
    private final long[] sequences;
    private final BenchEvent event = new BenchEvent();
    private final SplittableRandom random = new SplittableRandom(1);
    private int turn;
    private long nextNumber;
    private long number;
    private long repeats;
    private UnsafeBuffer wire;

    PipelineSource(final PipelineShape shape) {
        this.shape = shape;
        recorders = new RecorderState[shape.recorders()];
        sequences = new long[shape.recorders()];
        for (int i = 0; i < recorders.length; i++) {
            recorders[i] = new RecorderState(new UUID(
                BenchEvent.RECORDER_ID.getMostSignificantBits() + i, BenchEvent.RECORDER_ID.getLeastSignificantBits()),
                0);
        }
    }

    /** Draws the number of the next event. */
    void draw() {
        final boolean repeat = random.nextInt(PERCENT) < shape.repeatPercent();
        repeats += repeat ? 1 : 0;
        number = repeat ? random.nextInt(shape.keys()) : shape.keys() + nextNumber++;
    }

    /** Makes the next event one of a key. */
    void key(final int key) {
        number = key;
    }

    /** Encodes the event that was drawn. */
    void encode(final long timeNs) {
        turn = turn + 1 == recorders.length ? 0 : turn + 1;
        sequences[turn]++;
        final UUID id = recorders[turn].id();
        wire = event.set(number, sequences[turn], timeNs);
        wire.putLong(ID_HIGH_OFFSET, id.getMostSignificantBits(), ByteOrder.LITTLE_ENDIAN);
        wire.putLong(ID_LOW_OFFSET, id.getLeastSignificantBits(), ByteOrder.LITTLE_ENDIAN);
    }

    boolean offerTo(final EventPipeline pipeline) {
        return pipeline.onEvent(recorders[turn], sequences[turn], wire, 0, BenchEvent.LENGTH);
    }

    /** Events that were drawn from the keys. */
    long repeats() {
        return repeats;
    }

    /** Events of all recorders. */
    long events() {
        long sum = 0;
        for (final long sequence : sequences) {
            sum += sequence;
        }
        return sum;
    }

    /** Events of all recorders that are durable. */
    long durable() {
        long sum = 0;
        for (final RecorderState recorder : recorders) {
            sum += recorder.durableSequence();
        }
        return sum;
    }
}
