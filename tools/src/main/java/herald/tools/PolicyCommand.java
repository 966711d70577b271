package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import herald.link.HeraldDirectory;
import herald.tools.admin.AdminClient;
import herald.tools.config.SettingsText;
import herald.tools.config.Utf8Text;
import herald.tools.policy.EventPolicy;
import herald.tools.policy.PolicyName;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Creates, shows and deletes the event policies of this node's proxy while it runs.
 */
@Command(
    name = "policy",
    description = "Create, show and delete event policies: which events go to which syslog servers.")
final class PolicyCommand extends AbstractCommand {
    private static final String PATH = "/v1/policies/";
    private static final String DATA_DIR = "Data directory of the proxy; default: HERALD_DATA_DIR, or .herald in the " +
        "home directory.";

    @Override
    public Integer call() {
        throw mistake("what with the policies? apply, list, get or delete");
    }

    private static AdminClient proxy(final Path dataDir) {
        return new AdminClient(dataDir == null ? HeraldDirectory.defaultDataDir() : dataDir);
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
    @Command(name = "apply", description = "Create a policy, or replace the one of its name.")
    private int apply(
        @Option(names = {"-f", "--file"}, paramLabel = "FILE", required = true,
            description = "The policy, in YAML or JSON; - reads standard input.")
        final String file,
        @Option(names = "--data-dir", paramLabel = "DIR", description = DATA_DIR)
        final Path dataDir,
        @Mixin
        final HelpOption help) {
        final String text;
        final EventPolicy policy;
        try {
            text = read(file);
            policy = EventPolicy.read(text, "-".equals(file) ? "standard input" : file);
            if (policy.meta() == null || !PolicyName.isValid(policy.name())) {
                throw new IllegalArgumentException("meta.name is " +
                    (policy.meta() == null || policy.name() == null ? "missing" : '"' + policy.name() + '"') +
                    ": " + PolicyName.RULE);
            }
        } catch (final IllegalArgumentException e) {
            throw new CommandFailure(ExitCode.DATA, e.getMessage(), e);
        }
        final JsonNode answer = proxy(dataDir).put(PATH + policy.name(), text);
        out().println("eventpolicy/" + policy.name() + ' ' + answer.path("message").asText());
        out().flush();
        return ExitCode.OK;
    }

    private static String read(final String file) {
        try {
            return "-".equals(file) ?
                Utf8Text.decode(System.in.readAllBytes(), "standard input") : Utf8Text.read(Path.of(file));
        } catch (final NoSuchFileException e) {
            throw new CommandFailure(ExitCode.IO, "there is no file " + file, e);
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot read " + ("-".equals(file) ? "standard input" : file) + ": " +
                e.getMessage(), e);
        }
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
    @Command(name = "list", description = "Show all policies, a line each.")
    private int list(
        @Option(names = "--data-dir", paramLabel = "DIR", description = DATA_DIR)
        final Path dataDir,
        @Mixin
        final HelpOption help) {
        final AdminClient proxy = proxy(dataDir);
        final JsonNode failures = proxy.get("/healthz").path("policies");
        out().printf(Locale.ROOT, "%-40s %-16s %-11s %s%n", "NAME", "FORMAT", "STATE", "TARGETS");
        for (final JsonNode policy : proxy.get("/v1/policies").path("items")) {
            final String name = policy.at("/meta/name").asText();
            final StringBuilder targets = new StringBuilder();
            for (final JsonNode target : policy.at("/spec/targets")) {
                targets.append(targets.length() == 0 ? "" : ",").append(target.path("transport").asText())
                    .append('@').append(target.path("destination").asText());
            }
            out().printf(Locale.ROOT, "%-40s %-16s %-11s %s%n", name,
                policy.at("/spec/format").asText("syslog-rfc5424"),
                failures.has(name) ? "not-enforced" : "enforced", Printable.of(targets.toString()));
        }
        out().flush();
        return ExitCode.OK;
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
    @Command(name = "get", description = "Show a policy, as policy apply takes it.")
    private int get(
        @Parameters(paramLabel = "NAME", description = "The policy's name.")
        final String name,
        @Option(names = "--data-dir", paramLabel = "DIR", description = DATA_DIR)
        final Path dataDir,
        @Mixin
        final HelpOption help) {
        final JsonNode policy = proxy(dataDir).get(PATH + checked(name));
        out().print(SettingsText.write(withoutNulls(policy)));
        out().flush();
        return ExitCode.OK;
    }

    /** The answer names all that a policy could say. */
    private static JsonNode withoutNulls(final JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        node.forEach(PolicyCommand::withoutNulls);
        return node;
    }

    @SuppressWarnings({"UnusedMethod", "UnusedVariable"})
    @Command(name = "delete", description = "Delete a policy and forget how far its targets were.")
    private int delete(
        @Parameters(paramLabel = "NAME", description = "The policy's name.")
        final String name,
        @Option(names = "--data-dir", paramLabel = "DIR", description = DATA_DIR)
        final Path dataDir,
        @Mixin
        final HelpOption help) {
        final long undelivered = proxy(dataDir).delete(PATH + checked(name)).path("undelivered").asLong();
        out().println("eventpolicy/" + name + " deleted" +
            (undelivered == 0 ? "" : ", " + undelivered + " events were not delivered to its targets"));
        out().flush();
        return ExitCode.OK;
    }

    private String checked(final String name) {
        if (!PolicyName.isValid(name)) {
            throw mistake("NAME is \"" + name + "\": " + PolicyName.RULE);
        }
        return name;
    }
}
