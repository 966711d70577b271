package herald.tools.policy;

import com.fasterxml.jackson.annotation.JsonProperty;
import herald.tools.config.FilterSettings;
import herald.tools.config.SettingsText;

import java.util.List;

/**
 * A named rule: which events go to which syslog servers, and how they look there. As it is written in a file:
 *
 * <pre>
 *   kind: EventPolicy
 *   meta:
 *     name: security
 *   spec:
 *     format: syslog-rfc5424
 *     filter:
 *       severity: WARN
 *     facility: local4
 *     prefix: fleet-7.
 *     targets:
 *       - destination: logs.example.com
 *         transport: TLS/6514
 * </pre>
 *
 * @param kind always {@link #KIND}.
 * @param meta what the policy is called.
 * @param spec what it does.
 */
public record EventPolicy(String kind, Meta meta, Spec spec) {
    /** The kind of such a document. */
    public static final String KIND = "EventPolicy";

    /**
     * What a policy is called.
     *
     * @param name unique on its proxy.
     */
    public record Meta(String name) {
    }

    /**
     * What a policy does.
     *
     * @param format   of messages: {@code syslog-rfc5424}, the default, or {@code syslog-bsd}.
     * @param filter   which events; all by default.
     * @param facility in place of the writer's own, by keyword or number.
     * @param prefix   before the name of the application.
     * @param targets  at least one.
     */
    public record Spec(String format, FilterSettings filter, String facility, String prefix, List<Target> targets) {
    }

    /**
     * A syslog server.
     *
     * @param destination its name or address.
     * @param transport   {@code UDP/514}, {@code TCP/6514}, {@code TLS/6514}: protocol and port.
     * @param framing     of TCP and TLS: {@code octet-counting}, the default, or {@code newline}.
     * @param caFile      of TLS: the certificates that sign the server's, in PEM; the system's by default.
     * @param certFile    of TLS: this node's certificate, in PEM, where the server asks for one.
     * @param keyFile     of TLS: the key of {@code cert-file}, in PEM.
     * @param serverName  of TLS: what the server's certificate must name; by default the destination.
     */
    public record Target(
        String destination,
        String transport,
        String framing,
        @JsonProperty("ca-file") String caFile,
        @JsonProperty("cert-file") String certFile,
        @JsonProperty("key-file") String keyFile,
        @JsonProperty("server-name") String serverName) {
    }

    /**
     * Reads a policy.
     *
     * @param text   YAML or JSON, one document.
     * @param source where it is from, for messages.
     * @return the policy: what it says is yet to be checked by {@link PolicyTargets}.
     * @throws IllegalArgumentException naming source, line or field, and what is wrong.
     */
    public static EventPolicy read(final String text, final String source) {
        final EventPolicy policy = SettingsText.read(text, source, EventPolicy.class, null);
        if (policy == null) {
            throw new IllegalArgumentException(source + ": there is nothing in it: write an " + KIND);
        }
        return policy;
    }

    /**
     * Its name.
     *
     * @return of a policy that was checked, never null.
     */
    public String name() {
        return meta.name;
    }
}
