package herald.receiver;

import herald.link.CounterId;
import herald.link.LinkDescriptor;
import herald.wire.HelloDecoder;
import herald.wire.RejectReason;

import java.util.UUID;

/**
 * Which Hellos mean something, and which of those open a session.
 */
final class HelloRules {
    private HelloRules() {
    }

    static boolean isSensible(final HelloDecoder hello) {
        return hello.firstSequence() > 0 && hello.firstSequence() < Long.MAX_VALUE &&
            hello.replyStreamId() != LinkDescriptor.EVENT_STREAM_ID;
    }

    /**
     * Why no session is opened.
     *
     * @param hello    that asks for one.
     * @param newer    whether no session of the recorder that is open is newer.
     * @param past     of the data directory.
     * @param counters told where the proxy of another directory is wanted.
     * @return null where one is opened.
     */
    static RejectReason refusal(
        final HelloDecoder hello, final boolean newer, final DirectoryPast past, final CounterId.Sink counters) {
        if (hello.protocolVersion() != LinkDescriptor.PROTOCOL_VERSION) {
            return RejectReason.PROTOCOL_VERSION;
        }
        final boolean told = hello.directoryIdHigh() != HelloDecoder.directoryIdHighNullValue();
        if (told && past.isOther(new UUID(hello.directoryIdHigh(), hello.directoryIdLow()))) {
            counters.increment(ReceiverCounter.OTHER_DIRECTORY);
            return RejectReason.OTHER_DIRECTORY;
        }
        return newer ? null : RejectReason.SESSION_ACTIVE;
    }
}
