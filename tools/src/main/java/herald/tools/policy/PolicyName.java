package herald.tools.policy;

/**
 * What a policy may be called: its name is part of a file's name and of its writers' names.
 */
public final class PolicyName {
    /** The rule, to end a sentence with. */
    public static final String RULE =
        "it must be 1 to 40 lower-case letters and digits, with single dashes between them";

    private static final int MAX_LENGTH = 40;

    private PolicyName() {
    }

    /**
     * Whether a policy may be called so.
     *
     * @param name from outside; null is no name.
     * @return true where it keeps to {@link #RULE}.
     */
    public static boolean isValid(final String name) {
        return name != null && name.length() <= MAX_LENGTH && name.matches("[a-z0-9]+(-[a-z0-9]+)*");
    }

    /**
     * Refuses what is no name.
     *
     * @param name from outside.
     * @return the name.
     * @throws IllegalArgumentException naming it and the rule.
     */
    public static String require(final String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException("policy name \"" + name + "\": " + RULE);
        }
        return name;
    }
}
