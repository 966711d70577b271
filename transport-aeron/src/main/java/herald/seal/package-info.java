/**
 * Proof of who sent a message and that nobody changed or repeated it, for links between hosts. What is promised and
 * what is not: {@code docs/remote.md}.
 */
package herald.seal;
