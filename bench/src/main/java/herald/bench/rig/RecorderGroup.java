package herald.bench.rig;

import herald.bench.BenchEvent;
import herald.recorder.EventRecorder;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The recorders of one process. Owned by the thread that records.
 */
final class RecorderGroup {
    private static final long LIVE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long DRAIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long PARK_NS = 200_000;

    private final RigSettings settings;
    private final EventTexts texts;
    private final EventRecorder[] recorders;
    private final boolean stepped;
    private int nextStep;

    RecorderGroup(final RigSettings settings, final int process, final EventRecorder[] recorders) {
        this.settings = settings;
        this.texts = new EventTexts(process, settings.repeatPercent());
        this.recorders = recorders;
        this.stepped = settings.isStepped();
    }

    int size() {
        return recorders.length;
    }

    int processes() {
        return settings.processes();
    }

    EventRecorder recorder(final int index) {
        return recorders[index];
    }

    CharSequence nextText() {
        return texts.next();
    }

    /** Records, however long the spool takes to have room: what waits is late, and the schedule says how late. */
    long record(final int index, final CharSequence text) {
        final EventRecorder recorder = recorders[index];
        long sequence = recorder.record(BenchEvent.TYPE, BenchEvent.SEVERITY, text, BenchEvent.REFERENCE);
        while (sequence == EventRecorder.SPOOL_FULL && stepped) {
            stepNext();
            recorder.conductorInvoker().invoke();
            sequence = recorder.record(BenchEvent.TYPE, BenchEvent.SEVERITY, text, BenchEvent.REFERENCE);
        }
        if (sequence < 0) {
            throw new IllegalStateException("an event was refused with " + sequence);
        }
        return sequence;
    }

    /** Steps one recorder, where they are stepped: each in its turn. */
    void stepNext() {
        if (stepped) {
            recorders[nextStep].conductorInvoker().invoke();
            nextStep = nextStep + 1 == recorders.length ? 0 : nextStep + 1;
        }
    }

    void stepAll() {
        for (int i = 0; i < recorders.length; i++) {
            stepNext();
        }
    }

    long acknowledged() {
        long sum = 0;
        for (final EventRecorder recorder : recorders) {
            sum += recorder.acknowledgedSequence();
        }
        return sum;
    }

    long recorded() {
        long sum = 0;
        for (final EventRecorder recorder : recorders) {
            sum += recorder.lastSequence();
        }
        return sum;
    }

    /** Each recorder's id and the sequence that it uses next. */
    String sequences() {
        final StringBuilder words = new StringBuilder();
        for (final EventRecorder recorder : recorders) {
            words.append(' ').append(recorder.recorderId()).append(' ').append(recorder.lastSequence() + 1);
        }
        return words.toString();
    }

    void recordMark() {
        record(0, texts.fresh());
        awaitAcknowledged();
    }

    void awaitLive() {
        final long deadlineNs = System.nanoTime() + LIVE_TIMEOUT_NS;
        for (final EventRecorder recorder : recorders) {
            while (!recorder.isLive()) {
                await(deadlineNs, "a recorder did not become live");
            }
        }
    }

    void awaitAcknowledged() {
        final long deadlineNs = System.nanoTime() + DRAIN_TIMEOUT_NS;
        while (acknowledged() < recorded()) {
            await(deadlineNs, "the proxy did not acknowledge everything");
        }
    }

    private void await(final long deadlineNs, final String failure) {
        if (System.nanoTime() - deadlineNs >= 0) {
            throw new IllegalStateException(failure + ": " + acknowledged() + " of " + recorded() + " events of " +
                recorders.length + " recorders are acknowledged");
        }
        stepAll();
        LockSupport.parkNanos(PARK_NS);
    }
}
