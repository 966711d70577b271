package herald.receiver;

import io.aeron.Aeron;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AtomicBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * Connects to a media driver and claims its recorders for one data directory: a counter of the driver's says whose
 * proxy is there, and is gone with that proxy's client. Where another directory's proxy has one, recorders would get
 * their acknowledgements from both. Receiver's thread.
 */
public final class ClaimedDriver implements ReceiverClient.Connector {
    /** Type of the counter; its key is the data directory's id, high and low. */
    static final int COUNTER_TYPE_ID = 4801;

    private static final String LABEL = "herald proxy of ";
    private static final int MAX_LABEL_LENGTH = 300;
    private static final int KEY_LENGTH = 2 * Long.BYTES;

    private final ReceiverClient.Connector connector;
    private final UUID directoryId;
    private final String dataDir;
    private long claimId;

    /**
     * A connector that refuses a driver which another directory's proxy uses.
     *
     * @param connector   builds clients.
     * @param directoryId of the proxy's data directory.
     * @param dataDir     for people.
     */
    public ClaimedDriver(final ReceiverClient.Connector connector, final UUID directoryId, final String dataDir) {
        this.connector = connector;
        this.directoryId = directoryId;
        this.dataDir = dataDir;
    }

    @Override
    public Aeron tryConnect(final ErrorHandler errorHandler) {
        final Aeron aeron = connector.tryConnect(errorHandler);
        if (aeron == null) {
            return null;
        }
        claimId = Long.MAX_VALUE;
        final String conflict = conflict(aeron);
        if (conflict != null) {
            aeron.close();
            throw new DriverInUseException(conflict);
        }
        claimId = claim(aeron);
        return aeron;
    }

    /** The driver's answer is not awaited: it holds up nobody. */
    private long claim(final Aeron aeron) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
        key.putLong(0, directoryId.getMostSignificantBits());
        key.putLong(Long.BYTES, directoryId.getLeastSignificantBits());
        final byte[] label = (LABEL + dataDir).getBytes(StandardCharsets.US_ASCII);
        return aeron.asyncAddCounter(COUNTER_TYPE_ID, key, 0, KEY_LENGTH, new UnsafeBuffer(label), 0,
            Math.min(label.length, MAX_LABEL_LENGTH));
    }

    /** Of two that came at the same moment the one that asked first stays. Asked often, so labels stay unread. */
    @Override
    public String conflict(final Aeron aeron) {
        final CountersReader counters = aeron.countersReader();
        final int maxCounterId = counters.maxCounterId();
        for (int i = 0; i <= maxCounterId; i++) {
            final int state = counters.getCounterState(i);
            if (state == CountersReader.RECORD_UNUSED) {
                return null;
            }
            if (state == CountersReader.RECORD_ALLOCATED && counters.getCounterTypeId(i) == COUNTER_TYPE_ID &&
                counters.getCounterRegistrationId(i) < claimId) {
                final String conflict = conflict(aeron, counters, i);
                if (conflict != null) {
                    return conflict;
                }
            }
        }
        return null;
    }

    private String conflict(final Aeron aeron, final CountersReader counters, final int counterId) {
        final AtomicBuffer metaData = counters.metaDataBuffer();
        final int keyOffset = CountersReader.metaDataOffset(counterId) + CountersReader.KEY_OFFSET;
        final long high = metaData.getLong(keyOffset);
        final long low = metaData.getLong(keyOffset + Long.BYTES);
        if (high == directoryId.getMostSignificantBits() && low == directoryId.getLeastSignificantBits()) {
            return null;
        }
        return "the media driver in " + aeron.context().aeronDirectoryName() + " is in use by the " +
            counters.getCounterLabel(counterId).replace(LABEL, "proxy of data directory ") + " (" +
            new UUID(high, low) + "): give each proxy a " +
            "directory of its own with --aeron-dir; after a kill the driver needs its timeout to notice";
    }
}
