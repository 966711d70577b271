package herald.receiver;

import herald.link.CounterId;

/**
 * What the receiver counts.
 */
public enum ReceiverCounter implements CounterId {
    /** Events handed to the ring. */
    ACCEPTED(0, "events accepted"),
    /** Events that had been accepted before, from a recorder that had not heard so. */
    RESENT(1, "events resent and dropped: accepted before"),
    /** Events that came while others before them were missing. */
    AFTER_GAP(2, "events dropped after a gap, to be resent"),
    /** Events of an image whose recorder has said Hello on a newer one, or never. */
    OUTSIDE_SESSION(3, "events dropped outside a session, to be resent"),
    /** Events that were malformed or over the limit. */
    REFUSED(4, "events refused: malformed or over the limit"),
    /** Sequences that can't come any more, journaled as void. */
    VOIDED(5, "sequences passed over: lost or refused"),
    /** Frames that are no message of this protocol. */
    UNINTELLIGIBLE(6, "frames that are no message of this protocol"),
    /** Hellos answered. */
    SESSIONS(7, "sessions opened or renewed"),
    /** Hellos refused. */
    SESSIONS_REFUSED(8, "sessions refused"),
    /** Events taken from spools whose owner is gone. */
    ADOPTED(9, "events adopted from spools without an owner"),
    /** Times that the ring had no room. */
    BACK_PRESSURE(10, "times that the ring was full"),
    /** Acknowledgements sent. */
    ACKS(11, "acknowledgements sent"),
    /** Refused frames that did not fit into the quarantine file. */
    NOT_QUARANTINED(12, "refused frames that the quarantine file had no room for"),
    /** Spools without an owner that were damaged. */
    SPOOLS_DAMAGED(13, "damaged spools found"),
    /** Bytes of them that do not hold what they should. */
    SPOOL_BYTES_DAMAGED(14, "damaged bytes of spools"),
    /** Files among the spools that were not taken: none of this user's, of a newer version, or no spools at all. */
    SPOOLS_REFUSED(15, "files among the spools refused"),
    /** 1 while there is no media driver, and no link. */
    DRIVER_MISSING(19, "1 while the proxy has no media driver: recorders keep events in their spools"),
    /** Times that the media driver, or the client of it, was lost; both are built again. */
    DRIVER_LOST(20, "times that the media driver was lost"),
    /** Sessions that a recorder on another host proved. */
    REMOTE_SESSIONS(21, "remote sessions proven"),
    /** Messages from other hosts that are none of this protocol, or not in their place. */
    REMOTE_REFUSED(22, "remote messages refused: none of this protocol"),
    /** Messages from other hosts whose MAC is wrong: another key, or changed. */
    REMOTE_FORGED(23, "remote messages refused: not sealed with the key"),
    /** Messages from other hosts that came before in their session. */
    REMOTE_REPLAYED(24, "remote messages refused: seen before"),
    /** Messages from other hosts of a session that is not open: on their way when it ended, or of a recorded one. */
    REMOTE_OUTSIDE_SESSION(25, "remote messages dropped: their session is not open"),
    /** Messages from other hosts that nobody looked at because their sender had failed. */
    REMOTE_HELD_OFF(26, "remote messages dropped: sender slowed down"),
    /** Knocks beyond the rate that is answered, and senders forgotten because too many prove nothing. */
    REMOTE_KNOCKS_DROPPED(27, "remote knocks dropped: too many"),
    /** Packets from other hosts of a stream, length, place or sender that is not as agreed. */
    REMOTE_FRAMES_REFUSED(28, "remote packets refused: not of an agreed stream, length or sender"),
    /** Streams from other hosts for which there is no place, no room in shared memory, or no descriptor. */
    REMOTE_STREAMS_REFUSED(29, "remote streams refused: too many, or no room"),
    /** Streams of recorders and to them, and of a manager's nodes, for which shared memory has no room. */
    STREAMS_WITHOUT_ROOM(30, "streams refused: no room in shared memory"),
    /** Times that the proxy's own stream to a sender got no shared memory: the sender's events wait. */
    REPLIES_WITHOUT_ROOM(31, "times that replies to a sender waited for room in shared memory"),
    /** Sequences that were acknowledged and are not in the journal any more. */
    ACKNOWLEDGED_AND_GONE(100, "events acknowledged before and gone: the data directory was put back"),
    /** Sequences that the proxy of another data directory acknowledged. */
    ACKNOWLEDGED_ELSEWHERE(101, "events that the proxy of another data directory acknowledged"),
    /** Hellos of recorders that want the proxy of another data directory. */
    OTHER_DIRECTORY(102, "sessions refused: the recorder wants the proxy of another data directory");

    private final int id;
    private final String label;

    ReceiverCounter(final int id, final String label) {
        this.id = id;
        this.label = label;
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String label() {
        return label;
    }
}
