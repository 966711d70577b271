package herald.recorder;

import herald.events.ClusterEvents;
import herald.wire.RejectReason;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.NoOpIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Whatever the application hands in is code that may record, throw, hang or lie: it hurts nobody but its own caller.
 */
@Timeout(60)
class CallersOwnCodeTest {
    private static final long SMALL_STACK = 256 * 1024;

    @TempDir
    private Path dir;
    private LinkFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LinkFixture(dir);
    }

    @AfterEach
    void tearDown() {
        fixture.close();
    }

    private void launch() {
        fixture.recorder = EventRecorder.launch(fixture.context().spoolLength(1024 * 1024));
    }

    private EventRecorder.Context threadedContext() {
        return fixture.context().useConductorInvoker(false).nanoClock(System::nanoTime);
    }

    private long record(final CharSequence message) {
        return fixture.recorder.record(ClusterEvents.LEADER_LOST, null, message, null);
    }

    private long record(final Map<String, String> attributes) {
        return fixture.recorder.record(ClusterEvents.LEADER_LOST, null, "text", null, attributes);
    }

    /** Another thread gets through, now. */
    private void assertOthersRecord() throws InterruptedException {
        final AtomicInteger result = new AtomicInteger();
        final Thread other = new Thread(() -> result.set((int)record("other")));
        other.start();
        other.join();
        assertThat(result.get()).isEqualTo((int)fixture.recorder.lastSequence()).isPositive();
    }

    /** A text that says whatever it likes, each time that it is asked. */
    private record Told(IntUnaryOperator characters, Supplier<Integer> size) implements CharSequence {
        @Override
        public int length() {
            return size.get();
        }

        @Override
        public char charAt(final int index) {
            return (char)characters.applyAsInt(index);
        }

        @Override
        public CharSequence subSequence(final int start, final int end) {
            throw new UnsupportedOperationException();
        }
    }

    /** A map whose entries are made when they are asked for. */
    private static Map<String, String> lazy(final int size, final Supplier<Iterator<Map.Entry<String, String>>> pairs) {
        return new AbstractMap<>() {
            @Override
            public Set<Entry<String, String>> entrySet() {
                return new AbstractSet<>() {
                    @Override
                    public Iterator<Entry<String, String>> iterator() {
                        return pairs.get();
                    }

                    @Override
                    public int size() {
                        return size;
                    }
                };
            }
        };
    }

    @Test
    void shouldTakeAMessageThatRecordsWhileItIsRead() throws InterruptedException {
        launch();
        final CharSequence message = new Told(i -> {
            record("inner " + i);
            record(CharBuffer.wrap("inner too"));
            return 'a' + i;
        }, () -> 3);
        assertThat(record(message)).isEqualTo(7);
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(7);
        assertOthersRecord();
    }

    @Test
    void shouldTakeAttributesThatRecordWhileTheyAreRead() throws InterruptedException {
        launch();
        final Map<String, String> attributes = lazy(1, () -> {
            record("inner");
            return Map.of("key", "value " + record(Map.of("a", "b"))).entrySet().iterator();
        });
        assertThat(record(attributes)).isGreaterThan(2);
        assertOthersRecord();
    }

    @Test
    void shouldTakeAClockThatRecords() throws InterruptedException {
        final AtomicBoolean asked = new AtomicBoolean();
        fixture.recorder = EventRecorder.launch(fixture.context().clock(() -> {
            if (fixture.recorder != null && !asked.getAndSet(true)) {
                record("inner");
            }
            return 1;
        }));
        assertThat(record("outer")).isEqualTo(2);
        assertOthersRecord();
    }

    @Test
    void shouldLetNobodyWaitForAMessageThatWaits() throws InterruptedException {
        launch();
        final CountDownLatch reading = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);
        final Thread caller = new Thread(() -> record(new Told(i -> {
            reading.countDown();
            awaitUninterrupted(goOn);
            return 'x';
        }, () -> 1)));
        caller.start();
        reading.await();
        assertOthersRecord();
        goOn.countDown();
        caller.join();
        assertThat(fixture.recorder.lastSequence()).isEqualTo(2);
    }

    private static void awaitUninterrupted(final CountDownLatch latch) {
        while (latch.getCount() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void shouldThrowOnWhatAMessageThrowsAndGoOn() throws InterruptedException {
        launch();
        for (final Throwable thrown : new Throwable[] {
            new IllegalStateException("mine"), new OutOfMemoryError("mine"), new StackOverflowError("mine")}) {
            assertThatThrownBy(() -> record(new Told(i -> fail(thrown), () -> 1))).isSameAs(thrown);
            assertThatThrownBy(() -> record(lazy(1, () -> {
                fail(thrown);
                return List.<Map.Entry<String, String>>of().iterator();
            }))).isSameAs(thrown);
            assertOthersRecord();
        }
        assertThat(fixture.recorder.counter(RecorderCounter.RECORDED)).isEqualTo(3);
    }

    private static int fail(final Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        throw (RuntimeException)thrown;
    }

    @Test
    void shouldRefuseNullsWithTheirNames() {
        launch();
        assertThatThrownBy(() -> record((CharSequence)null))
            .isInstanceOf(NullPointerException.class).hasMessage("message");
        assertThatThrownBy(() -> record(lazy(1, () -> {
            final Map.Entry<String, String> entry = new AbstractMap.SimpleEntry<>("key", null);
            return List.of(entry).iterator();
        }))).isInstanceOf(NullPointerException.class).hasMessage("value of an attribute");
        assertThat(record("right")).isOne();
    }

    @Test
    void shouldEndTheCallAloneOfAMessageThatRecordsItselfForEver() throws InterruptedException {
        launch();
        final AtomicReference<Throwable> thrown = new AtomicReference<>();
        final AtomicReference<CharSequence> message = new AtomicReference<>();
        message.set(new Told(i -> (int)record(message.get()), () -> 1));
        final Thread caller = new Thread(null, () -> {
            try {
                record(message.get());
            } catch (final Throwable e) {
                thrown.set(e);
            }
        }, "recursive", SMALL_STACK);
        caller.start();
        caller.join();
        assertThat(thrown.get()).isInstanceOf(StackOverflowError.class);
        assertOthersRecord();
    }

    @Test
    void shouldSurviveCallersWhoseStackEndsAnywhereInTheCall() throws InterruptedException {
        launch();
        fixture.startDriver();
        fixture.open(1, 0, 0);
        final AtomicInteger overflows = new AtomicInteger();
        final CharSequence builder = CharBuffer.wrap("deeper");
        for (int i = 0; i < 60; i++) {
            final int depth = i;
            final Thread caller = new Thread(null, () -> {
                try {
                    recordEverDeeper(depth, depth % 2 == 0 ? "deep" : builder);
                } catch (final StackOverflowError e) {
                    overflows.incrementAndGet();
                }
            }, "deep", SMALL_STACK + 8L * i);
            caller.start();
            caller.join();
            fixture.proxy.ack(1, fixture.recorder.lastSequence());
            fixture.step();
        }
        assertThat(overflows).hasValue(60);
        assertOthersRecord();
        final long last = fixture.recorder.lastSequence();
        fixture.stepUntil(() -> {
            fixture.advanceMs(20);
            if (!fixture.recorder.isLive() && fixture.proxy.attempt > 0) {
                fixture.proxy.welcome(1, 0, 0);
            }
            return fixture.proxy.sequences.contains(last);
        });
    }

    @SuppressWarnings("InfiniteRecursion")
    private long recordEverDeeper(final int padding, final CharSequence message) {
        final long result = record(message);
        return result + padding + recordEverDeeper(padding, message);
    }

    @Test
    void shouldKeepWhatIsSaidFirstWhereATextSaysSomethingElseEachTime() {
        launch();
        final AtomicInteger lengths = new AtomicInteger();
        assertThat(record(new Told(i -> 'x', () -> 10 * lengths.incrementAndGet()))).isOne();
        final AtomicInteger chars = new AtomicInteger();
        assertThat(record(new Told(i -> "\uD83D\uDE00a\uDE00\uD83Dé".charAt(chars.getAndIncrement() % 6), () -> 4_000)))
            .isIn(2L, EventRecorder.TOO_LONG);
        assertThat(record(new Told(i -> 'x', () -> -5))).isPositive();
        assertThat(record(new Told(i -> 'x', () -> Integer.MAX_VALUE))).isEqualTo(EventRecorder.TOO_LONG);
        assertThat(record("next")).isEqualTo(fixture.recorder.lastSequence());
        assertThat(lengths).hasValue(1);
    }

    @Test
    void shouldEncodeATextOfAnyClassAsTheJdkDoesAString() {
        final Random random = new Random(7);
        final CapturedTexts texts = new CapturedTexts(4096);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
        for (int i = 0; i < 20_000; i++) {
            final String text = Utf8Test.text(random, random.nextInt(60));
            assertThat(texts.capture(CharBuffer.wrap(text), null)).isTrue();
            final byte[] bytes = new byte[texts.putMessage(buffer, 0) - 2];
            buffer.getBytes(2, bytes);
            assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(buffer.getShort(0)).isEqualTo((short)bytes.length);
        }
    }

    @Test
    void shouldCountTheAttributesThatThereAreWhateverTheirMapSays() {
        launch();
        final Map.Entry<String, String> pair = Map.entry("key", "value");
        assertThat(record(lazy(7, () -> List.of(pair).iterator()))).isOne();
        assertThat(record(lazy(1, () -> List.of(pair, Map.entry("b", "c")).iterator()))).isEqualTo(2);
        assertThat(record(lazy(-1, () -> List.of(pair).iterator()))).isEqualTo(3);
        assertThat(record(lazy(2, List.<Map.Entry<String, String>>of()::iterator))).isEqualTo(4);
        final Iterator<Map.Entry<String, String>> endless = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Map.Entry<String, String> next() {
                return pair;
            }
        };
        assertThat(record(lazy(1, () -> endless))).isEqualTo(EventRecorder.TOO_LONG);
        assertThat(fixture.recorder.counter(RecorderCounter.TOO_LONG)).isOne();
        assertThat(record("next")).isEqualTo(5);
    }

    @Test
    void shouldReturnClosedToAMessageThatClosesTheRecorder() {
        launch();
        assertThat(record(new Told(i -> {
            fixture.recorder.close();
            return 'x';
        }, () -> 1))).isEqualTo(EventRecorder.CLOSED);
    }

    @Test
    void shouldGoOnWithAnErrorHandlerThatRecordsAndThrows() {
        final AtomicInteger told = new AtomicInteger();
        fixture.recorder = EventRecorder.launch(fixture.context().errorHandler(error -> {
            told.incrementAndGet();
            record("the link: " + error.getMessage());
            throw new IllegalStateException("handler");
        }));
        fixture.startDriver();
        fixture.awaitHello("1 from 1");
        fixture.proxy.reject(RejectReason.SESSION_ACTIVE);
        fixture.stepUntil(() -> told.get() == 1);
        assertThat(fixture.recorder.lastSequence()).isOne();
        fixture.advanceMs(600);
        fixture.awaitHello("2 from 1");
        fixture.proxy.welcome(1, 0, 0);
        fixture.stepUntil(() -> fixture.proxy.sequences.equals(List.of(1L)));
    }

    @Test
    void shouldCloseWithinItsOwnErrorHandler() {
        final CountDownLatch closed = new CountDownLatch(1);
        final CountDownLatch launched = new CountDownLatch(1);
        fixture.startDriver();
        fixture.recorder = EventRecorder.launch(threadedContext().errorHandler(error -> {
            awaitUninterrupted(launched);
            fixture.recorder.close();
            closed.countDown();
        }));
        launched.countDown();
        LinkFixture.await(() -> {
            fixture.proxy.step();
            return !fixture.proxy.hellos.isEmpty();
        });
        fixture.proxy.reject(RejectReason.SESSION_ACTIVE);
        LinkFixture.await(() -> closed.getCount() == 0);
        assertThat(record("late")).isEqualTo(EventRecorder.CLOSED);
        EventRecorder.launch(fixture.context()).close();
    }

    private final AtomicReference<Thread> conductor = new AtomicReference<>();

    private Thread conductorThread(final Runnable task) {
        final Thread thread = new Thread(task);
        thread.setDaemon(true);
        conductor.set(thread);
        return thread;
    }

    @Test
    void shouldGoOnWhereTheApplicationInterruptsTheConductor() {
        fixture.recorder = EventRecorder.launch(threadedContext().threadFactory(this::conductorThread));
        for (int i = 0; i < 200; i++) {
            conductor.get().interrupt();
        }
        fixture.startDriver();
        openWhileThreaded();
        conductor.get().interrupt();
        assertThat(record("after")).isOne();
        LinkFixture.await(() -> {
            fixture.proxy.step();
            return fixture.proxy.sequences.contains(1L);
        });
        fixture.proxy.ack(1, 1);
        assertThat(fixture.recorder.awaitAcknowledged(1, 15_000_000_000L)).isTrue();
        assertThat(conductor.get().isAlive()).isTrue();
    }

    private void openWhileThreaded() {
        final int[] answered = {0};
        LinkFixture.await(() -> {
            fixture.proxy.step();
            if (fixture.proxy.hellos.size() > answered[0]) {
                answered[0] = fixture.proxy.hellos.size();
                fixture.proxy.welcome(1, 0, 0);
            }
            return fixture.recorder.isLive();
        });
    }

    @Test
    void shouldReplaceAnIdleStrategyThatThrows() {
        final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
        fixture.recorder = EventRecorder.launch(threadedContext()
            .errorHandler(errors::add).idleStrategy(new Idle(() -> {
                throw new IllegalStateException("idle");
            })));
        fixture.startDriver();
        openWhileThreaded();
        assertThat(errors).singleElement().asString().contains("idle strategy", Idle.class.getName());
    }

    @Test
    void shouldCloseThoughTheIdleStrategyHangs() {
        final CountDownLatch hanging = new CountDownLatch(1);
        final CountDownLatch end = new CountDownLatch(1);
        final List<Throwable> errors = new ArrayList<>();
        fixture.recorder = EventRecorder.launch(threadedContext()
            .errorHandler(errors::add).idleStrategy(new Idle(() -> {
                hanging.countDown();
                awaitUninterrupted(end);
            })).threadFactory(this::conductorThread));
        LinkFixture.await(() -> hanging.getCount() == 0);
        assertThat(record("kept")).isOne();
        fixture.recorder.close();
        assertThat(errors).singleElement().asString().contains("hangs in its idle strategy or error handler");
        end.countDown();
        LinkFixture.await(() -> !conductor.get().isAlive());
        launch();
        assertThat(record("again")).isEqualTo(2);
    }

    @Test
    void shouldLaunchAndRecordOnAnInterruptedThreadAndLeaveItSo() {
        Thread.currentThread().interrupt();
        try {
            launch();
            assertThat(record("a")).isOne();
            assertThat(record(CharBuffer.wrap("b"))).isEqualTo(2);
            assertThat(fixture.recorder.awaitAcknowledged(2, 0)).isFalse();
            fixture.recorder.close();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    /** Runs the application's code where it should wait. */
    private record Idle(Runnable code) implements IdleStrategy {
        @Override
        public void idle(final int workCount) {
            code.run();
        }

        @Override
        public void idle() {
            code.run();
        }

        @Override
        public void reset() {
            NoOpIdleStrategy.INSTANCE.reset();
        }

        @Override
        public String alias() {
            return "idle";
        }
    }
}
