package herald.tools;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Another user of this host, of whom nothing but numbers is known, and what runs as that user.
 *
 * @param id     of the user, and of the only group that is the user's own.
 * @param group  another one that the user is a member of; 0 for none.
 * @param umask  that processes have.
 */
record OtherUser(int id, int group, String umask) {
    private static final long TIMEOUT_SECONDS = 60;

    /** Only root becomes somebody else. */
    static void requireRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")) &&
            Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs root and setpriv");
    }

    /** A directory that every user comes through, which a temporary one of JUnit's is not. */
    static Path open(final Path dir) throws IOException {
        return Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The class path of the tests where every user can read it: the build's own place may be closed. */
    static String openClassPath(final Path dir) throws IOException {
        final List<String> open = new ArrayList<>();
        for (final String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            final Path from = Path.of(entry);
            if (Files.exists(from)) {
                final Path to = dir.resolve(open.size() + "-" + from.getFileName());
                copy(from, to);
                open.add(to.toString());
            }
        }
        return String.join(File.pathSeparator, open);
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    final Path copy = to.resolve(from.relativize(file).toString());
                    Files.copy(file, copy);
                    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
                } catch (final IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** A directory of this user's. */
    Path home(final Path dir, final String permissions) throws IOException {
        final Path home = Files.createDirectory(dir.resolve("home-" + id));
        own(home);
        return Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(permissions));
    }

    /** Makes a file this user's. */
    Path own(final Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", id, NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:gid", id, NOFOLLOW_LINKS);
        return file;
    }

    /** A command as this user runs it. */
    List<String> command(final List<String> command) {
        final List<String> whole = new ArrayList<>(List.of("/usr/bin/setpriv", "--reuid=" + id, "--regid=" + id,
            group == 0 ? "--clear-groups" : "--groups=" + group, "/bin/sh", "-c",
            "umask " + umask + "; exec \"$@\"", "sh"));
        whole.addAll(command);
        return whole;
    }

    /** Runs a command to its end, and gives back what it said. */
    String run(final Path dir, final String... command) throws IOException, InterruptedException {
        final Path output = Files.createTempFile(dir, "output-", ".txt");
        final Process process = new ProcessBuilder(command(List.of(command)))
            .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }
}
