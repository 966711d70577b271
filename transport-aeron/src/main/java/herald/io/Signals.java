package herald.io;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Minds signals that are no request to end. {@code sun.misc.Signal} is in every JDK's {@code jdk.unsupported}, and the
 * compiler warns of each mention of it: it is called by its name.
 */
public final class Signals {
    private Signals() {
    }

    /**
     * Runs a task at each signal, instead of what the signal does by itself. Where the virtual machine leaves signals
     * alone ({@code -Xrs}), nothing changes.
     *
     * @param name of the signal, without SIG.
     * @param task to be run on a thread of its own.
     */
    public static void handle(final String name, final Runnable task) {
        try {
            final Class<?> signal = Class.forName("sun.misc.Signal");
            final Class<?> handler = Class.forName("sun.misc.SignalHandler");
            final Object handles = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] {handler},
                (proxy, method, args) -> {
                    if (method.getName().equals("handle")) {
                        task.run();
                    }
                    return null;
                });
            signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), handles);
        } catch (final InvocationTargetException e) {
            if (!(e.getCause() instanceof IllegalArgumentException)) {
                throw new IllegalStateException("cannot mind SIG" + name, e.getCause());
            }
        } catch (final ReflectiveOperationException e) {
            throw new IllegalStateException("cannot mind SIG" + name, e);
        }
    }
}
