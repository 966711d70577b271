package herald.tools.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import herald.engine.EventProxy;
import herald.link.Endpoint;
import herald.tools.config.Utf8Text;
import herald.tools.policy.EventPolicies;
import herald.tools.policy.EventPolicy;
import herald.tools.policy.PolicyName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The proxy's local admin endpoint: HTTP on loopback.
 *
 * <pre>
 *   GET    /healthz             whether the proxy works; needs no token. 200, or 503 where it does not
 *   GET    /v1/policies         all event policies
 *   GET    /v1/policies/NAME    one
 *   PUT    /v1/policies/NAME    creates or replaces one: YAML or JSON
 *   DELETE /v1/policies/NAME
 *   GET    /v1/maintenance      {"maintenance":"on"} or {"maintenance":"off"}
 *   PUT    /v1/maintenance      sets it
 * </pre>
 *
 * <p>All but {@code /healthz} ask for the token of {@link AdminAddress}. Mistakes are answered by
 * {@code {"kind":"Status","code":400,"message":"..."}}.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AdminServer.class);
    private static final int MAX_BODY_LENGTH = 1024 * 1024;
    private static final int BACKLOG = 16;
    private static final int TOKEN_LENGTH = 32;
    private static final int THREADS = 2;
    private static final String MAINTENANCE = "maintenance";
    private static final String MAINTENANCE_PATH = "/v1/" + MAINTENANCE;
    private static final String HEALTH = "/healthz";
    private static final String POLICIES = "/v1/policies";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final EventProxy proxy;
    private final EventPolicies policies;
    private final byte[] token;
    private final HttpServer server;
    private final ExecutorService executor;

    /** A request that is answered by a status. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int code;

        Refused(final int code, final String message) {
            super(message);
            this.code = code;
        }
    }

    /** Answers one request. */
    @FunctionalInterface
    private interface Answer {
        Object to(HttpExchange exchange) throws Refused, IOException;
    }

    private AdminServer(
        final EventProxy proxy, final EventPolicies policies, final String token, final HttpServer server) {
        this.proxy = proxy;
        this.policies = policies;
        this.token = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.server = server;
        this.executor = Executors.newFixedThreadPool(THREADS, task -> {
            final Thread thread = new Thread(task, "herald-admin");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(executor);
        route(HEALTH, false, exchange -> health());
        route(POLICIES, true, this::onPolicies);
        route(MAINTENANCE_PATH, true, this::onMaintenance);
        route("/", false, exchange -> {
            throw noSuchPath(exchange);
        });
    }

    /**
     * Refuses an address of which others may read.
     *
     * @param listen to be listened on.
     * @return its host.
     * @throws IllegalArgumentException where the address is not on loopback.
     * @throws IOException              where the host is not known.
     */
    public static InetAddress requireLoopback(final Endpoint listen) throws IOException {
        final InetAddress host = InetAddress.getByName(listen.host());
        if (!host.isLoopbackAddress()) {
            throw new IllegalArgumentException("admin.listen is \"" + listen + "\": it must be on loopback, such as " +
                "127.0.0.1:0, since nothing there is encrypted");
        }
        return host;
    }

    /**
     * Starts to answer.
     *
     * @param listen   on loopback; port 0 takes any free one.
     * @param proxy    to administer.
     * @param policies of the proxy.
     * @return the server; its address is in the data directory.
     * @throws IllegalArgumentException where the address is not on loopback.
     * @throws IOException              where the address is taken, or the address can't be written down.
     */
    public static AdminServer start(final Endpoint listen, final EventProxy proxy, final EventPolicies policies)
        throws IOException {
        final InetAddress host = requireLoopback(listen);
        final byte[] secret = new byte[TOKEN_LENGTH];
        new SecureRandom().nextBytes(secret);
        final String token = HexFormat.of().formatHex(secret);
        final HttpServer http = HttpServer.create(new InetSocketAddress(host, listen.port()), BACKLOG);
        final AdminServer server = new AdminServer(proxy, policies, token, http);
        try {
            http.start();
            new AdminAddress(server.address(), token).write(proxy.dataDir());
            return server;
        } catch (final IOException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Where it listens.
     *
     * @return HOST:PORT.
     */
    public String address() {
        final InetSocketAddress address = server.getAddress();
        final String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private void route(final String path, final boolean guarded, final Answer answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                Object body;
                int code = 200;
                try {
                    if (guarded) {
                        authorize(exchange);
                    }
                    if (!path.equals("/") && !path.equals(POLICIES)) {
                        requirePath(exchange, path);
                    }
                    body = answer.to(exchange);
                    if (body instanceof final Health health && !health.works()) {
                        code = 503;
                    }
                } catch (final Refused e) {
                    code = e.code;
                    body = status(e.code, e.getMessage());
                } catch (final IOException | RuntimeException e) {
                    LOGGER.warn("admin: {} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                    code = 500;
                    body = status(code, e.toString());
                }
                send(exchange, code, body);
            }
        });
    }

    /** The JDK's server takes a path for whatever begins with it. */
    private static void requirePath(final HttpExchange exchange, final String path) throws Refused {
        if (!path.equals(exchange.getRequestURI().getPath())) {
            throw noSuchPath(exchange);
        }
    }

    private static Refused noSuchPath(final HttpExchange exchange) {
        return new Refused(404, "there is no " + exchange.getRequestURI().getPath() +
            ": try " + HEALTH + ", " + POLICIES + " or " + MAINTENANCE_PATH);
    }

    private void authorize(final HttpExchange exchange) throws Refused {
        final String given = exchange.getRequestHeaders().getFirst("Authorization");
        if (given == null || !MessageDigest.isEqual(token, given.getBytes(StandardCharsets.UTF_8))) {
            throw new Refused(401, "the Authorization header must be \"Bearer TOKEN\", with the token of " +
                AdminAddress.file(proxy.dataDir()));
        }
    }

    private static Map<String, Object> status(final int code, final String message) {
        final Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("code", code);
        status.put("message", message);
        return status;
    }

    private static void send(final HttpExchange exchange, final int code, final Object body) throws IOException {
        final byte[] json = (MAPPER.writeValueAsString(body) + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        if ("HEAD".equals(exchange.getRequestMethod())) {
            exchange.sendResponseHeaders(code, -1);
            return;
        }
        exchange.sendResponseHeaders(code, json.length);
        exchange.getResponseBody().write(json);
    }

    /**
     * How the proxy is. A writer that does not get through is no failure of the proxy.
     *
     * @param status      {@code ok}, {@code failed}, or {@code no-link} while there is no media driver.
     * @param node        of the proxy.
     * @param maintenance {@code on} or {@code off}.
     * @param writers     {@code ok} or {@code failing}, by name.
     * @param policies    that are kept but not in force: why.
     * @param link        {@code ok}, or why there is no link to recorders on this host.
     */
    private record Health(
        String status,
        String node,
        String maintenance,
        Map<String, String> writers,
        Map<String, String> policies,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, String> overtaken,
        String link) {

        boolean works() {
            return "ok".equals(status);
        }
    }

    private Health health() {
        final Map<String, String> writers = new LinkedHashMap<>();
        proxy.writers().failing().forEach((name, failing) -> writers.put(name, failing ? "failing" : "ok"));
        final String failure = proxy.linkFailure();
        final String linked = failure == null ? "ok" : "no-link";
        return new Health(proxy.hasFailed() ? "failed" : linked, proxy.node(), onOrOff(), writers,
            policies.failures(), proxy.writers().overtaken(), failure == null ? "ok" : failure);
    }

    private Object onPolicies(final HttpExchange exchange) throws Refused, IOException {
        final String name = policyName(exchange);
        final String method = exchange.getRequestMethod();
        if (name.isEmpty()) {
            if (!"GET".equals(method)) {
                throw new Refused(405, method + " needs a name: " + POLICIES + "/NAME");
            }
            final Map<String, Object> list = new LinkedHashMap<>();
            list.put("kind", "EventPolicyList");
            list.put("items", policies.list());
            return list;
        }
        switch (method) {
            case "GET" -> {
                final EventPolicy policy = policies.get(name);
                if (policy == null) {
                    throw noSuchPolicy(name);
                }
                return policy;
            }
            case "PUT" -> {
                return apply(name, body(exchange));
            }
            case "DELETE" -> {
                if (!policies.delete(name)) {
                    throw noSuchPolicy(name);
                }
                return status(200, "deleted");
            }
            default -> throw new Refused(405, method + " is none of GET, PUT, DELETE");
        }
    }

    /** Empty where the path is that of all policies. */
    private static String policyName(final HttpExchange exchange) throws Refused {
        final String rest = exchange.getRequestURI().getPath().substring(POLICIES.length());
        if (rest.isEmpty() || rest.equals("/")) {
            return "";
        }
        final String name = rest.substring(1);
        if (rest.charAt(0) != '/' || name.indexOf('/') >= 0) {
            throw noSuchPath(exchange);
        }
        try {
            return PolicyName.require(name);
        } catch (final IllegalArgumentException e) {
            throw new Refused(400, e.getMessage());
        }
    }

    private Object apply(final String name, final String text) throws Refused, IOException {
        try {
            final EventPolicy policy = EventPolicy.read(text, "policy " + name);
            if (policy.meta() != null && !name.equals(policy.meta().name())) {
                throw new IllegalArgumentException("meta.name is \"" + policy.meta().name() +
                    "\": it must be that of the path, \"" + name + "\"");
            }
            return status(200, policies.apply(policy).name().toLowerCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw new Refused(400, e.getMessage());
        }
    }

    private Refused noSuchPolicy(final String name) {
        return new Refused(404, "there is no policy \"" + name + "\": those that there are: " +
            policies.list().stream().map(EventPolicy::name).toList());
    }

    private static String body(final HttpExchange exchange) throws Refused, IOException {
        final byte[] bytes = exchange.getRequestBody().readNBytes(MAX_BODY_LENGTH + 1);
        if (bytes.length > MAX_BODY_LENGTH) {
            throw new Refused(413, "the request is longer than " + MAX_BODY_LENGTH + " bytes: shorten it");
        }
        try {
            return Utf8Text.decode(bytes, "the request's body");
        } catch (final IllegalArgumentException e) {
            throw new Refused(400, e.getMessage());
        }
    }

    private String onOrOff() {
        return proxy.maintenance() ? "on" : "off";
    }

    private Object onMaintenance(final HttpExchange exchange) throws Refused, IOException {
        switch (exchange.getRequestMethod()) {
            case "GET" -> {
                return Map.of(MAINTENANCE, onOrOff());
            }
            case "PUT" -> {
                final String text = body(exchange);
                final Object wanted = wanted(text);
                if (!"on".equals(wanted) && !"off".equals(wanted)) {
                    throw new Refused(400, "maintenance is " + text.trim() + ": it must be {\"maintenance\":\"on\"} " +
                        "or {\"maintenance\":\"off\"}");
                }
                proxy.maintenance("on".equals(wanted));
                return Map.of(MAINTENANCE, onOrOff());
            }
            default -> throw new Refused(405, exchange.getRequestMethod() + " is none of GET, PUT");
        }
    }

    private static Object wanted(final String text) {
        try {
            return MAPPER.readValue(text, Map.class).get(MAINTENANCE);
        } catch (final IOException e) {
            return null;
        }
    }

    /** Answers what it is at, for a moment. */
    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
        try {
            Files.deleteIfExists(AdminAddress.file(proxy.dataDir()));
        } catch (final IOException e) {
            LOGGER.warn("cannot delete {}: {}", AdminAddress.file(proxy.dataDir()), e.toString());
        }
    }
}
