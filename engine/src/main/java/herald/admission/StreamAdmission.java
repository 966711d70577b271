package herald.admission;

import com.sun.management.UnixOperatingSystemMXBean;
import herald.link.CounterId;
import herald.link.LinkDescriptor;
import herald.receiver.ReceiverCounter;
import herald.seal.SealDescriptor;
import io.aeron.AeronCounters;
import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ReceiveChannelEndpointSupplier;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.driver.status.StreamCounter;
import io.aeron.logbuffer.LogBufferDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import org.agrona.DirectBuffer;
import org.agrona.collections.Hashing;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * Decides for which streams from other hosts a media driver makes an image: those that begin as their rule says, with
 * terms of a length that Herald's senders have, and no more of them than memory and descriptors allow. One for each
 * driver, whose thread does everything but {@link #onProven}.
 */
public final class StreamAdmission implements ReceiveChannelEndpointSupplier {
    /** The longest terms that a sender of Herald's has, in bytes: those of the longest sealed event. */
    public static final int MAX_TERM_LENGTH =
        LinkDescriptor.termLength(LinkDescriptor.MAX_EVENT_LENGTH_LIMIT + SealDescriptor.OVERHEAD);

    static final int MIN_TERM_LENGTH = LogBufferDescriptor.TERM_MIN_LENGTH;

    private static final Logger LOGGER = LoggerFactory.getLogger(StreamAdmission.class);
    private static final int MAX_STREAMS = 4096;
    private static final int MIN_STREAMS = 8;
    private static final int MAX_UNPROVEN = 512;
    private static final long MAX_UNPROVEN_LENGTH = 256L * 1024 * 1024;
    /** Descriptors that a stream takes with its way back, in driver and receiver, and those that are kept for files. */
    private static final int DESCRIPTORS_PER_STREAM = 4;
    private static final int KEPT_DESCRIPTORS = 512;
    private static final long KEPT_LENGTH = 8L * 1024 * 1024;
    private static final long SWEEP_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long WAITING_NS = TimeUnit.SECONDS.toNanos(10);
    private static final long UNPROVEN_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long YOUNG_NS = TimeUnit.SECONDS.toNanos(3);
    private static final long MIN_SAYING_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long MAX_SAYING_NS = TimeUnit.HOURS.toNanos(1);

    private final CounterId.Sink counters;
    private final Int2ObjectHashMap<StreamRule> rules = new Int2ObjectHashMap<>();
    private final Long2ObjectHashMap<AdmittedStream> streams = new Long2ObjectHashMap<>();
    private final Queue<Long> proven = new ConcurrentLinkedQueue<>();
    private final int maxStreams = maxStreams(maxDescriptors());
    private CountersReader driverCounters;
    private File directory;
    private long sweepNs;
    private long nowNs;
    private long refused;
    private long refusedSaid;
    private long sayNs;
    private long sayingNs = MIN_SAYING_NS;

    /**
     * For one media driver.
     *
     * @param counters told of what is refused, as {@link ReceiverCounter}; on the driver's thread.
     * @param rules    of the streams on which somebody listens; others begin with anything, replies for example.
     */
    public StreamAdmission(final CounterId.Sink counters, final StreamRule... rules) {
        this.counters = counters;
        for (final StreamRule rule : rules) {
            this.rules.put(rule.streamId(), rule);
        }
    }

    @Override
    public ReceiveChannelEndpoint newInstance(
        final UdpChannel udpChannel,
        final DataPacketDispatcher dispatcher,
        final AtomicCounter statusIndicator,
        final MediaDriver.Context context) {
        driverCounters = context.countersManager();
        directory = context.aeronDirectory();
        return new AdmissionEndpoint(udpChannel, dispatcher, statusIndicator, context, this);
    }

    /**
     * What is told of refusals, of those that the driver itself makes too.
     *
     * @return the counters of this driver.
     */
    public CounterId.Sink counters() {
        return counters;
    }

    /**
     * Takes note that a sender has proved itself. Any thread.
     *
     * @param streamId  that it sends on.
     * @param sessionId Aeron's.
     */
    public void onProven(final int streamId, final int sessionId) {
        proven.add(key(streamId, sessionId));
    }

    static long key(final int streamId, final int sessionId) {
        return Hashing.compoundKey(streamId, sessionId);
    }

    static long imageLength(final int termLength) {
        return (long)LogBufferDescriptor.PARTITION_COUNT * termLength + LogBufferDescriptor.LOG_META_DATA_LENGTH;
    }

    static int maxStreams(final long maxDescriptors) {
        final long affordable = (maxDescriptors - KEPT_DESCRIPTORS) / DESCRIPTORS_PER_STREAM;
        return (int)Math.max(MIN_STREAMS, Math.min(MAX_STREAMS, affordable));
    }

    private static long maxDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system ?
            system.getMaxFileDescriptorCount() : Long.MAX_VALUE;
    }

    StreamRule ruleOf(final int streamId) {
        StreamRule rule = rules.get(streamId);
        if (rule == null) {
            rule = new StreamRule(streamId, MAX_TERM_LENGTH, FirstMessage.anything(), false);
            rules.put(streamId, rule);
        }
        return rule;
    }

    AdmittedStream find(final int streamId, final int sessionId) {
        return streams.get(key(streamId, sessionId));
    }

    void remove(final AdmittedStream stream) {
        streams.remove(stream.key());
    }

    /**
     * Judges what a stream begins with.
     *
     * @return the stream that waits for its SETUP, or null where nothing is known of it.
     */
    AdmittedStream admit(
        final AdmittedStream known,
        final DataHeaderFlyweight header,
        final UnsafeBuffer frame,
        final int length,
        final InetSocketAddress source,
        final long timeNs) {
        final StreamRule rule = ruleOf(header.streamId());
        final int messageLength = header.frameLength() - DataHeaderFlyweight.HEADER_LENGTH;
        switch (rule.first().judge(frame, DataHeaderFlyweight.HEADER_LENGTH, messageLength, header.sessionId())) {
            case FORGED -> refuse(ReceiverCounter.REMOTE_FORGED, source);
            case REPLAYED -> refuse(ReceiverCounter.REMOTE_REPLAYED, source);
            case OTHER -> counters.increment(ReceiverCounter.REMOTE_OUTSIDE_SESSION);
            case GENUINE -> {
                if (known == null && !hasPlace(timeNs)) {
                    refuse(ReceiverCounter.REMOTE_STREAMS_REFUSED, source);
                    return null;
                }
                final AdmittedStream stream =
                    known == null ? new AdmittedStream(rule, header.sessionId(), timeNs) : known;
                stream.beginWith(frame, length, source);
                streams.put(stream.key(), stream);
                return stream;
            }
        }
        return known;
    }

    private boolean hasPlace(final long timeNs) {
        takeProven();
        if (streams.size() >= maxStreams) {
            return false;
        }
        int unproven = 0;
        for (final AdmittedStream stream : streams.values()) {
            unproven += isUnproven(stream, timeNs) ? 1 : 0;
        }
        return unproven < MAX_UNPROVEN;
    }

    private static boolean isUnproven(final AdmittedStream stream, final long timeNs) {
        return stream.rule().provenLater() ? !stream.isProven() : stream.ageNs(timeNs) < YOUNG_NS;
    }

    /** Whether shared memory has room for an image and something to spare, and the unproven have not too much of it. */
    boolean hasRoom(final int termLength, final long timeNs) {
        takeProven();
        final long length = imageLength(termLength);
        final long usable = directory.getUsableSpace();
        long unproven = length;
        for (final AdmittedStream stream : streams.values()) {
            unproven += !stream.isWaiting() && isUnproven(stream, timeNs) ? stream.length() : 0;
        }
        final long limit = Math.max(length, Math.min(MAX_UNPROVEN_LENGTH, usable / 2));
        return usable - length >= KEPT_LENGTH && unproven <= limit;
    }

    private void takeProven() {
        for (Long key = proven.poll(); key != null; key = proven.poll()) {
            final AdmittedStream stream = streams.get(key.longValue());
            if (stream != null) {
                stream.prove();
            }
        }
    }

    /** Counts what is refused and says so: at once, and then seldom. */
    int refuse(final ReceiverCounter why, final InetSocketAddress source) {
        counters.increment(why);
        refused++;
        if (refusedSaid == 0 || nowNs - sayNs >= 0) {
            LOGGER.warn("refused {} packets from other hosts that are not Herald's, not made with the key, or too " +
                "many, the last one from {} ({}): see the counters, and let a firewall admit the recorders' hosts only",
                refused - refusedSaid, source, why.label());
            sayingNs = refusedSaid == 0 ? MIN_SAYING_NS : Math.min(sayingNs * 2, MAX_SAYING_NS);
            sayNs = nowNs + sayingNs;
            refusedSaid = refused;
        }
        return 0;
    }

    /** Forgets streams of which Aeron has no image any more, and drops those that prove nothing. */
    void tick(final long timeNs) {
        nowNs = timeNs;
        if (timeNs - sweepNs < 0) {
            return;
        }
        sweepNs = timeNs + SWEEP_NS;
        if (streams.isEmpty()) {
            proven.clear();
            return;
        }
        takeProven();
        seeImages();
        final Iterator<AdmittedStream> all = streams.values().iterator();
        while (all.hasNext()) {
            final AdmittedStream stream = all.next();
            final boolean gone = stream.isWaiting() ? stream.ageNs(timeNs) >= WAITING_NS : !stream.wasSeen();
            if (gone) {
                all.remove();
            } else if (stream.rule().provenLater() && !stream.isProven() && stream.ageNs(timeNs) >= UNPROVEN_NS) {
                stream.expire();
            }
        }
    }

    /** Each image has a counter of its position for as long as it has memory. */
    private void seeImages() {
        final DirectBuffer metaData = driverCounters.metaDataBuffer();
        for (int id = 0, max = driverCounters.maxCounterId(); id <= max; id++) {
            final int state = driverCounters.getCounterState(id);
            if (state == CountersReader.RECORD_UNUSED) {
                return;
            }
            if (state == CountersReader.RECORD_ALLOCATED &&
                driverCounters.getCounterTypeId(id) == AeronCounters.DRIVER_RECEIVER_HWM_TYPE_ID) {
                final int keyOffset = CountersReader.metaDataOffset(id) + CountersReader.KEY_OFFSET;
                final AdmittedStream stream = find(
                    metaData.getInt(keyOffset + StreamCounter.STREAM_ID_OFFSET),
                    metaData.getInt(keyOffset + StreamCounter.SESSION_ID_OFFSET));
                if (stream != null) {
                    stream.see();
                }
            }
        }
    }
}
