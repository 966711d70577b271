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
 * <p>Globs know {@code *} for any text and {@code ?} for any one character, and match the whole text. Everything is
 * case-sensitive.
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

    private static boolean globMatches(final String glob, final String text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int starText = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                starText = t;
            } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == text.charAt(t))) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++starText;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }

    /**
     * Collects the conditions of a filter. A null or no call leaves a property open; a wrong value is an
     * {@link IllegalArgumentException} that names it and what would be right.
     */
    public static final class Builder {
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
            return glob == null ? this : add(event -> globMatches(glob, event.type()));
        }

        /**
         * Asks for components.
         *
         * @param glob over the component's name.
         * @return this.
         */
        public Builder component(final String glob) {
            checkGiven("component glob", glob, "cmd*");
            return glob == null ? this : add(event -> globMatches(glob, event.component()));
        }

        /**
         * Asks for a category.
         *
         * @param category the whole of it.
         * @return this.
         */
        public Builder category(final String category) {
            checkGiven("category", category, "Cluster");
            return category == null ? this : add(event -> category.equals(event.category()));
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
         * Asks for messages.
         *
         * @param regex in Java's syntax, to be found anywhere in the message.
         * @return this.
         */
        public Builder message(final String regex) {
            if (regex == null) {
                return this;
            }
            try {
                final Pattern pattern = Pattern.compile(regex);
                return add(event -> pattern.matcher(event.message()).find());
            } catch (final PatternSyntaxException e) {
                throw new IllegalArgumentException(
                    "message pattern \"" + regex + "\" is no regular expression (" + e.getDescription() +
                    " at character " + e.getIndex() + "): put a backslash before characters meant as such", e);
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
