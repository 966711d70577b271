package herald.tools;

import herald.dispatch.DispatchReader;
import herald.engine.CountersFile;
import herald.engine.DataDirectory;
import herald.io.ErrorText;
import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.link.HeraldDirectory;
import herald.log.LogReader;
import herald.recorder.RecorderCounter;
import herald.recorder.SpoolCounters;
import herald.recorder.SpoolFile;
import herald.recorder.SpoolInspection;
import herald.writer.Bookmark;
import herald.writer.WriterStatus;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/**
 * Shows a proxy's counters and how far its writers are, from its files: the proxy may run or not, and is not asked.
 */
@Command(name = "stat", description = "Show the counters of this node's proxy and how far its writers are.")
final class StatCommand extends AbstractCommand {
    private static final long LONG_CALL_MS = 5_000;

    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Option(names = {"-a", "--all"}, description = "Show counters that are 0 too.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        final Path root = dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir;
        final Path file = DataDirectory.counters(root);
        if (!Files.exists(file) && Files.isDirectory(HeraldDirectory.spoolDir(root))) {
            // No proxy has run here yet; what recorders refused meanwhile is known all the same.
            printRecorders(root);
            out().flush();
        }
        if (!Files.notExists(root)) {
            requireDataDirectory(root);
        }
        if (!Files.exists(file)) {
            throw new CommandFailure(ExitCode.IO, "no proxy has run in " + root + ": there is no " +
                file.getFileName() + "; name its data directory with --data-dir");
        }
        requireLogs(root);
        try (CountersFile counters = CountersFile.read(SystemDisk.INSTANCE, file)) {
            for (final CounterId counter : CountersFile.all()) {
                final long value = counters.get(counter);
                if (all || value != 0) {
                    out().printf(Locale.ROOT, "%15d  %s%n", value, counter.label());
                }
            }
        }
        printRecorders(root);
        printWriters(root);
        printRemoteSpools(root);
        out().flush();
        return ExitCode.OK;
    }

    /** What was refused is in no journal: it is known to the recorders alone. */
    private void printRecorders(final Path root) throws IOException {
        final Map<String, Map<RecorderCounter, Long>> recorders = SpoolCounters.byComponent(SystemDisk.INSTANCE, root,
            error -> out().println("recorders whose spools are deleted: " + ErrorText.of(error)));
        recorders.forEach((component, counters) ->
            counters.forEach((counter, value) -> {
                if (all || (value != 0 && counter.isRefusal())) {
                    out().printf(Locale.ROOT, "%15d  recorder %s: %s%n", value, Printable.of(component),
                        counter.label());
                }
            }));
    }

    private void printWriters(final Path root) throws IOException {
        for (final Path file : SystemDisk.INSTANCE.list(DataDirectory.bookmarks(root), Bookmark.SUFFIX)) {
            final String name = file.getFileName().toString().replace(Bookmark.SUFFIX, "");
            try (Bookmark bookmark = Bookmark.open(SystemDisk.INSTANCE, file, false)) {
                out().println(switch (bookmark.state()) {
                    case PLACED -> "writer " + name + ": delivered up to position " + bookmark.position() +
                        " of " + behind(root, bookmark);
                    case NEW -> "writer " + name + ": new";
                    case DAMAGED -> "writer " + name + ": its bookmark is damaged: " + bookmark.trouble();
                });
            } catch (final AccessDeniedException e) {
                throw e;
            } catch (final IOException e) {
                out().println("writer " + name + ": its bookmark is damaged: " + ErrorText.of(e));
            }
            printStatus(file.resolveSibling(name + WriterStatus.SUFFIX));
        }
    }

    private void printStatus(final Path file) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try (WriterStatus status = WriterStatus.read(SystemDisk.INSTANCE, file)) {
            final long failingSinceMs = status.get(WriterStatus.Field.FAILING_SINCE_MS);
            final long hinderedSinceMs = status.get(WriterStatus.Field.HINDERED_SINCE_MS);
            final long deadLettersThere = status.get(WriterStatus.Field.DEAD_LETTERS_THERE);
            final long callSinceMs = status.get(WriterStatus.Field.CALL_SINCE_MS);
            out().println("  delivered=" + status.get(WriterStatus.Field.DELIVERED) +
                " filtered=" + status.get(WriterStatus.Field.FILTERED) +
                " retries=" + status.get(WriterStatus.Field.RETRIES) +
                " dead-letters=" + status.get(WriterStatus.Field.DEAD_LETTERS) +
                " lost-bytes=" + status.get(WriterStatus.Field.LOST_BYTES) +
                overtaken(status) +
                (deadLettersThere == 0 ? "" : " dead-letters-there=" + deadLettersThere) +
                (failingSinceMs == 0 ? "" : " failing-since=" + Instant.ofEpochMilli(failingSinceMs)) +
                (hinderedSinceMs == 0 ? "" : " hindered-since=" + Instant.ofEpochMilli(hinderedSinceMs)) +
                (isLong(callSinceMs) ? " in-call-since=" + Instant.ofEpochMilli(callSinceMs) : ""));
        } catch (final AccessDeniedException e) {
            throw e;
        } catch (final IOException e) {
            out().println("  its status can't be read: " + ErrorText.of(e));
        }
    }

    private static String overtaken(final WriterStatus status) {
        final long events = status.get(WriterStatus.Field.OVERTAKEN_EVENTS);
        return events == 0 ? "" : " overtaken=" + events +
            time(" from=", status.get(WriterStatus.Field.OVERTAKEN_FROM_MS)) +
            time(" to=", status.get(WriterStatus.Field.OVERTAKEN_TO_MS));
    }

    private static String time(final String name, final long ms) {
        return ms == 0 ? "" : name + Instant.ofEpochMilli(ms);
    }

    /** What recorders of this host still have for proxies on other hosts. */
    private void printRemoteSpools(final Path root) throws IOException {
        for (final Path directory : HeraldDirectory.remoteSpoolDirs(SystemDisk.INSTANCE, root)) {
            for (final Path file : SystemDisk.INSTANCE.list(directory, SpoolFile.SUFFIX)) {
                final String name = Printable.of(root.relativize(file).toString().replace(SpoolFile.SUFFIX, ""));
                try {
                    final SpoolInspection spool = SpoolInspection.of(SystemDisk.INSTANCE, file);
                    out().println("spool " + name + ": " + spool.events() + " events pending" +
                        (spool.inUse() ? ", in use" : "") + (spool.damages().isEmpty() ? "" : ", damaged"));
                } catch (final NoSuchFileException e) {
                    // Its recorder set it aside meanwhile.
                } catch (final IOException e) {
                    out().println("spool " + name + ": it can't be read: " + ErrorText.of(e));
                }
            }
        }
    }

    private static boolean isLong(final long callSinceMs) {
        return callSinceMs != 0 && System.currentTimeMillis() - callSinceMs >= LONG_CALL_MS;
    }

    private static String behind(final Path root, final Bookmark bookmark) {
        return bookmark.logId().equals(LogReader.logId(SystemDisk.INSTANCE, DataDirectory.dispatch(root))) ?
            "the dispatch log, " + batchesAfter(root, bookmark.position()) + " batches behind" :
            "a dispatch log that is gone: the next start says what it lost";
    }

    private static long batchesAfter(final Path root, final long position) {
        long batches = 0;
        try (DispatchReader reader = new DispatchReader(
            SystemDisk.INSTANCE, DataDirectory.dispatch(root), position, damage -> { })) {
            while (reader.next() != null) {
                batches++;
            }
        }
        return batches;
    }
}
