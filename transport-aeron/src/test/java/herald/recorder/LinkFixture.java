package herald.recorder;

import herald.events.ClusterEvents;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.awaitility.Awaitility;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A recorder that the test steps, a media driver and a proxy that says what the test wants.
 */
final class LinkFixture implements AutoCloseable {
    final List<Throwable> errors = new ArrayList<>();
    private final Path dir;
    private final String aeronDir;
    private MediaDriver driver;
    FakeProxy proxy;
    EventRecorder recorder;
    private long nowNs = TimeUnit.HOURS.toNanos(1);

    LinkFixture(final Path dir) {
        this.dir = dir;
        this.aeronDir = dir.resolve("aeron").toString();
    }

    EventRecorder.Context context() {
        return new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(dir.resolve("spools"))
            .spoolLength(64 * 1024)
            .aeronDirectoryName(aeronDir)
            .nanoClock(() -> nowNs)
            .closeLingerNs(0)
            .useConductorInvoker(true)
            .errorHandler(errors::add);
    }

    void startDriver() {
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(aeronDir)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .errorHandler(error -> { })
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
        proxy = new FakeProxy(aeronDir);
    }

    void stopDriver() {
        CloseHelper.closeAll(proxy, driver);
        proxy = null;
        driver = null;
    }

    void record(final int events) {
        for (int i = 0; i < events; i++) {
            recorder.record(ClusterEvents.LEADER_LOST, null, "event " + i, null);
        }
    }

    void awaitHello(final String hello) {
        stepUntil(() -> !proxy.hellos.isEmpty() && proxy.hellos.get(proxy.hellos.size() - 1).endsWith(hello));
    }

    void open(final long runId, final long accepted, final long durable) {
        final int before = proxy.hellos.size();
        stepUntil(() -> proxy.hellos.size() > before || !proxy.hellos.isEmpty());
        proxy.welcome(runId, accepted, durable);
        stepUntil(recorder::isLive);
    }

    void advanceMs(final long ms) {
        nowNs += TimeUnit.MILLISECONDS.toNanos(ms);
    }

    void step() {
        recorder.conductorInvoker().invoke();
        if (proxy != null) {
            proxy.step();
        }
    }

    void stepUntil(final BooleanSupplier condition) {
        await(() -> {
            step();
            return condition.getAsBoolean();
        });
    }

    static void await(final BooleanSupplier condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).pollInSameThread()
            .pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(condition::getAsBoolean);
    }

    @Override
    public void close() {
        CloseHelper.closeAll(recorder, proxy, driver);
    }
}
