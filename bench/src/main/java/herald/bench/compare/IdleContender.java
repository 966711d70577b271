package herald.bench.compare;

import herald.bench.rig.IdleProxy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A proxy with nothing to do, started by the launcher as anybody would.
 */
final class IdleContender implements Contender {
    /** Its name. */
    static final String NAME = "idle";
    /** Its figure in percent of one core. */
    static final String CPU = "idle.cpu-percent";
    /** Its figure in MiB. */
    static final String RESIDENT = "idle.resident-mib";
    /** Names the launcher. */
    static final String LAUNCHER_PROPERTY = "herald.bench.launcher";

    /** CPU time comes in hundredths of a second. */
    private static final long MIN_DURATION_NS = TimeUnit.SECONDS.toNanos(5);
    private static final double MIB = 1024 * 1024;

    private final IdleProxy idle;

    IdleContender() throws InterruptedException {
        idle = IdleProxy.start(
            Path.of(System.getProperty(LAUNCHER_PROPERTY, "herald")), Path.of(System.getProperty("java.io.tmpdir")));
    }

    @Override
    public boolean warmsUp() {
        return true;
    }

    @Override
    public Map<String, Double> measure(final long durationNs) {
        final double cpuPercent = idle.cpuPercent(Duration.ofNanos(Math.max(durationNs, MIN_DURATION_NS)));
        return Map.of(CPU, cpuPercent, RESIDENT, idle.memory().residentLength() / MIB);
    }

    @Override
    public void close() {
        idle.close();
    }
}
