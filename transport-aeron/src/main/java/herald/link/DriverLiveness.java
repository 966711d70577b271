package herald.link;

import io.aeron.CncFileDescriptor;
import io.aeron.exceptions.AeronException;
import org.agrona.SemanticVersion;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Whether the media driver in a directory lives, told by its process where that can be seen: the heartbeat of one that
 * was killed looks alive for as long as its clients wait for a sign of life. A number that another process has now is
 * no proof: the process must be the one that the directory's mark names, or hold the driver's file mapped.
 *
 * @param state       what there is.
 * @param pid         of the driver's process; 0 where there is none.
 * @param heartbeatMs its last sign of life, in ms since the epoch.
 */
public record DriverLiveness(State state, long pid, long heartbeatMs) {
    /** What there is in a directory. */
    public enum State {
        /** No driver's file, or one that is not whole. */
        NONE,
        /** A driver that is dead. */
        DEAD,
        /** One whose process lives and gives signs of life. */
        ALIVE,
        /** One that gave a sign of life lately, and whose process can't be seen: dead, or in another container. */
        UNPROVEN,
        /** One whose process lives and gives no sign of life: it is stopped, or held up. */
        SILENT,
        /** One of a version that this process does not understand, and whose process lives. */
        INCOMPATIBLE
    }

    private static final Pattern MARK = Pattern.compile("herald-driver-(\\d+-\\d+-\\d+-[0-9a-f]+)-.*");
    private static final Path PROC = Path.of("/proc");
    private static final DriverLiveness NOTHING = new DriverLiveness(State.NONE, 0, 0);

    /**
     * Looks at a directory.
     *
     * @param directoryName of a driver.
     * @param timeoutMs     without a sign of life after which a driver counts as silent.
     * @return what is there.
     */
    public static DriverLiveness of(final String directoryName, final long timeoutMs) {
        final Path file = Path.of(directoryName, CncFileDescriptor.CNC_FILE);
        try {
            final CncFile cnc = CncFile.read(file);
            if (cnc == null || cnc.version() == 0) {
                return NOTHING;
            }
            final long pid = cnc.pid();
            final DriverProcess.Life life = life(file, pid);
            if (!isUnderstood(cnc.version())) {
                return new DriverLiveness(
                    life == DriverProcess.Life.ALIVE ? State.INCOMPATIBLE : State.DEAD, pid, 0);
            }
            if (!cnc.isWhole()) {
                return NOTHING;
            }
            final long heartbeatMs = cnc.heartbeatMs();
            final boolean fresh = System.currentTimeMillis() - heartbeatMs <= timeoutMs;
            return new DriverLiveness(state(life, fresh, pid), pid, heartbeatMs);
        } catch (final IOException e) {
            return NOTHING;
        }
    }

    private static boolean isUnderstood(final int version) {
        try {
            CncFileDescriptor.checkVersion(version);
            return SemanticVersion.minor(version) >= SemanticVersion.minor(CncFileDescriptor.CNC_VERSION);
        } catch (final AeronException e) {
            return false;
        }
    }

    private static State state(final DriverProcess.Life life, final boolean fresh, final long pid) {
        if (life == DriverProcess.Life.DEAD) {
            return State.DEAD;
        }
        if (fresh) {
            return life == DriverProcess.Life.ALIVE ? State.ALIVE : State.UNPROVEN;
        }
        // One in this very process that is silent has ended without taking its file along.
        return life == DriverProcess.Life.ALIVE && pid != ProcessHandle.current().pid() ? State.SILENT : State.DEAD;
    }

    private static DriverProcess.Life life(final Path file, final long pid) throws IOException {
        final Path real = file.toRealPath();
        final Path place = real.getParent() == null ? null : real.getParent().getParent();
        final Matcher mark = MARK.matcher(place == null || place.getFileName() == null ? "" :
            place.getFileName().toString());
        final DriverProcess marked = mark.matches() ? DriverProcess.parse(mark.group(1)) : null;
        return marked == null ? unmarked(real, pid) : marked.life();
    }

    /** A driver that Herald did not start: its process maps its file. That it is not seen to do so proves nothing. */
    private static DriverProcess.Life unmarked(final Path file, final long pid) {
        try (Stream<String> maps = Files.lines(PROC.resolve(pid + "/maps"), StandardCharsets.ISO_8859_1)) {
            final String inode = " " + Files.getAttribute(file, "unix:ino") + " ";
            return maps.anyMatch(line -> line.contains(inode) && line.endsWith(CncFileDescriptor.CNC_FILE)) ?
                DriverProcess.Life.ALIVE : DriverProcess.Life.HIDDEN;
        } catch (final IOException | RuntimeException e) {
            return DriverProcess.Life.HIDDEN;
        }
    }

    /**
     * Whether clients can be connected to it.
     *
     * @return true where it lives, as far as that can be told.
     */
    public boolean isUsable() {
        return state == State.ALIVE || state == State.UNPROVEN;
    }

    /**
     * Whether another driver may be started in its place.
     *
     * @return true where there is none, or a dead one.
     */
    public boolean isReplaceable() {
        return state == State.NONE || state == State.DEAD;
    }

    /**
     * Why no other driver may be started in its place.
     *
     * @param directoryName of the driver.
     * @return a sentence without its end.
     */
    public String reason(final String directoryName) {
        return switch (state) {
            case SILENT -> "a media driver, process " + pid + ", lives in " + directoryName +
                " and gives no sign of life: let it go on if it is stopped, or end it";
            case INCOMPATIBLE -> "a media driver of another version of Aeron, process " + pid + ", lives in " +
                directoryName + ": stop it";
            default -> "a media driver is alive in " + directoryName + ": use it, or stop it";
        };
    }
}
