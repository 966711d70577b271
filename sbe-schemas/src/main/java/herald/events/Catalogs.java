package herald.events;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The way to every event type that this build ships. Events carry their type's name, so a reader meets types of other
 * builds too: {@link #find} has none for those.
 */
public final class Catalogs {
    private static final Map<String, EventType> TYPES_BY_QUALIFIED_NAME = byQualifiedName();

    private Catalogs() {
    }

    /**
     * The catalogs.
     *
     * @return in alphabetical order of their services.
     */
    public static List<EventCatalog> all() {
        return ShippedCatalogs.ALL;
    }

    /**
     * The type of a name.
     *
     * @param qualifiedName for example {@code cluster.ElectionStarted}.
     * @return the type, or null where no catalog has it.
     */
    public static EventType find(final String qualifiedName) {
        return TYPES_BY_QUALIFIED_NAME.get(qualifiedName);
    }

    /**
     * What somebody may have meant who mistyped a name. Case and underscores don't matter; the service may be wrong or
     * left out, and a part of the name of four letters or more will do.
     *
     * @param name  as it was typed.
     * @param limit on the length of the answer.
     * @return qualified names, the closest first; empty where nothing is close.
     */
    public static List<String> closest(final String name, final int limit) {
        final String typed = normalize(name);
        final int tolerance = Math.max(2, bare(typed).length() / 4);
        return TYPES_BY_QUALIFIED_NAME.keySet().stream()
            .map(candidate -> new Candidate(candidate, distance(typed, normalize(candidate))))
            .filter(candidate -> candidate.distance <= tolerance)
            .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::qualifiedName))
            .limit(limit)
            .map(Candidate::qualifiedName)
            .toList();
    }

    private static Map<String, EventType> byQualifiedName() {
        final Map<String, EventType> types = new LinkedHashMap<>();
        ShippedCatalogs.ALL.forEach(catalog ->
            catalog.types().forEach(type -> types.put(type.qualifiedName(), type)));
        return types;
    }

    private static String normalize(final String name) {
        return name.trim().toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    private static String bare(final String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** Edits between what was typed and a qualified name; a wrong service counts as one, a part of the name as two. */
    private static int distance(final String typed, final String qualifiedName) {
        final String bareTyped = bare(typed);
        final String bareName = bare(qualifiedName);
        final int serviceEdits = typed.equals(bareTyped) || typed.equals(qualifiedName) ? 0 : 1;
        int distance = levenshtein(bareTyped, bareName) + serviceEdits;
        if (bareTyped.length() >= 4 && bareName.contains(bareTyped)) {
            distance = Math.min(distance, 2);
        }
        return Math.min(distance, levenshtein(typed, qualifiedName));
    }

    private static int levenshtein(final String left, final String right) {
        int[] previous = new int[right.length() + 1];
        int[] current = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                final int replaced = previous[j - 1] + (left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            final int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[right.length()];
    }

    /**
     * A name that may have been meant, and how far it is from what was typed.
     */
    private record Candidate(String qualifiedName, int distance) {
    }
}
