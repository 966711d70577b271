package herald.bench.rig;

import herald.engine.EventProxy;
import herald.io.TreeRemoval;
import herald.receiver.RemoteListener;
import herald.seal.SharedKey;
import herald.writer.EventWriter;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * The proxy of a node of the rig, in a process of its own: the one that {@code herald proxy} runs, with a writer that
 * notes when events reach it.
 */
final class ProxyMain {
    /** What it says once it takes events, with the media driver's directory and, for remote recorders, an endpoint. */
    static final String READY = "ready";
    /** Announces a run. */
    static final String EXPECT = "expect";
    /** Announces the last event of a run. */
    static final String MARK = "mark";
    /** Asks for what was timed. */
    static final String WRITTEN = "written";
    /** Says that a command was understood. */
    static final String OK = "ok";

    private static final long POLL_NS = 1_000_000;

    private final Arrivals arrivals = new Arrivals();

    private ProxyMain() {
    }

    /**
     * Runs a proxy until it is asked to stop.
     *
     * @param args directory of the node.
     * @throws Exception where it can't start.
     */
    public static void main(final String[] args) throws Exception {
        final Path dir = Path.of(args[0]);
        final ChildCommands commands = ChildCommands.listen();
        final ProxyMain main = new ProxyMain();
        final EventProxy proxy = EventProxy.launch(main.context(dir));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            proxy.close();
            if (commands.isOrphaned() && dir.getFileName().toString().startsWith(NodeDirectory.PREFIX)) {
                TreeRemoval.remove(dir);
            }
        }, "rig-close"));
        while (RigSettings.read(dir).link() == RigSettings.Link.UDP && proxy.remoteEndpoint() == null) {
            LockSupport.parkNanos(POLL_NS);
        }
        ChildCommands.answer(READY + ' ' + proxy.aeronDirectoryName() + ' ' + proxy.remoteEndpoint());
        main.serve(commands);
        System.exit(0);
    }

    private EventProxy.Context context(final Path dir) throws IOException {
        final RigSettings settings = RigSettings.read(dir);
        final EventProxy.Context context = new EventProxy.Context()
            .dataDir(NodeFiles.dataDir(dir))
            .node("node-1")
            .profile(settings.profile())
            .driverTimeoutMs(RigSettings.DRIVER_TIMEOUT_MS)
            .journalRetentionLength(RigSettings.JOURNAL_RETENTION_LENGTH)
            .durability(settings.durability())
            .dedupKeyLimit(settings.dedupKeyLimit())
            .dedupIndexLimit(settings.dedupIndexLimit())
            .writer(new StampingWriter(arrivals, target(settings, dir)))
            .failureListener(cause -> System.err.println("the proxy failed: " + cause));
        if (settings.threading() != null) {
            context.threadingMode(settings.threading());
        }
        if (settings.link() == RigSettings.Link.UDP) {
            context.remoteListener(new RemoteListener("127.0.0.1:0", SharedKey.read(NodeFiles.keyFile(dir))));
        }
        return context;
    }

    private static EventWriter target(final RigSettings settings, final Path dir) {
        if (settings.destination() == RigSettings.Destination.NULL) {
            return null;
        }
        final WriterSpec spec = WriterSpec.parse("file:" + NodeFiles.writtenFile(dir));
        return EventWriters.factory(spec).create(spec);
    }

    private void serve(final ChildCommands commands) throws InterruptedException {
        for (String[] words = commands.take(); !words[0].equals(ChildCommands.STOP); words = commands.take()) {
            switch (words[0]) {
                case EXPECT -> {
                    arrivals.expect(Arrivals.ofWords(words, 1));
                    ChildCommands.answer(OK);
                }
                case MARK -> {
                    arrivals.markNext(UUID.fromString(words[1]), Long.parseLong(words[2]));
                    ChildCommands.answer(OK);
                }
                case WRITTEN ->
                    ChildCommands.answer(WRITTEN + ' ' + Latencies.toWord(arrivals.await(Long.parseLong(words[1]))));
                default -> throw new IllegalArgumentException("unknown command: " + words[0]);
            }
        }
    }
}
