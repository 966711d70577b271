package herald.tools;

import herald.link.HeraldDirectory;
import herald.tools.admin.AdminClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Sets this node under maintenance, or says whether it is: events of types that are expected then are suppressed.
 */
@Command(
    name = "maintenance",
    description = {
        "Suppress events that are expected while this node is worked on; without on or off: say which it is.",
        "Suppressed are the types that are marked so in their catalogs. They are journaled and counted, and not " +
            "delivered. The mode outlives restarts of the proxy."})
final class MaintenanceCommand extends AbstractCommand {
    /** What to do. */
    enum Mode {
        /** Suppress from now on. */
        ON,
        /** Deliver everything from now on. */
        OFF
    }

    private static final String PATH = "/v1/maintenance";

    @Parameters(paramLabel = "on|off", arity = "0..1", description = "The mode from now on.")
    private Mode mode;

    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Override
    public Integer call() {
        final AdminClient proxy = new AdminClient(dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir);
        final String state = (mode == null ? proxy.get(PATH) :
            proxy.put(PATH, "{\"maintenance\":\"" + mode.name().toLowerCase(Locale.ROOT) + "\"}"))
            .path("maintenance").asText();
        out().println("maintenance=" + state);
        out().flush();
        return ExitCode.OK;
    }
}
