package herald.tools.torture;

import herald.io.SystemDisk;
import herald.tools.AbstractCommand;
import herald.tools.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Kills, stops and starves real processes of Herald, round after round, and compares what is left with what is
 * promised.
 */
@Command(
    name = "torture",
    description = "Kill, stop and starve a proxy, its recorders and its destinations, round after round, and " +
        "compare what is left with what is promised. Exits with 1 on a difference.")
public final class TortureCommand extends AbstractCommand {
    private static final int DEFAULT_ROUNDS = 10;
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    @Option(names = "--rounds", paramLabel = "N",
        description = "How many rounds; default: " + DEFAULT_ROUNDS + ", or as many as --duration allows.")
    private Integer rounds;

    @Option(names = "--seed", paramLabel = "S",
        description = "What everything random is drawn from; default: another one each time. The seed that a " +
            "round prints runs its plan again with --rounds 1.")
    private Long seed;

    @Option(names = "--duration", paramLabel = "TIME",
        description = "Begin no round after this time; default: no limit.")
    private Duration duration;

    @Option(names = "--patience", paramLabel = "TIME", defaultValue = "3m",
        description = "How long a node may take to start, to end or to come to rest before the round counts as " +
            "stuck; default: ${DEFAULT-VALUE}.")
    private Duration patience;

    @Option(names = "--work-dir", paramLabel = "DIR", description = "Where rounds keep their files; default: the " +
        "temporary directory.")
    private Path workDir;

    @Option(names = "--without", paramLabel = "KIND", split = ",",
        description = "Leave out these kinds of faults, by the names that a round prints.")
    private List<String> without = List.of();

    @Option(names = "--keep", description = "Keep the files of every round, not only of one with a difference.")
    private boolean keep;

    @Option(names = "--class-path-prefix", paramLabel = "DIR", hidden = true,
        description = "Classes that come before Herald's in the processes of a round.")
    private Path classPathPrefix;

    private final Summary summary = new Summary();
    private final Set<FaultKind> leftOut = EnumSet.noneOf(FaultKind.class);

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rounds != null && rounds < 1) {
            throw mistake("--rounds is " + rounds + ": it must be 1 or more");
        }
        without.forEach(this::leaveOut);
        final long startNs = System.nanoTime();
        final long firstSeed = seed == null ? mix(System.nanoTime() ^ ProcessHandle.current().pid()) : seed;
        final Path root = workDir == null ? Path.of(System.getProperty("java.io.tmpdir")) : workDir;
        SystemDisk.INSTANCE.createDirectories(root);
        try (Leftovers leftovers = new Leftovers()) {
            final Path shared = Files.createTempDirectory(root, "herald-torture-").toRealPath();
            leftovers.sharedDirectory(shared);
            final Path fastStart = shared.resolve("fast-start.jar");
            FastStart.write(fastStart);
            final ChildJvm jvm = new ChildJvm(classPathPrefix, fastStart);
            leaveOutWhatCannotBe(shared, jvm);
            for (int i = 0; goesOn(i, startNs); i++) {
                run(i, i == 0 ? firstSeed : mix(firstSeed + i * GOLDEN), jvm, root, leftovers);
            }
        }
        out().println(summary.line((System.nanoTime() - startNs) / NS_PER_SECOND));
        out().flush();
        return summary.hasDifferences() ? ExitCode.DIFFERENCE : ExitCode.OK;
    }

    private void leaveOut(final String label) {
        try {
            leftOut.add(FaultKind.of(label));
        } catch (final IllegalArgumentException e) {
            throw mistake("--without: " + e.getMessage());
        }
    }

    private void leaveOutWhatCannotBe(final Path shared, final ChildJvm jvm)
        throws IOException, InterruptedException {
        if (!SmallDisk.isAllowed(Files.createDirectory(shared.resolve("probe")))) {
            out().println("only root may mount a small disk: no disk is full in any round");
            leftOut.add(FaultKind.DISK_FULL);
        }
        if (!VanishingAddress.isAllowed()) {
            out().println("only root may make an address vanish, with the command ip: no round has a syslog receiver");
            leftOut.addAll(Set.of(FaultKind.SYSLOG_VANISH, FaultKind.SYSLOG_REFUSE, FaultKind.SYSLOG_HALF_CLOSE));
        }
        if (ManagerProcess.find(jvm) == null) {
            out().println("herald-manager.jar is not there, build it with ./herald manager --help: no manager is " +
                "paused or killed in any round");
            leftOut.addAll(Set.of(FaultKind.MANAGER_KILL, FaultKind.MANAGER_PAUSE));
        }
    }

    private boolean goesOn(final int round, final long startNs) {
        if (summary.hasDifferences()) {
            return false;
        }
        final boolean isTimeLeft = duration == null || System.nanoTime() - startNs < duration.toNanos();
        return isTimeLeft && (rounds == null ? duration != null || round < DEFAULT_ROUNDS : round < rounds);
    }

    private void run(final int index, final long roundSeed, final ChildJvm jvm, final Path root,
        final Leftovers leftovers) throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        final Path dir = Files.createTempDirectory(root, "herald-torture-").toRealPath();
        leftovers.directory(dir);
        final RoundPlan plan = RoundPlan.draw(roundSeed).without(leftOut);
        final Round.Result result = new Round(plan, jvm, leftovers, patience).run(dir);
        summary.add(result);
        final boolean differs = result.difference() != null;
        if (differs || keep) {
            Round.explain(dir, result);
            leftovers.keep(dir);
        }
        leftovers.removeDirectories();
        out().printf(Locale.ROOT,
            "round %d seed=%d %s time=%.1fs recorders=%d remote=%d events=%d batches=%d released=%d restarts=%d%s%s " +
                "faults: %s%n",
            index + 1, roundSeed, differs ? "DIFFERENCE" : "ok", (System.nanoTime() - startNs) / NS_PER_SECOND,
            plan.recorders(), plan.remoteRecorders(), result.events(), result.batches(), result.released(),
            result.restarts(), plan.changesSettings() ? " changed-settings" : "", later(plan, result),
            Summary.faults(plan.faults()));
        if (differs) {
            out().println("difference: " + result.difference());
            out().println("files kept in " + dir + "; the same plan again: herald torture --rounds 1 --seed " +
                roundSeed);
        }
        out().flush();
    }

    private static String later(final RoundPlan plan, final Round.Result result) {
        return (plan.fixesAeronDir() ? " fixed-aeron-dir" : "") +
            (plan.hasManager() ? " stored=" + result.stored() : "") +
            (plan.count(FaultKind.DIRECTORY_ROLLBACK) > 0 ? " gone=" + result.gone() : "");
    }

    /** The finaliser of SplitMix64, without a sign. */
    private static long mix(final long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return (z ^ (z >>> 31)) >>> 1;
    }
}
