package herald.tools.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Lists running processes by name, from the kernel's table where there is one: it shows those of other users too, if it
 * was not told to hide them.
 */
final class ProcessTable {
    private static final int START_TIME_FIELD = 22;
    private static final int FIELDS_BEHIND_NAME = 3;

    private final Path proc;

    /**
     * A process, for as long as it runs: its number may be another one's later.
     *
     * @param pid       number of the process.
     * @param startTime when it started, in units of the system.
     * @param ofOthers  whether it is not this user's.
     */
    record Running(long pid, long startTime, boolean ofOthers) implements Comparable<Running> {
        @Override
        public int compareTo(final Running other) {
            return pid == other.pid ? Long.compare(startTime, other.startTime) : Long.compare(pid, other.pid);
        }

        @Override
        public boolean equals(final Object other) {
            return other instanceof Running that && pid == that.pid && startTime == that.startTime;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(pid * 31 + startTime);
        }
    }

    /**
     * The table at one moment.
     *
     * @param byName       the processes that run, by the names that were asked for.
     * @param cutNames     longer names that begin with one that was asked for, as the kernel cuts it.
     * @param unreadable   processes that are there, and of which nothing can be read.
     * @param othersHidden whether processes of other users can't be seen.
     */
    record Snapshot(
        Map<String, SortedSet<Running>> byName,
        Map<String, String> cutNames,
        Set<Long> unreadable,
        boolean othersHidden) {
        /** Whether a process that was seen before may be there still. */
        boolean mayRun(final Running process) {
            return (othersHidden && process.ofOthers) || unreadable.contains(process.pid);
        }
    }

    ProcessTable(final Path proc) {
        this.proc = proc;
    }

    /**
     * The processes that run now. A dead one whose parent has not noticed does not run.
     *
     * @param names that matter.
     * @return what can be seen of them.
     * @throws IOException where the table can't be read.
     */
    Snapshot read(final Collection<String> names) throws IOException {
        final Map<String, SortedSet<Running>> byName = new TreeMap<>();
        names.forEach(name -> byName.put(name, new TreeSet<>()));
        return Files.isDirectory(proc) ? scan(byName) : ask(byName);
    }

    private static Snapshot ask(final Map<String, SortedSet<Running>> byName) {
        final String user = ProcessHandle.current().info().user().orElse("");
        final Set<Long> unreadable = new HashSet<>();
        ProcessHandle.allProcesses().forEach(process -> {
            final ProcessHandle.Info info = process.info();
            final SortedSet<Running> running =
                info.command().map(command -> byName.get(ProcessName.lastPart(command))).orElse(null);
            if (running != null) {
                running.add(new Running(process.pid(), info.startInstant().map(Instant::toEpochMilli).orElse(0L),
                    !user.equals(info.user().orElse(""))));
            } else if (info.command().isEmpty()) {
                unreadable.add(process.pid());
            }
        });
        return new Snapshot(byName, Map.of(), unreadable, !unreadable.isEmpty());
    }

    private Snapshot scan(final Map<String, SortedSet<Running>> byName) throws IOException {
        final Map<String, String> cutNames = new TreeMap<>();
        final Set<Long> unreadable = new HashSet<>();
        final List<ProcessName> wanted = byName.keySet().stream().map(ProcessName::new).toList();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (final Path process : processes) {
                final long pid = Long.parseLong(process.getFileName().toString());
                try {
                    final Stat stat = Stat.read(process);
                    for (final ProcessName name : wanted) {
                        if (stat.runs() && name.matches(stat.name(), process, cutNames)) {
                            byName.get(name.text()).add(new Running(pid, stat.startTime(), isOfOthers(process)));
                        }
                    }
                } catch (final IOException e) {
                    if (Files.exists(process)) {
                        unreadable.add(pid);
                    }
                }
            }
        }
        return new Snapshot(byName, cutNames, unreadable, areOthersHidden());
    }

    private boolean isOfOthers(final Path process) throws IOException {
        return !owner(process).equals(owner(proc.resolve("self")));
    }

    private static Object owner(final Path file) throws IOException {
        try {
            return Files.getAttribute(file, "unix:uid");
        } catch (final NoSuchFileException | UnsupportedOperationException | IllegalArgumentException e) {
            return "";
        }
    }

    /** The first process is always there: where this one is shown and that one is not, others are hidden. */
    private boolean areOthersHidden() {
        return Files.exists(proc.resolve("self"), LinkOption.NOFOLLOW_LINKS) &&
            !Files.isReadable(proc.resolve("1/stat"));
    }

    /**
     * What the kernel says of a process, see proc(5).
     *
     * @param name      its bytes as characters; cut, as a rule.
     * @param runs      whether it is not dead.
     * @param startTime when it started, in ticks since the host did.
     */
    private record Stat(String name, boolean runs, long startTime) {
        private static Stat read(final Path process) throws IOException {
            final String text = ProcessName.readBytes(process.resolve("stat"));
            final int nameStart = text.indexOf('(');
            final int nameEnd = text.lastIndexOf(')');
            if (nameStart < 0 || nameEnd + 2 >= text.length()) {
                throw new IOException(process + " has no name");
            }
            final String[] fields = text.substring(nameEnd + 2).trim().split(" ", -1);
            final int startTimeIndex = START_TIME_FIELD - FIELDS_BEHIND_NAME;
            return new Stat(text.substring(nameStart + 1, nameEnd), "ZX".indexOf(fields[0].charAt(0)) < 0,
                fields.length > startTimeIndex ? Long.parseLong(fields[startTimeIndex]) : 0);
        }
    }
}
