package herald.tools.policy;

import herald.event.EventFilter;
import herald.tools.config.FilterSettings;
import herald.tools.config.TargetName;
import herald.tools.policy.EventPolicy.Spec;
import herald.tools.policy.EventPolicy.Target;
import herald.writer.EventWriter;
import herald.writer.EventWriters;
import herald.writer.WriterSpec;
import herald.writers.syslog.SyslogTarget;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A policy that was checked: the writers that it asks for, one for each target. What is wrong in it is an
 * {@link IllegalArgumentException} that names the field, its value and what would be right.
 */
final class PolicyTargets {
    /** How the names of a policy's writers begin; the policy's name and two dashes follow. */
    static final String WRITER_PREFIX = "policy-";

    private static final int MAX_TARGETS = 16;
    private static final String SCHEME = "syslog";
    private static final Map<String, String> FORMATS = Map.of("syslog-rfc5424", "rfc5424", "syslog-bsd", "rfc3164");
    private static final String DEFAULT_FORMAT = "syslog-rfc5424";

    private final EventPolicy policy;
    private final EventFilter filter;
    private final Map<String, WriterSpec> specs = new LinkedHashMap<>();

    PolicyTargets(final EventPolicy policy) {
        this.policy = policy;
        checkHead();
        this.filter = filter();
        final String format = format();
        final List<Target> targets = policy.spec().targets();
        if (targets == null || targets.isEmpty()) {
            throw new IllegalArgumentException("spec.targets is empty: a policy needs at least one target, with a " +
                "destination and a transport such as TLS/6514");
        }
        if (targets.size() > MAX_TARGETS) {
            throw new IllegalArgumentException("spec.targets has " + targets.size() + " targets: it may have " +
                MAX_TARGETS + "; split the policy");
        }
        final Map<SyslogTarget, Integer> seen = new LinkedHashMap<>();
        for (int i = 0; i < targets.size(); i++) {
            add(i + 1, targets.get(i), format, seen);
        }
    }

    /** Names of the writers, and what each is made from. */
    Map<String, WriterSpec> specs() {
        return specs;
    }

    EventFilter eventFilter() {
        return filter;
    }

    /** Makes some of the writers; where one of them can't be made, none is. */
    Map<String, EventWriter> createWriters(final Set<String> names) {
        final Map<String, EventWriter> writers = new LinkedHashMap<>();
        try {
            for (final String name : names) {
                final WriterSpec spec = specs.get(name);
                writers.put(name, EventWriters.factory(spec).create(spec));
            }
            return writers;
        } catch (final IllegalArgumentException e) {
            writers.values().forEach(EventWriter::close);
            throw e;
        }
    }

    private void checkHead() {
        if (!EventPolicy.KIND.equals(policy.kind())) {
            throw new IllegalArgumentException("kind is " + said(policy.kind()) + ": it must be " + EventPolicy.KIND);
        }
        final String name = policy.meta() == null ? null : policy.meta().name();
        if (!PolicyName.isValid(name)) {
            throw new IllegalArgumentException("meta.name is " + said(name) + ": " + PolicyName.RULE);
        }
        if (policy.spec() == null) {
            throw new IllegalArgumentException("spec is missing: it holds format, filter, facility, prefix, targets");
        }
    }

    private EventFilter filter() {
        try {
            return FilterSettings.filter(policy.spec().filter());
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("spec.filter: " + e.getMessage(), e);
        }
    }

    private String format() {
        final String said = policy.spec().format() == null ? DEFAULT_FORMAT : policy.spec().format();
        final String format = FORMATS.get(said);
        if (format == null) {
            throw new IllegalArgumentException("spec.format is " + said(said) + ": it must be " +
                String.join(" or ", FORMATS.keySet().stream().sorted().toList()));
        }
        return format;
    }

    private void add(
        final int number, final Target target, final String format, final Map<SyslogTarget, Integer> seen) {
        final String field = "spec.targets[" + number + "]";
        if (target == null || target.destination() == null || target.transport() == null) {
            throw new IllegalArgumentException(field + " has no " +
                (target == null || target.destination() == null ? "destination" : "transport") +
                ": write destination: HOST and transport: TLS/6514");
        }
        final SyslogTarget parsed;
        try {
            parsed = SyslogTarget.of(target.destination(), target.transport());
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
        }
        final Integer other = seen.putIfAbsent(parsed, number);
        if (other != null) {
            throw new IllegalArgumentException(field + " is a duplicate of spec.targets[" + other + "], " +
                target.transport().toUpperCase(Locale.ROOT) + " of " + target.destination() + ": leave it out");
        }
        final String name = TargetName.of(WRITER_PREFIX + policy.name(), parsed.toString());
        final WriterSpec spec = new WriterSpec(name, SCHEME, parsed.toString(), options(target, format));
        try {
            EventWriters.factory(spec).create(spec).close();
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(field + ": " + e.getMessage(), e);
        }
        specs.put(name, spec);
    }

    private Map<String, String> options(final Target target, final String format) {
        final Spec spec = policy.spec();
        final Map<String, String> options = new LinkedHashMap<>();
        options.put("format", format);
        options.put("facility", spec.facility());
        options.put("prefix", spec.prefix());
        options.put("framing", target.framing());
        options.put("caFile", target.caFile());
        options.put("certFile", target.certFile());
        options.put("keyFile", target.keyFile());
        options.put("serverName", target.serverName());
        options.values().removeIf(value -> value == null);
        return options;
    }

    private static String said(final String value) {
        return value == null ? "missing" : '"' + value + '"';
    }
}
