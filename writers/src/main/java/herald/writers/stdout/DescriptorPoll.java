package herald.writers.stdout;

import java.io.FileDescriptor;
import java.lang.reflect.Method;

/**
 * Asks the kernel for the state of a descriptor (poll(2)). The JDK does so in a class of its own, to which Herald's
 * commands have access since Chronicle Map needs it. Where it can't be had, nothing is known. Any thread.
 */
final class DescriptorPoll {
    private static final int POLLERR = 0x008;
    private static final int POLLHUP = 0x010;
    private static final Method POLL = find();

    private DescriptorPoll() {
    }

    private static Method find() {
        try {
            final Method poll = Class.forName("sun.nio.ch.Net")
                .getDeclaredMethod("poll", FileDescriptor.class, int.class, long.class);
            poll.setAccessible(true);
            return poll;
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return null;
        }
    }

    /** Whether nobody is left at the other end. An error is told whether it is asked for or not. */
    static boolean isHungUp(final FileDescriptor descriptor) {
        try {
            return POLL != null && ((Integer)POLL.invoke(null, descriptor, 0, 0L) & (POLLERR | POLLHUP)) != 0;
        } catch (final ReflectiveOperationException | RuntimeException e) {
            return false;
        }
    }
}
