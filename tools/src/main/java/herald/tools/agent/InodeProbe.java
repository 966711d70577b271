package herald.tools.agent;

import herald.tools.agent.MountTable.Mount;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts inodes of file systems. Java can't, so {@code stat -f} is asked once in some looks. It runs beside the
 * watcher, one at a time, and what it says is there at a later look. Owned by the watcher's thread.
 */
final class InodeProbe implements AutoCloseable {
    private static final List<String> COMMAND = List.of("xargs", "-0", "stat", "-f", "-c", "%c %d %n");
    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,19}) (\\d{1,19}) ");
    /** What is written and read goes into a pipe at once. */
    private static final int MAX_MOUNTS = 200;
    private static final int MAX_LENGTH = 32 * 1024;

    private final int looksPerProbe;
    private final List<String> command;
    private List<Mount> asked = List.of();
    private Process process;
    private int looks;
    private int next;

    /**
     * Constructs it.
     *
     * @param looksPerProbe once in how many looks to ask.
     */
    InodeProbe(final int looksPerProbe) {
        this(looksPerProbe, COMMAND);
    }

    InodeProbe(final int looksPerProbe, final List<String> command) {
        this.looksPerProbe = looksPerProbe;
        this.command = command;
    }

    /**
     * What is known since the last look; asks again where it is time.
     *
     * @param mounts that matter.
     * @return inodes by the names of mounts; empty where nothing new is known.
     * @throws IOException where nobody can be asked, or nothing was said.
     */
    Map<String, Inodes> poll(final List<Mount> mounts) throws IOException {
        if (process != null) {
            return process.isAlive() ? Map.of() : finish();
        }
        if (looks++ % looksPerProbe == 0 && !mounts.isEmpty()) {
            start(mounts);
        }
        return Map.of();
    }

    private void start(final List<Mount> mounts) throws IOException {
        final ByteArrayOutputStream names = new ByteArrayOutputStream();
        asked = new ArrayList<>();
        for (int i = 0; i < Math.min(mounts.size(), MAX_MOUNTS) && names.size() < MAX_LENGTH; i++) {
            final Mount mount = mounts.get(next++ % mounts.size());
            asked.add(mount);
            names.write(FileNames.bytes(mount.path()));
            names.write(0);
        }
        process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        try (OutputStream input = process.getOutputStream()) {
            names.writeTo(input);
        } catch (final IOException e) {
            // It has ended, and its exit code tells more.
            asked = List.of();
        }
    }

    private Map<String, Inodes> finish() throws IOException {
        final Process ended = process;
        process = null;
        final String said;
        try (InputStream output = ended.getInputStream()) {
            said = new String(output.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
        if (said.isEmpty() && ended.exitValue() != 0) {
            throw new IOException('"' + String.join(" ", command) + "\" ended with " + ended.exitValue());
        }
        return parse(said);
    }

    /** A line is missing where it failed. Names may have line ends in them. */
    private Map<String, Inodes> parse(final String said) {
        final Map<String, Inodes> inodes = new HashMap<>();
        final Matcher numbers = NUMBERS.matcher(said);
        int position = 0;
        for (final Mount mount : asked) {
            final String name = new String(FileNames.bytes(mount.path()), StandardCharsets.ISO_8859_1) + '\n';
            if (numbers.region(position, said.length()).lookingAt() && said.startsWith(name, numbers.end())) {
                inodes.put(mount.name(),
                    new Inodes(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2))));
                position = numbers.end() + name.length();
            }
        }
        return inodes;
    }

    @Override
    public void close() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
