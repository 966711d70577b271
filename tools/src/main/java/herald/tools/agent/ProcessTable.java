package herald.tools.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Lists running processes by name, from the kernel's table where there is one: it shows those of other users too.
 */
final class ProcessTable {
    /** The kernel keeps that many characters of a name. */
    static final int MAX_NAME_LENGTH = 15;

    private final Path proc;

    ProcessTable(final Path proc) {
        this.proc = proc;
    }

    /**
     * The processes that run now. A dead one whose parent has not noticed does not run.
     *
     * @param wanted tells which names matter.
     * @return process ids by name.
     * @throws IOException where the table can't be read.
     */
    Map<String, SortedSet<Long>> running(final Predicate<String> wanted) throws IOException {
        final Map<String, SortedSet<Long>> pidsByName = new TreeMap<>();
        if (Files.isDirectory(proc)) {
            scan(wanted, pidsByName);
        } else {
            ProcessHandle.allProcesses().forEach(process -> process.info().command().ifPresent(
                command -> add(wanted, pidsByName, fileName(command), process.pid())));
        }
        return pidsByName;
    }

    private void scan(final Predicate<String> wanted, final Map<String, SortedSet<Long>> pidsByName)
        throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (final Path process : processes) {
                final String stat = read(process.resolve("stat"));
                final int nameEnd = stat.lastIndexOf(')');
                if (nameEnd > 0 && nameEnd + 2 < stat.length() && "ZX".indexOf(stat.charAt(nameEnd + 2)) < 0) {
                    final String name = stat.substring(stat.indexOf('(') + 1, nameEnd);
                    add(wanted, pidsByName, name, Long.parseLong(process.getFileName().toString()));
                }
            }
        }
    }

    private static String read(final Path stat) {
        try {
            return new String(Files.readAllBytes(stat), StandardCharsets.UTF_8);
        } catch (final IOException e) {
            return "";
        }
    }

    private static void add(
        final Predicate<String> wanted,
        final Map<String, SortedSet<Long>> pidsByName,
        final String name,
        final long pid) {
        final String kept = keptName(name);
        if (wanted.test(kept)) {
            pidsByName.computeIfAbsent(kept, unused -> new TreeSet<>()).add(pid);
        }
    }

    private static String fileName(final String command) {
        return command.substring(command.lastIndexOf('/') + 1);
    }

    /**
     * What the table keeps of a name.
     *
     * @param name of a process.
     * @return its first characters.
     */
    static String keptName(final String name) {
        return name.length() > MAX_NAME_LENGTH ? name.substring(0, MAX_NAME_LENGTH) : name;
    }
}
