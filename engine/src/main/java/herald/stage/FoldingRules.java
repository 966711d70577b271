package herald.stage;

import herald.events.AttributePatterns;

/**
 * By what rules events are folded and put in order. A start record of the journal says which are in force, so that what
 * was journaled under earlier rules keeps its meaning.
 *
 * @param version           {@link #FIRST_VERSION} or {@link #CURRENT_VERSION}.
 * @param ignoredAttributes attributes that are left out of what makes two events the same.
 */
public record FoldingRules(int version, AttributePatterns ignoredAttributes) {
    /** No attribute is part of what makes two events the same; entries of a batch stand in first-touch order. */
    public static final int FIRST_VERSION = 0;
    /** Attributes are part of it; entries of a batch stand in the order of their last touch. */
    public static final int CURRENT_VERSION = 1;

    /** The rules of journals whose start records name none. */
    public static final FoldingRules FIRST = new FoldingRules(FIRST_VERSION, AttributePatterns.NONE);

    /**
     * The rules that a proxy sets.
     *
     * @param ignoredAttributes attributes that are left out of what makes two events the same.
     * @return of the current version.
     */
    public static FoldingRules current(final AttributePatterns ignoredAttributes) {
        return new FoldingRules(CURRENT_VERSION, ignoredAttributes);
    }

    /**
     * Whether attributes are part of what makes two events the same.
     *
     * @return false under the first rules.
     */
    public boolean attributesCount() {
        return version >= CURRENT_VERSION;
    }

    /**
     * Whether entries of a batch stand in the order of their last touch.
     *
     * @return false where they stand in the order of their first one.
     */
    public boolean ordersByLastTouch() {
        return version >= CURRENT_VERSION;
    }
}
