package herald.bench.rig;

import org.HdrHistogram.Histogram;

import java.util.concurrent.TimeUnit;

/**
 * One process's share of an open schedule: its thread waits for the time at which an event is due, records it, and
 * looks for acknowledgements in between. An event that is late is recorded at once and timed from when it was due.
 */
final class LatencyRun {
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    private final RecorderGroup group;
    private final Schedule schedule;
    private final int process;
    private final Schedule.Share[] shares;
    private final long[] acknowledged;
    private final Histogram call = Latencies.histogram();
    private final Histogram callFromDue = Latencies.histogram();
    private final Histogram acknowledgement = Latencies.histogram();
    private int nextLook;
    private long outstanding;

    LatencyRun(final RecorderGroup group, final int process, final Schedule schedule) {
        this.group = group;
        this.process = process;
        this.schedule = schedule;
        this.shares = new Schedule.Share[group.size()];
        this.acknowledged = new long[group.size()];
        final int stride = group.size() * group.processes();
        for (int i = 0; i < shares.length; i++) {
            final long first = group.recorder(i).lastSequence() + 1;
            shares[i] = new Schedule.Share(schedule, first, (long)i * group.processes() + process, stride);
            acknowledged[i] = first - 1;
        }
    }

    /** Runs it; the answer is when the last event was recorded, how many were, and the histograms. */
    String run() {
        final long firstNs = schedule.dueNs(firstMeasured());
        long measured = 0;
        long lastNs = firstNs;
        int turn = 0;
        CharSequence text = group.nextText();
        long number = process;
        while (number < schedule.count()) {
            final long dueNs = schedule.dueNs(number);
            final long nowNs = System.nanoTime();
            if (nowNs - dueNs >= 0) {
                group.record(turn, text);
                final long afterNs = System.nanoTime();
                outstanding++;
                if (schedule.isMeasured(number)) {
                    Latencies.record(call, afterNs - nowNs);
                    Latencies.record(callFromDue, afterNs - dueNs);
                    lastNs = afterNs;
                    measured++;
                }
                number += group.processes();
                turn = turn + 1 == group.size() ? 0 : turn + 1;
                text = group.nextText();
            }
            look();
        }
        drain();
        return String.join(" ", RecorderMain.DONE, Long.toString(measured), Long.toString(lastNs - firstNs),
            Latencies.toWord(call), Latencies.toWord(callFromDue), Latencies.toWord(acknowledgement));
    }

    private long firstMeasured() {
        long number = process;
        while (number < schedule.warmup()) {
            number += group.processes();
        }
        return number;
    }

    private void drain() {
        final long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
        while (outstanding > 0) {
            look();
            if (System.nanoTime() - deadlineNs >= 0) {
                throw new IllegalStateException(outstanding + " events are not acknowledged a minute after the last");
            }
        }
    }

    /** Looks at one recorder, each in its turn. */
    private void look() {
        group.stepNext();
        final int index = nextLook;
        nextLook = index + 1 == shares.length ? 0 : index + 1;
        final long newest = group.recorder(index).acknowledgedSequence();
        if (newest > acknowledged[index]) {
            final long nowNs = System.nanoTime();
            for (long sequence = acknowledged[index] + 1; sequence <= newest; sequence++) {
                final long number = shares[index].numberOf(sequence);
                if (schedule.isMeasured(number)) {
                    Latencies.record(acknowledgement, nowNs - schedule.dueNs(number));
                }
            }
            outstanding -= newest - acknowledged[index];
            acknowledged[index] = newest;
        }
    }
}
