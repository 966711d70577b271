package herald.tools.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * The events manager that a node delivers to, in a process of its own.
 */
final class ManagerProcess {
    /** Name of the proxy's writer that delivers to it. */
    static final String WRITER = "manager";

    private static final String EVENTS = "/events/v1/events?limit=1000&sort=time";
    /** Where a build puts the manager, seen from the directory of {@code herald.jar}, and where both lie together. */
    private static final String[] PLACES = {"../../manager/target/herald-manager.jar", "herald-manager.jar"};

    private final Node node;
    private final ChildJvm jvm;
    private final Path aeronDir;
    private final int port;
    private final int httpPort;
    private ChildProcess process;

    /**
     * A manager that is not started.
     *
     * @param node     that delivers to it.
     * @param jvm      of it.
     * @param aeronDir of its media driver.
     * @throws IOException where no ports are free.
     */
    ManagerProcess(final Node node, final ChildJvm jvm, final Path aeronDir) throws IOException {
        this.node = node;
        this.jvm = jvm;
        this.aeronDir = aeronDir;
        this.port = FreePorts.udp();
        this.httpPort = FreePorts.tcp();
    }

    /**
     * Finds the manager, which these classes do not depend on: on the class path, or in its jar beside theirs.
     *
     * @param jvm of other children.
     * @return that of a manager; null where there is none.
     */
    static ChildJvm find(final ChildJvm jvm) {
        try {
            Class.forName(ManagerChild.COMMAND, false, ManagerProcess.class.getClassLoader());
            return jvm;
        } catch (final ClassNotFoundException e) {
            return findJar(jvm);
        }
    }

    private static ChildJvm findJar(final ChildJvm jvm) {
        try {
            final Path own =
                Path.of(ManagerProcess.class.getProtectionDomain().getCodeSource().getLocation().toURI());
            for (final String place : PLACES) {
                final Path jar = own.resolveSibling(place).normalize();
                if (Files.isRegularFile(jar)) {
                    return jvm.with(jar);
                }
            }
            return null;
        } catch (final URISyntaxException e) {
            return null;
        }
    }

    /** Where nodes reach it. */
    int port() {
        return port;
    }

    ChildProcess process() {
        return process;
    }

    /** Starts it where it does not run. */
    void start() throws IOException {
        if (process == null || !process.isAlive()) {
            process = node.start("manager", jvm, ManagerChild.class,
                "--data-dir=" + node.dir().resolve("manager"),
                "--listen=127.0.0.1:" + port,
                "--http=127.0.0.1:" + httpPort,
                "--key-file=" + ChildSettings.keyFile(node.dir()),
                "--aeron-dir=" + aeronDir,
                "--commit-interval=50ms",
                "--driver-timeout=" + node.plan().settings().getProperty("driverTimeoutMs") + "ms");
        }
    }

    /**
     * What its index holds.
     *
     * @return counts by event id.
     * @throws IOException where it does not answer as it should.
     * @throws Difference  where an event is there twice.
     */
    Map<UUID, Long> events() throws IOException, InterruptedException, Difference {
        final Map<UUID, Long> events = new HashMap<>();
        final HttpClient http = HttpClient.newHttpClient();
        final JsonMapper mapper = new JsonMapper();
        String cursor = "";
        while (cursor != null) {
            final HttpResponse<String> answer = http.send(HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + httpPort + EVENTS + cursor)).build(),
                HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
                throw new Difference("the manager answers " + answer.statusCode() + ": " + answer.body());
            }
            final JsonNode page = mapper.readTree(answer.body());
            for (final JsonNode item : page.get("items")) {
                final UUID id = UUID.fromString(item.at("/meta/uuid").asText());
                if (events.put(id, item.get("count").asLong()) != null) {
                    throw new Difference("the manager has event " + id + " twice");
                }
            }
            final JsonNode next = page.at("/meta/cursor");
            cursor = next.isMissingNode() ? null : "&cursor=" + next.asText();
        }
        return events;
    }
}
