package herald.event;

import herald.events.Severity;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Chooses events: one passes where it meets every condition. Immutable, for use by several threads.
 *
 * <p>Globs know {@code *} for any text and {@code ?} for any one character, and match the whole text. Everything but
 * the names of severities is case-sensitive.
 */
public final class EventFilter {
    /** Lets every event pass. */
    public static final EventFilter ALL = builder().build();

    private final List<Predicate<EventView>> conditions;

    private EventFilter(final List<Predicate<EventView>> conditions) {
        this.conditions = List.copyOf(conditions);
    }

    /**
     * Starts a filter without conditions.
     *
     * @return a builder.
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads the text form of a filter: see {@link FilterExpression}.
     *
     * @param text conditions between blanks; none lets every event pass.
     * @return the filter.
     * @throws IllegalArgumentException naming what is wrong and what would be right.
     */
    public static EventFilter parse(final String text) {
        return new FilterExpression(text).filter();
    }

    /**
     * Starts a filter with the conditions of this one.
     *
     * @return a builder that adds to them.
     */
    public Builder toBuilder() {
        final Builder builder = new Builder();
        builder.conditions.addAll(conditions);
        return builder;
    }

    /**
     * Whether an event passes.
     *
     * @param event to look at.
     * @return true where it meets every condition.
     */
    public boolean matches(final EventView event) {
        for (final Predicate<EventView> condition : conditions) {
            if (!condition.test(event)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Collects the conditions of a filter. A null or no call leaves a property open; a wrong value is an
     * {@link IllegalArgumentException} that names it and what would be right.
     */
    public static final class Builder {
        private static final int MOST_SHOWN = 100;
        private static final String ATTRIBUTE = "attribute.";
        private static final List<String> FIELDS = List.of("severity", "type", "component", "category", "tenant",
            "namespace", "object-kind", "object", ATTRIBUTE + "NAME");

        private final List<Predicate<EventView>> conditions = new ArrayList<>();

        private Builder() {
        }

        /**
         * Asks for a severity or worse.
         *
         * @param minimum the least severity that passes.
         * @return this.
         */
        public Builder minimumSeverity(final Severity minimum) {
            return minimum == null ? this : add(event -> event.severity().compareTo(minimum) >= 0);
        }

        /**
         * Asks for event types.
         *
         * @param glob over the qualified type, for example {@code cluster.*}.
         * @return this.
         */
        public Builder type(final String glob) {
            checkGiven("type glob", glob, "cluster.*");
            return glob == null ? this : add(event -> Glob.matches(glob, event.type()));
        }

        /**
         * Asks for components.
         *
         * @param glob over the component's name.
         * @return this.
         */
        public Builder component(final String glob) {
            checkGiven("component glob", glob, "cmd*");
            return glob == null ? this : add(event -> Glob.matches(glob, event.component()));
        }

        /**
         * Asks for categories.
         *
         * @param glob over the category.
         * @return this.
         */
        public Builder category(final String glob) {
            checkGiven("category", glob, "Cluster");
            return glob == null ? this : add(event -> Glob.matches(glob, event.category()));
        }

        /**
         * Asks for the events of a tenant.
         *
         * @param tenant that the event belongs to.
         * @return this.
         */
        public Builder tenant(final String tenant) {
            checkGiven("tenant", tenant, "default");
            return tenant == null ? this : add(event -> tenant.equals(event.tenant()));
        }

        /**
         * Asks for the events of a namespace.
         *
         * @param namespace that the event belongs to.
         * @return this.
         */
        public Builder namespace(final String namespace) {
            checkGiven("namespace", namespace, "default");
            return namespace == null ? this : add(event -> namespace.equals(event.namespace()));
        }

        /**
         * Asks for the events about one object.
         *
         * @param kindAndName {@code KIND/NAME}; the name may have slashes of its own.
         * @return this.
         */
        public Builder object(final String kindAndName) {
            if (kindAndName == null) {
                return this;
            }
            final int slash = kindAndName.indexOf('/');
            if (slash <= 0 || slash == kindAndName.length() - 1) {
                throw new IllegalArgumentException(
                    "object reference \"" + kindAndName + "\" is not KIND/NAME: write for example Link/eth0");
            }
            final String name = kindAndName.substring(slash + 1);
            return objectKind(kindAndName.substring(0, slash)).add(event -> name.equals(event.refName()));
        }

        /**
         * Asks for the events about objects of one kind.
         *
         * @param kind the whole of it.
         * @return this.
         */
        public Builder objectKind(final String kind) {
            checkGiven("object kind", kind, "Link");
            return kind == null ? this : add(event -> kind.equals(event.refKind()));
        }

        /**
         * Asks for events with an attribute of some value.
         *
         * @param name  of the attribute.
         * @param value the whole of it.
         * @return this.
         */
        public Builder attribute(final String name, final String value) {
            checkGiven("attribute name", name, ATTRIBUTE + "term");
            return add(event -> value.equals(event.attributes().get(name)));
        }

        /**
         * Asks for what the text form of a filter calls by a name.
         *
         * @param field one of {@link #fields()}.
         * @param value of it.
         * @return this.
         */
        public Builder condition(final String field, final String value) {
            if (field.startsWith(ATTRIBUTE)) {
                return attribute(field.substring(ATTRIBUTE.length()), value);
            }
            return switch (field) {
                case "severity" -> minimumSeverity(Severity.parse(value));
                case "type" -> type(value);
                case "component" -> component(value);
                case "category" -> category(value);
                case "tenant" -> tenant(value);
                case "namespace" -> namespace(value);
                case "object-kind" -> objectKind(value);
                case "object" -> object(value);
                default -> throw new IllegalArgumentException(
                    "\"" + field + "\" is nothing to filter by: choose one of " + String.join(", ", fields()));
            };
        }

        /**
         * Leaves out what a condition asks for.
         *
         * @param field one of {@link #fields()}.
         * @param value of it.
         * @return this.
         */
        public Builder not(final String field, final String value) {
            final EventFilter left = new Builder().condition(field, value).build();
            return add(event -> !left.matches(event));
        }

        /**
         * What {@link #condition} takes.
         *
         * @return the names, that of an attribute with NAME for its own.
         */
        public static List<String> fields() {
            return FIELDS;
        }

        /**
         * Asks for messages.
         *
         * @param regex in Java's syntax, to be found anywhere in the message. On a message for which it would take too
         *              long, {@link EventFilter#matches} throws an {@link IllegalArgumentException}.
         * @return this.
         */
        public Builder message(final String regex) {
            if (regex == null) {
                return this;
            }
            try {
                final Pattern pattern = Pattern.compile(regex);
                return add(event -> isFound(pattern, event.message()));
            } catch (final PatternSyntaxException e) {
                throw new IllegalArgumentException(
                    "message pattern \"" + beginning(regex) + "\" is no regular expression (" + e.getDescription() +
                    " at character " + e.getIndex() + "): put a backslash before characters meant as such", e);
            }
        }

        private static String beginning(final String pattern) {
            return pattern.length() <= MOST_SHOWN ? pattern : pattern.substring(0, MOST_SHOWN) + "...";
        }

        private static boolean isFound(final Pattern pattern, final String message) {
            try {
                return pattern.matcher(new BoundedText(message)).find();
            } catch (final BoundedText.ExhaustedException | StackOverflowError e) {
                throw new IllegalArgumentException("message pattern \"" + beginning(pattern.pattern()) + "\" takes " +
                    "too long, or too much stack, on a message of " + message.length() + " characters: write it " +
                    "without repetitions or groups inside each other, such as (.*a)+", e);
            }
        }

        /**
         * Makes the filter; this builder may go on.
         *
         * @return a filter of all conditions so far.
         */
        public EventFilter build() {
            return new EventFilter(conditions);
        }

        private Builder add(final Predicate<EventView> condition) {
            conditions.add(condition);
            return this;
        }

        private static void checkGiven(final String what, final String value, final String example) {
            if (value != null && value.isEmpty()) {
                throw new IllegalArgumentException(
                    what + " \"\" matches no event: leave it out, or write for example " + example);
            }
        }
    }
}
