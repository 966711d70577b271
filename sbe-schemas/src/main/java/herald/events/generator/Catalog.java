package herald.events.generator;

import herald.events.Severity;

import java.util.List;

/**
 * A catalog that passed every check: what the generated class says.
 *
 * @param service that declares the types.
 * @param types   in order of their numbers.
 */
record Catalog(String service, List<Type> types) {
    /**
     * The simple name of a service's generated class.
     *
     * @param service of the catalog.
     * @return {@code ClusterEvents} for {@code cluster}.
     */
    static String className(final String service) {
        return Character.toUpperCase(service.charAt(0)) + service.substring(1) + "Events";
    }

    /**
     * One event type.
     *
     * @param number                  unique in its catalog.
     * @param name                    in CamelCase.
     * @param description             one sentence.
     * @param severity                of events that are recorded without one.
     * @param category                one word.
     * @param suppressedInMaintenance whether such events are expected while the node is under maintenance.
     * @param ignoredAttributes       names and globs of attributes that are left out of what makes two events the same.
     */
    record Type(
        int number,
        String name,
        String description,
        Severity severity,
        String category,
        boolean suppressedInMaintenance,
        List<String> ignoredAttributes) {
    }
}
