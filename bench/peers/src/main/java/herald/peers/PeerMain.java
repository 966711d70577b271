package herald.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The process of one peer. A line on standard input is a time in ms to produce for, its answer a line
 * {@code events ns} on standard output. The end of the input, which comes when the bench dies, ends the process.
 */
public final class PeerMain {
    private static final long NS_PER_MS = 1_000_000;
    private static final int LENGTH = 200;

    private PeerMain() {
    }

    /**
     * Runs a peer.
     *
     * @param args its name, the directory of its data and, for a Kafka producer, the broker's port.
     * @throws Exception where the peer can't go on.
     */
    public static void main(final String[] args) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            System.err.println(thread.getName() + " failed: " + e + ", caused by " + e.getCause());
            Runtime.getRuntime().halt(1);
        });
        final PrintStream answers = System.out;
        System.setOut(System.err);
        try (Peer peer = open(args)) {
            answers.println("ready");
            answers.flush();
            serve(peer, answers);
        }
        Runtime.getRuntime().halt(0);
    }

    private static Peer open(final String[] args) throws Exception {
        final Path dir = Files.createDirectories(Path.of(args[1]));
        return switch (args[0]) {
            case "chronicle-queue" -> new ChronicleQueuePeer(dir);
            case "log4j" -> new Log4jPeer(dir);
            case "kafka-broker" -> new KafkaBroker(dir, Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            case "kafka-producer" -> new KafkaProducerPeer(Integer.parseInt(args[2]));
            default -> throw new IllegalArgumentException("no peer " + args[0] +
                ": it is chronicle-queue, log4j, kafka-broker or kafka-producer");
        };
    }

    private static void serve(final Peer peer, final PrintStream answers) throws Exception {
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = read(in); line != null; line = read(in)) {
            final long startNs = System.nanoTime();
            final long events = peer.run(Long.parseLong(line.trim()) * NS_PER_MS);
            answers.println(events + " " + (System.nanoTime() - startNs));
            answers.flush();
        }
    }

    private static String read(final BufferedReader in) {
        try {
            return in.readLine();
        } catch (final IOException e) {
            return null;
        }
    }

    /**
     * The bytes that every peer gets: as many as an event of Herald's.
     *
     * @return printable, no line end.
     */
    static byte[] payload() {
        final byte[] bytes = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            bytes[i] = (byte)('a' + i % ('z' - 'a' + 1));
        }
        return bytes;
    }

    /**
     * Makes the payload that of a number, as an event of Herald's has one in its message.
     *
     * @param payload to change.
     * @param number  to put at its end.
     */
    static void number(final byte[] payload, final long number) {
        long rest = number;
        for (int i = payload.length - 1; i >= payload.length - Long.BYTES; i--) {
            payload[i] = (byte)('0' + (rest & ((1 << 4) - 1)));
            rest >>>= 4;
        }
    }
}
