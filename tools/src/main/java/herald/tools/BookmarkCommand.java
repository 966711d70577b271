package herald.tools;

import herald.engine.DataDirectory;
import herald.io.FileMutex;
import herald.io.SystemDisk;
import herald.link.HeraldDirectory;
import herald.writer.Bookmark;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Forgets how far writers are. A bookmark outlives its writer: one that is configured again under the same name goes on
 * where it was, unless its bookmark was forgotten.
 */
@Command(name = "bookmark", description = "Forget how far a writer is; herald stat shows it.")
final class BookmarkCommand extends AbstractCommand {
    @Override
    public Integer call() {
        throw mistake("what with the bookmark? forget");
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
    @Command(name = "forget", description = {
        "Forget how far writers are, while the proxy is stopped.",
        "Such a writer is new to the next proxy: it begins at what comes then, or, with start: oldest in the " +
            "configuration file, at the oldest event kept."})
    private int forget(
        @Parameters(paramLabel = "NAME", arity = "1..*", description = "The writer's name, as herald stat shows it.")
        final String[] names,
        @Option(names = "--data-dir", paramLabel = "DIR",
            description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
        final Path dataDir,
        @Mixin
        final HelpOption help) throws IOException {
        final Path root = dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir;
        requireDataDirectory(root);
        requireLogs(root);
        SystemDisk.INSTANCE.list(DataDirectory.bookmarks(root), Bookmark.SUFFIX);
        for (final String name : names) {
            if (!name.matches("[a-z0-9-]+") || !Files.exists(bookmark(root, name))) {
                throw new CommandFailure(ExitCode.IO, "there is no bookmark of a writer \"" + name + "\" in " +
                    DataDirectory.bookmarks(root) + ": herald stat shows those that there are");
            }
        }
        final FileMutex lock = FileMutex.tryAcquire(DataDirectory.lock(root));
        if (lock == null) {
            throw new CommandFailure(ExitCode.IO,
                "a proxy runs in " + root + " (" +
                FileMutex.holderOf(DataDirectory.lock(root)) +
                "): stop it before its writers' bookmarks are forgotten");
        }
        try {
            for (final String name : names) {
                Bookmark.forget(SystemDisk.INSTANCE, DataDirectory.bookmarks(root), name);
                spec().commandLine().getOut().println("forgotten: " + name);
            }
            out().flush();
            return ExitCode.OK;
        } finally {
            lock.close();
        }
    }

    private static Path bookmark(final Path root, final String name) {
        return DataDirectory.bookmarks(root).resolve(name + Bookmark.SUFFIX);
    }
}
