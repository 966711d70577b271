package herald.tools;

import herald.engine.DataDirectory;
import herald.io.FileMutex;
import herald.io.SystemDisk;
import herald.link.HeraldDirectory;
import herald.tools.policy.EventPolicies;
import herald.verify.Finding;
import herald.verify.Verification;
import org.agrona.concurrent.SystemEpochNanoClock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Checks a data directory from its files alone, and repairs what a start of the proxy can't mend itself.
 */
@Command(
    name = "verify",
    description = "Check journal, dispatch log, bookmarks and spools of this node's proxy, which may run meanwhile.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {" 0:all is whole", " 1:something is damaged", "64:the call is wrong",
        "74:it is no data directory, a file can't be read or moved, or a proxy runs"})
final class VerifyCommand extends AbstractCommand {
    @Option(names = "--data-dir", paramLabel = "DIR",
        description = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the home directory.")
    private Path dataDir;

    @Option(names = "--repair",
        description = "Do what is said about each damage. Nothing is deleted: what is taken out or changed is kept " +
            "in the directory's quarantine. Refused while a proxy runs.")
    private boolean repair;

    @Override
    public Integer call() throws IOException {
        final Path root = (dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir).toAbsolutePath().normalize();
        requireDataDirectory(root);
        Verification verification = Verification.of(SystemDisk.INSTANCE, root, EventPolicies::defectOf);
        print(verification, root);
        if (repair) {
            repair(root);
            verification = Verification.of(SystemDisk.INSTANCE, root, EventPolicies::defectOf);
            printAll("damage", verification.damages(), root);
        }
        out().println("verify: " + (verification.isWhole() ? "whole" : verification.damages().size() + " damages"));
        out().flush();
        return verification.isWhole() ? ExitCode.OK : ExitCode.DIFFERENCE;
    }

    private void print(final Verification verification, final Path root) {
        verification.lines().forEach(line -> out().println(Printable.of(line)));
        printAll("note", verification.notes(), root);
        verification.known().forEach(finding -> out().println("known: " + Printable.of(finding.describe(root))));
        printAll("damage", verification.damages(), root);
    }

    private void printAll(final String kind, final List<Finding> findings, final Path root) {
        for (final Finding finding : findings) {
            out().println(kind + ": " + Printable.of(finding.describe(root) + "; repair would: " +
                finding.remedy().text()));
        }
        out().flush();
    }

    private void repair(final Path root) throws IOException {
        final List<String> done = Verification.repair(
            SystemDisk.INSTANCE, root, SystemEpochNanoClock.INSTANCE, EventPolicies::defectOf);
        if (done == null) {
            throw new CommandFailure(ExitCode.IO, "a proxy runs in " + root + " (" +
                FileMutex.holderOf(DataDirectory.lock(root)) + "): stop it, then repair");
        }
        done.forEach(line -> out().println("repair: " + Printable.of(line)));
    }
}
