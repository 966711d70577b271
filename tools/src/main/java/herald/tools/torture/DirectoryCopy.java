package herald.tools.torture;

import herald.io.TreeRemoval;
import herald.link.DirectoryIdentity;
import herald.link.HeraldDirectory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Copies a data directory whose proxy goes on, spools and all, and starts a proxy in the copy: it has to refuse, unless
 * the copy is adopted, and then to be a directory of its own. That the original is not hurt shows in the rest of the
 * round.
 */
final class DirectoryCopy {
    private static final long COPY_TIMEOUT_S = 60;

    private final Node node;
    private int copies;

    DirectoryCopy(final Node node) {
        this.node = node;
    }

    /** Makes a copy and starts a proxy in it, twice. */
    void run() throws IOException, InterruptedException, Difference {
        final Path copy = node.dir().resolve("copy" + copies++);
        node.proxy().pauseWholly(node.patienceMs());
        copy(copy);
        node.proxy().resume();
        refuse(copy);
        adopt(copy);
        TreeRemoval.remove(copy);
    }

    /** Of all that is there, as an administrator makes it; recorders write into their spools meanwhile. */
    private void copy(final Path copy) throws IOException, InterruptedException, Difference {
        final Process process = new ProcessBuilder("cp", "-a", node.dataDir().toString(), copy.toString())
            .redirectErrorStream(true).redirectOutput(node.dir().resolve(copy.getFileName() + ".cp").toFile()).start();
        if (!process.waitFor(COPY_TIMEOUT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new Difference("stuck: cp -a of " + node.dataDir() + " does not end");
        }
    }

    private ChildProcess start(final Path copy, final boolean adopt) throws IOException {
        node.leftovers().directory(HeraldDirectory.aeronDir(copy));
        return node.start(copy.getFileName().toString(), CopyChild.class, copy.toString(), Boolean.toString(adopt));
    }

    private void refuse(final Path copy) throws IOException, InterruptedException, Difference {
        final ChildProcess proxy = start(copy, false);
        if (!proxy.awaitEnd(node.patienceMs()) || proxy.exitCode() == 0 || !proxy.hasComplainedOf("--adopt-copy")) {
            throw new Difference(proxy + " was started in a copy of the data directory, and does not refuse");
        }
    }

    private void adopt(final Path copy) throws IOException, InterruptedException, Difference {
        final ChildProcess proxy = start(copy, true);
        if (!Await.until(() -> proxy.hasSaid(CopyChild.READY) || !proxy.isAlive(), node.patienceMs()) ||
            !proxy.isAlive()) {
            throw new Difference(proxy + " does not start in a copy that it is to adopt");
        }
        proxy.terminate();
        if (!proxy.awaitEnd(node.patienceMs()) || proxy.exitCode() != 0) {
            throw new Difference(proxy + " does not end in order in the copy that it adopted");
        }
        final DirectoryIdentity original = DirectoryIdentity.read(node.dataDir());
        final DirectoryIdentity adopted = DirectoryIdentity.read(copy);
        if (original == null || adopted == null || adopted.id().equals(original.id())) {
            throw new Difference("the copy is directory " + adopted + ", the original " + original);
        }
    }
}
