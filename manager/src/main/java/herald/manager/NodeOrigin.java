package herald.manager;

/**
 * From where messages come: Aeron's session ids are unique on one channel only.
 *
 * @param channel        what listens there, told from others by identity.
 * @param imageSessionId Aeron's, of the image.
 */
record NodeOrigin(Object channel, int imageSessionId) {
}
