package herald.engine;

import herald.link.Endpoint;
import herald.receiver.ReceiverCounter;
import herald.receiver.RemoteListener;
import herald.seal.SharedKey;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * A proxy that listens on UDP, in a process of its own: says its port, and to each line of stdin the value of the
 * receiver's counter of that name. Ends with stdin.
 */
final class ListeningProxyChild {
    private static final long PARK_NS = 10_000_000;

    private ListeningProxyChild() {
    }

    /** With the data directory and the key. */
    public static void main(final String[] args) throws IOException {
        final SharedKey key = new SharedKey(args[1].getBytes(StandardCharsets.UTF_8));
        try (EventProxy proxy = EventProxy.launch(new EventProxy.Context()
            .dataDir(Path.of(args[0]))
            .node("proxy-node")
            .journalSegmentLength(256 * 1024)
            .dispatchSegmentLength(256 * 1024)
            .batchLengthLimit(64 * 1024)
            .dedupKeyLimit(10_000)
            .remoteListener(new RemoteListener("127.0.0.1:0", key)));
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            Endpoint endpoint = proxy.remoteEndpoint();
            while (endpoint == null) {
                LockSupport.parkNanos(PARK_NS);
                endpoint = proxy.remoteEndpoint();
            }
            System.out.println(endpoint.port());
            for (String name = in.readLine(); name != null; name = in.readLine()) {
                System.out.println(proxy.counters().get(ReceiverCounter.valueOf(name)));
            }
        }
    }
}
