package herald.tools.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import herald.event.EventFilter;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a destination gets, as a file says it: all that is said must hold. A text alone is the {@code expression}.
 *
 * @param severity   at least.
 * @param type       with {@code *} and {@code ?}.
 * @param component  with {@code *} and {@code ?}.
 * @param category   with {@code *} and {@code ?}.
 * @param tenant     exactly.
 * @param namespace  exactly.
 * @param objectKind exactly.
 * @param object     as KIND/NAME.
 * @param attributes each exactly.
 * @param not        what is left out: each condition of it by itself.
 * @param expression more conditions, as {@code herald tail --filter} takes them.
 */
public record FilterSettings(
    String severity,
    String type,
    String component,
    String category,
    String tenant,
    String namespace,
    @JsonProperty("object-kind") String objectKind,
    String object,
    Map<String, String> attributes,
    FilterSettings not,
    String expression) {

    /**
     * The short form.
     *
     * @param expression conditions as {@code herald tail --filter} takes them.
     * @return the settings.
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static FilterSettings of(final String expression) {
        return new FilterSettings(null, null, null, null, null, null, null, null, null, null, expression);
    }

    /**
     * What the settings mean.
     *
     * @param settings null where nothing was said.
     * @return the filter.
     * @throws IllegalArgumentException naming what is wrong and what would be right.
     */
    public static EventFilter filter(final FilterSettings settings) {
        return settings == null ? EventFilter.ALL : settings.filter();
    }

    private EventFilter filter() {
        final EventFilter.Builder builder =
            expression == null ? EventFilter.builder() : EventFilter.parse(expression).toBuilder();
        conditions().forEach(builder::condition);
        if (not != null) {
            if (not.not != null || not.expression != null) {
                throw new IllegalArgumentException("\"" + (not.not != null ? "not" : "expression") +
                    "\" can't stand under \"not\": say each condition there by its own name");
            }
            not.conditions().forEach(builder::not);
        }
        return builder.build();
    }

    private Map<String, String> conditions() {
        final Map<String, String> said = new LinkedHashMap<>();
        said.put("severity", severity);
        said.put("type", type);
        said.put("component", component);
        said.put("category", category);
        said.put("tenant", tenant);
        said.put("namespace", namespace);
        said.put("object-kind", objectKind);
        said.put("object", object);
        if (attributes != null) {
            attributes.forEach((name, value) -> said.put("attribute." + name, value == null ? "" : value));
        }
        said.values().removeIf(value -> value == null);
        return said;
    }
}
