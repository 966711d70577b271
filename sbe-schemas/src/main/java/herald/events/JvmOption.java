package herald.events;

/**
 * The one option that a JVM needs to record events: Agrona reaches memory through a package that Java keeps closed.
 */
public final class JvmOption {
    /** The option, as it is written on the command line. */
    public static final String ADD_OPENS = "--add-opens java.base/jdk.internal.misc=ALL-UNNAMED";

    private static final String PACKAGE = "jdk.internal.misc";

    private JvmOption() {
    }

    /**
     * Checks that the JVM was started with the option.
     *
     * @throws IllegalStateException naming the option where it is missing.
     */
    public static void require() {
        if (!Object.class.getModule().isOpen(PACKAGE, JvmOption.class.getModule())) {
            throw new IllegalStateException("Herald needs the JVM option " + ADD_OPENS +
                ": start java with it, or put Add-Opens: java.base/jdk.internal.misc into the manifest of an " +
                "executable jar");
        }
    }
}
