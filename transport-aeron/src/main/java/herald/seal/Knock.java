package herald.seal;

import java.util.UUID;

/**
 * What a remote recorder says first: who it is and where it listens.
 *
 * @param recorderId      of it.
 * @param nonce           of this Knock alone.
 * @param aeronSessionId  of the publication that it is sent on.
 * @param replyStreamId   where it listens.
 * @param replyEndpoint   where it listens: address in digits, and port.
 * @param protocolVersion that it speaks.
 */
public record Knock(
    UUID recorderId, Nonce nonce, int aeronSessionId, int replyStreamId, String replyEndpoint, int protocolVersion) {
}
