package herald.tools.torture;

import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The command lines of a round's children: this JVM with this class path, set up to start fast.
 */
final class ChildJvm {
    private static final List<String> FAST_START = List.of(
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData", "-Xmx96m", "-Xss512k");
    /** What the manifest of herald.jar opens; it counts only where java is started with -jar. */
    private static final List<String> OPENS = List.of(
        "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
        "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED", "--add-opens=java.base/java.nio=ALL-UNNAMED",
        "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
        "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED");

    private final List<String> prefix;
    private final String classPath;

    /**
     * Command lines of children.
     *
     * @param classPathPrefix comes before the class path; null for nothing.
     * @param classPathSuffix comes after it.
     */
    ChildJvm(final Path classPathPrefix, final Path classPathSuffix) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FAST_START);
        command.addAll(OPENS);
        for (final String argument : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (argument.startsWith("--sun-") || argument.startsWith("--enable-")) {
                command.add(argument);
            }
        }
        this.prefix = List.copyOf(command);
        this.classPath = (classPathPrefix == null ? "" : classPathPrefix + File.pathSeparator) +
            System.getProperty("java.class.path") + File.pathSeparator + classPathSuffix;
    }

    private ChildJvm(final List<String> prefix, final String classPath) {
        this.prefix = prefix;
        this.classPath = classPath;
    }

    /**
     * Command lines of children with more on their class path.
     *
     * @param more comes last.
     * @return these command lines.
     */
    ChildJvm with(final Path more) {
        return new ChildJvm(prefix, classPath + File.pathSeparator + more);
    }

    /**
     * A command line.
     *
     * @param main class to run.
     * @param dir  of the round: its first argument, and where a crash of the JVM is written.
     * @param args for it.
     * @return the words.
     */
    List<String> command(final Class<?> main, final Path dir, final String... args) {
        final List<String> command = new ArrayList<>(prefix);
        command.add("-cp");
        command.add(classPath);
        command.add("-XX:ErrorFile=" + dir.resolve("jvm-crash-%p.log"));
        command.add(main.getName());
        command.add(dir.toString());
        command.addAll(List.of(args));
        return command;
    }
}
