package herald.events.generator;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Writes the Java source of the generated classes.
 */
final class CatalogClass {
    /** Every generated file says so, and only such a file is removed when its catalog is gone. */
    static final String GENERATED = "Generated";

    private CatalogClass() {
    }

    /**
     * The class of one catalog.
     *
     * @param catalog that passed the check.
     * @return for {@code cluster} the source of {@code ClusterEvents}.
     */
    static String of(final Catalog catalog) {
        final String className = Catalog.className(catalog.service());
        final StringBuilder source = new StringBuilder(4096);
        source.append("""
            package herald.events;

            /**
             * The event types of the service {@code %s}. Generated from its catalog.
             */
            public final class %s {
                private static final EventCatalog.Builder types = new EventCatalog.Builder("%s");
            """.formatted(catalog.service(), className, catalog.service()));
        catalog.types().forEach(type -> source.append(constant(type)));
        return source.append("""

                /** All types of this catalog. */
                public static final EventCatalog CATALOG = types.build();

                private %s() {
                }
            }
            """.formatted(className)).toString();
    }

    /**
     * The class that lists every catalog.
     *
     * @param catalogs that are shipped.
     * @return the source of {@code ShippedCatalogs}.
     */
    static String listOf(final List<Catalog> catalogs) {
        final List<String> constants = catalogs.stream()
            .map(catalog -> Catalog.className(catalog.service()) + ".CATALOG")
            .toList();
        return """
            package herald.events;

            import java.util.List;

            /**
             * Every catalog that this build ships. Generated.
             */
            final class ShippedCatalogs {
                static final List<EventCatalog> ALL = List.of(
                    %s);

                private ShippedCatalogs() {
                }
            }
            """.formatted(String.join(",\n        ", constants));
    }

    private static String constant(final Catalog.Type type) {
        return """

                /**
                 * %s
                 * Number %d, %s by default, category {@code %s}, %s.
                 */
                public static final EventType %s = types.add(
                    %d, "%s", Severity.%s, "%s", %b,
                    "%s"%s);
            """.formatted(
            javadoc(type.description()), type.number(), type.severity(), type.category(),
            type.suppressedInMaintenance() ? "suppressed in maintenance" : "not suppressed in maintenance",
            constantName(type.name()), type.number(), type.name(), type.severity(), type.category(),
            type.suppressedInMaintenance(), literal(type.description()),
            type.ignoredAttributes().stream().map(name -> ", \"" + literal(name) + '"').collect(Collectors.joining()));
    }

    private static String constantName(final String camelCase) {
        return camelCase.replaceAll("(?<=.)(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    private static String literal(final String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"");
    }

    private static String javadoc(final String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\\", "&#92;").replace("@", "&#64;")
            .replace("*/", "*&#47;").replace("{", "&#123;").replace("}", "&#125;");
    }
}
