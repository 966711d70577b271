package herald.tools;

import herald.events.ClusterEvents;
import herald.link.Profile;
import herald.recorder.EventRecorder;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Recorders in one process, told by lines of stdin what to do: {@code record N} and {@code acknowledge}. What it did it
 * says on stdout, and how many of them are live whenever that changes; what went wrong, on stderr.
 */
final class RecorderCrowd {
    private static final long ACK_TIMEOUT_NS = TimeUnit.MINUTES.toNanos(2);
    private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

    private final List<EventRecorder> recorders = new ArrayList<>();
    private int live = -1;

    private RecorderCrowd() {
    }

    /**
     * Runs recorders until stdin ends.
     *
     * @param args data directory, Aeron directory, profile, number, spool length.
     * @throws Exception where anything goes wrong.
     */
    public static void main(final String[] args) throws Exception {
        final RecorderCrowd crowd = new RecorderCrowd();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            crowd.recorders.add(EventRecorder.launch(new EventRecorder.Context()
                .component(args[2] + '-' + i)
                .eventTypes(ClusterEvents.CATALOG)
                .dataDir(Path.of(args[0]))
                .aeronDirectoryName(args[1])
                .profile(Profile.parse(args[2]))
                .spoolLength(Integer.parseInt(args[4]))
                .errorHandler(error -> System.err.println(error.getMessage()))));
        }
        final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (true) {
            crowd.sayLive();
            if (input.ready()) {
                final String line = input.readLine();
                crowd.follow(line);
            } else {
                LockSupport.parkNanos(PARK_NS);
            }
        }
    }

    private void sayLive() {
        final int now = (int)recorders.stream().filter(EventRecorder::isLive).count();
        if (now != live) {
            live = now;
            System.out.println("live " + live);
        }
    }

    private void follow(final String line) {
        try (Scanner words = new Scanner(line)) {
            if (words.next().equals("record")) {
                record(words.nextInt());
            } else {
                for (final EventRecorder recorder : recorders) {
                    if (!recorder.awaitAcknowledged(recorder.lastSequence(), ACK_TIMEOUT_NS)) {
                        throw new IllegalStateException("not acknowledged: " + recorder.spoolFile());
                    }
                }
            }
        }
        System.out.println("done " + line);
    }

    private void record(final int events) {
        for (int i = 0; i < events; i++) {
            for (final EventRecorder recorder : recorders) {
                long result = record(recorder, i);
                while (result == EventRecorder.SPOOL_FULL) {
                    LockSupport.parkNanos(PARK_NS);
                    result = record(recorder, i);
                }
                if (result <= 0) {
                    throw new IllegalStateException("refused with " + result);
                }
            }
        }
    }

    private static long record(final EventRecorder recorder, final int number) {
        return recorder.record(
            ClusterEvents.LEADER_LOST, null, "a message of a length that fills pages soon, number " + number, null);
    }
}
