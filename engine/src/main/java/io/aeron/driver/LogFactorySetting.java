package io.aeron.driver;

import io.aeron.driver.buffer.LogFactory;

/**
 * Reaches a setting that Aeron keeps to its own package: what makes the files of log buffers. Clients open them as soon
 * as they are there, so nothing can be done to them later.
 */
public final class LogFactorySetting {
    private LogFactorySetting() {
    }

    /**
     * Sets what makes log buffers.
     *
     * @param context of a driver that is not started yet.
     * @param factory closed by the driver.
     * @return the context.
     */
    public static MediaDriver.Context set(final MediaDriver.Context context, final LogFactory factory) {
        return context.logFactory(factory);
    }
}
