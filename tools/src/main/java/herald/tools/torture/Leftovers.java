package herald.tools.torture;

import herald.io.TreeRemoval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a round leaves on the machine, processes and directories, removed at its end and also where the harness is
 * stopped by a signal.
 */
final class Leftovers implements AutoCloseable {
    private final List<ChildProcess> processes = new ArrayList<>();
    private final List<SmallDisk> disks = new ArrayList<>();
    private final List<VanishingAddress> addresses = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();
    private final List<Path> sharedDirectories = new ArrayList<>();
    private final Thread hook = new Thread(this::removeAll, "torture-leftovers");
    private boolean closed;

    Leftovers() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts a process that is killed at the end.
     *
     * @param name    of it.
     * @param command to run.
     * @param dir     of its files.
     * @return the process.
     * @throws IOException where it can't be started, or this is closed.
     */
    synchronized ChildProcess start(final String name, final List<String> command, final Path dir)
        throws IOException {
        if (closed) {
            throw new IOException("the harness is stopping");
        }
        processes.removeIf(process -> !process.isAlive());
        final ChildProcess process = ChildProcess.start(name, command, dir);
        processes.add(process);
        return process;
    }

    /** Notes a directory that is removed at the end. */
    synchronized void directory(final Path directory) {
        directories.add(directory);
    }

    /** Notes a directory that all rounds use; it is removed when this is closed. */
    synchronized void sharedDirectory(final Path directory) {
        sharedDirectories.add(directory);
    }

    /** Notes a disk that is unmounted at the end. */
    synchronized void disk(final SmallDisk disk) {
        disks.add(disk);
    }

    /** Notes an address that is taken away at the end. */
    synchronized void address(final VanishingAddress address) {
        addresses.add(address);
    }

    /**
     * Keeps a directory that was noted, and what is on a small disk in it.
     *
     * @param directory of a round.
     */
    synchronized void keep(final Path directory) throws IOException, InterruptedException {
        directories.remove(directory);
        for (final SmallDisk disk : disks) {
            disk.keep(directory.resolve("small-disk"));
        }
    }

    /** Kills the processes that are left. */
    synchronized void killAll() {
        for (final ChildProcess process : processes) {
            try {
                process.kill();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        processes.clear();
    }

    /** Removes the directories of a round, and what else it has on this host. */
    synchronized void removeDirectories() {
        disks.forEach(SmallDisk::unmount);
        disks.clear();
        addresses.forEach(VanishingAddress::close);
        addresses.clear();
        directories.forEach(Leftovers::deleteTree);
        directories.clear();
    }

    private static void deleteTree(final Path directory) {
        final IOException failure = TreeRemoval.remove(directory);
        if (failure != null) {
            System.err.println("cannot delete " + directory + ": " + failure.getMessage() + "; delete it by hand");
        }
    }

    private synchronized void removeAll() {
        closed = true;
        killAll();
        removeDirectories();
        sharedDirectories.forEach(Leftovers::deleteTree);
    }

    @Override
    public void close() {
        removeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (final IllegalStateException e) {
            // The hook runs already, and finds nothing left.
        }
    }
}
