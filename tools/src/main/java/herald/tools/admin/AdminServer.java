package herald.tools.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.engine.EventProxy;
import herald.engine.ProxyWriters;
import herald.http.HttpLimits;
import herald.http.JsonAnswer;
import herald.http.JsonRequest;
import herald.http.JsonServer;
import herald.http.RefusedException;
import herald.http.Resource;
import herald.link.Endpoint;
import herald.tools.config.Utf8Text;
import herald.tools.policy.EventPolicies;
import herald.tools.policy.EventPolicy;
import herald.tools.policy.PolicyName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The proxy's local admin endpoint: HTTP on loopback.
 *
 * <pre>
 *   GET    /healthz             whether the proxy works; needs no token. 200, or 503 where it does not
 *   GET    /v1/proof?nonce=HEX  proves that this endpoint has the token; needs none
 *   GET    /v1/policies         all event policies
 *   GET    /v1/policies/NAME    one
 *   PUT    /v1/policies/NAME    creates or replaces one: YAML or JSON
 *   DELETE /v1/policies/NAME
 *   GET    /v1/maintenance      {"maintenance":"on"} or {"maintenance":"off"}
 *   PUT    /v1/maintenance      sets it
 * </pre>
 *
 * <p>All others ask for the token of {@link AdminAddress}. Mistakes are answered by
 * {@code {"kind":"Status","code":400,"message":"..."}}.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(AdminServer.class);
    private static final int TOKEN_LENGTH = 32;
    private static final int THREADS = 3;
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;
    private static final int MAX_SHOWN = 100;
    private static final String MAINTENANCE = "maintenance";
    private static final String POLICIES = "/v1/policies";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final EventProxy proxy;
    private final EventPolicies policies;
    private final String token;
    private final JsonServer server;

    private AdminServer(
        final EventProxy proxy, final EventPolicies policies, final String token, final JsonServer server) {
        this.proxy = proxy;
        this.policies = policies;
        this.token = token;
        this.server = server;
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
        requireLoopback(listen);
        final byte[] secret = new byte[TOKEN_LENGTH];
        new SecureRandom().nextBytes(secret);
        final String token = HexFormat.of().formatHex(secret);
        final AdminServer server = new AdminServer(proxy, policies, token, JsonServer.listen(
            new JsonServer.Settings("herald-admin", listen.host(), listen.port(), THREADS, HttpLimits.ofProcess())));
        try {
            server.server.answer(server.resources());
            new AdminAddress(server.address(), token).write(proxy.dataDir());
            return server;
        } catch (final IOException e) {
            server.close();
            throw e;
        }
    }

    private List<Resource> resources() {
        return List.of(
            Resource.at("/healthz").get(request -> health()).quick(),
            Resource.listAt(POLICIES).checkedBy(this::authorize).get(request -> list()),
            Resource.below(POLICIES, "NAME").checkedBy(this::authorize).checkedBy(AdminServer::requireName)
                .get(this::policy).put(this::apply).delete(this::delete),
            Resource.at("/v1/" + MAINTENANCE).checkedBy(this::authorize)
                .get(request -> JsonAnswer.of(mode())).put(this::setMode),
            Resource.at(AdminProof.PATH).parameters(List.of(AdminProof.NONCE)).get(this::prove).quick());
    }

    /**
     * Where it listens.
     *
     * @return HOST:PORT.
     */
    public String address() {
        return JsonServer.shown(server.address());
    }

    private void authorize(final JsonRequest request) throws RefusedException {
        final String given = request.header("Authorization");
        if (given == null || !MessageDigest.isEqual(
            ("Bearer " + token).getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8))) {
            throw new RefusedException(UNAUTHORIZED, "the Authorization header must be \"Bearer TOKEN\", with the " +
                "token of " + AdminAddress.file(proxy.dataDir()));
        }
    }

    private static void requireName(final JsonRequest request) throws RefusedException {
        try {
            PolicyName.require(request.name());
        } catch (final IllegalArgumentException e) {
            throw new RefusedException(BAD_REQUEST, e.getMessage());
        }
    }

    private JsonAnswer prove(final JsonRequest request) throws RefusedException {
        final String nonce = request.parameters().get(AdminProof.NONCE);
        if (nonce == null || !AdminProof.isNonce(nonce)) {
            throw new RefusedException(BAD_REQUEST, AdminProof.NONCE + (nonce == null ? " is missing" :
                " is \"" + shown(nonce) + '"') + ": it must be 32 to 128 lower-case hexadecimal digits");
        }
        return JsonAnswer.of(Map.of(AdminProof.PROOF, AdminProof.of(token, address(), nonce)));
    }

    private static String shown(final String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
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

    private JsonAnswer health() {
        final Map<String, String> writers = new LinkedHashMap<>();
        proxy.writers().failing().forEach((name, failing) -> writers.put(name, failing ? "failing" : "ok"));
        final String failure = proxy.linkFailure();
        final String linked = failure == null ? "ok" : "no-link";
        final Health health = new Health(proxy.hasFailed() ? "failed" : linked, proxy.node(), onOrOff(), writers,
            policies.failures(), proxy.writers().overtaken(), failure == null ? "ok" : failure);
        return JsonAnswer.of(health.works() ? JsonAnswer.OK : UNAVAILABLE, health);
    }

    private JsonAnswer list() {
        final Map<String, Object> list = new LinkedHashMap<>();
        list.put("kind", "EventPolicyList");
        list.put("items", policies.list());
        return JsonAnswer.of(list);
    }

    private JsonAnswer policy(final JsonRequest request) throws RefusedException {
        final EventPolicy policy = policies.get(request.name());
        if (policy == null) {
            throw noSuchPolicy(request.name());
        }
        return JsonAnswer.of(policy);
    }

    private JsonAnswer delete(final JsonRequest request) throws RefusedException, IOException {
        final long undelivered = policies.delete(request.name());
        if (undelivered == ProxyWriters.NO_WRITER) {
            throw noSuchPolicy(request.name());
        }
        final Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("code", JsonAnswer.OK);
        status.put("message", "deleted");
        status.put("undelivered", undelivered);
        return JsonAnswer.of(status);
    }

    private JsonAnswer apply(final JsonRequest request) throws RefusedException, IOException {
        final String name = request.name();
        try {
            final EventPolicy policy = EventPolicy.read(
                Utf8Text.decode(request.body(), "the request's body"), "policy " + name);
            if (policy.meta() != null && !name.equals(policy.meta().name())) {
                throw new IllegalArgumentException("meta.name is \"" + policy.meta().name() +
                    "\": it must be that of the path, \"" + name + "\"");
            }
            return JsonAnswer.status(JsonAnswer.OK, policies.apply(policy).name().toLowerCase(Locale.ROOT));
        } catch (final IllegalArgumentException e) {
            throw new RefusedException(BAD_REQUEST, e.getMessage());
        }
    }

    private RefusedException noSuchPolicy(final String name) {
        return new RefusedException(NOT_FOUND, "there is no policy \"" + name + "\": those that there are: " +
            policies.list().stream().map(EventPolicy::name).toList());
    }

    private String onOrOff() {
        return proxy.maintenance() ? "on" : "off";
    }

    private Map<String, String> mode() {
        return Map.of(MAINTENANCE, onOrOff());
    }

    private JsonAnswer setMode(final JsonRequest request) throws RefusedException {
        final String text;
        try {
            text = Utf8Text.decode(request.body(), "the request's body");
        } catch (final IllegalArgumentException e) {
            throw new RefusedException(BAD_REQUEST, e.getMessage());
        }
        final String wanted = wanted(text);
        if (!"on".equals(wanted) && !"off".equals(wanted)) {
            throw new RefusedException(BAD_REQUEST, "maintenance is " + shown(text.trim()) + ": it must be " +
                "{\"maintenance\":\"on\"} or {\"maintenance\":\"off\"}");
        }
        proxy.maintenance("on".equals(wanted));
        return JsonAnswer.of(mode());
    }

    private static String wanted(final String text) {
        try {
            final JsonNode body = MAPPER.readTree(text);
            return body == null ? null : body.path(MAINTENANCE).textValue();
        } catch (final IOException e) {
            return null;
        }
    }

    /** Answers nobody any more. */
    @Override
    public void close() {
        server.close();
        try {
            Files.deleteIfExists(AdminAddress.file(proxy.dataDir()));
        } catch (final IOException e) {
            LOGGER.warn("cannot delete {}: {}", AdminAddress.file(proxy.dataDir()), e.toString());
        }
    }
}
