package herald.writers;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * Command lines for further virtual machines that see the same classes, started as this one was.
 */
public final class ChildJvm {
    private ChildJvm() {
    }

    /**
     * The command that runs a class.
     *
     * @param prefix    what stands before it, for example a shell that sets limits.
     * @param main      the class.
     * @param arguments of it.
     * @return a command for {@link ProcessBuilder}.
     */
    public static List<String> command(final List<String> prefix, final Class<?> main, final String... arguments) {
        final List<String> command = new ArrayList<>(prefix);
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:-UsePerfData", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
