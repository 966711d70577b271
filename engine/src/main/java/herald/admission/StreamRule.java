package herald.admission;

/**
 * What a media driver of Herald's lets in on one stream.
 *
 * @param streamId      of it, Aeron's.
 * @param maxTermLength of its senders, in bytes; a stream takes three terms of shared memory.
 * @param first         judges the message with which a sender begins.
 * @param provenLater   whether somebody tells {@link StreamAdmission#onProven} of senders that have proved themselves;
 *                      the others are dropped after seconds.
 */
public record StreamRule(int streamId, int maxTermLength, FirstMessage first, boolean provenLater) {
}
