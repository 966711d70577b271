package herald.writers;

import herald.io.SizeText;
import herald.writer.WriterSpec;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The options of a writer's specification, each checked when it is asked for. What is wrong is an
 * {@link IllegalArgumentException} that names writer, option, value and what would be right.
 */
public final class SpecOptions {
    /** Empty ones say something: nothing goes before or in the place of the component. */
    private static final Set<String> FREE_TEXTS = Set.of("appName", "prefix");

    private final WriterSpec spec;

    /**
     * Refuses options that the writer does not have.
     *
     * @param spec  what was configured.
     * @param known names of the writer's options.
     */
    public SpecOptions(final WriterSpec spec, final String... known) {
        this.spec = spec;
        spec.options().forEach((option, value) -> {
            if (value != null && value.isBlank() && !FREE_TEXTS.contains(option)) {
                throw mistake("option " + option + " is empty: give it a value, or leave it out");
            }
        });
        final Set<String> unknown = new TreeSet<>(spec.options().keySet());
        unknown.removeAll(List.of(known));
        if (!unknown.isEmpty()) {
            throw mistake("has no option " + String.join(", ", unknown) + "; its options are " +
                String.join(", ", known));
        }
    }

    /**
     * An option that is free text.
     *
     * @param option       its name.
     * @param defaultValue where it is not set.
     * @return its value.
     */
    public String text(final String option, final String defaultValue) {
        return spec.option(option, defaultValue);
    }

    /**
     * An option that is one of a few words.
     *
     * @param option  its name.
     * @param choices what it may be; the first is the default.
     * @return one of the choices.
     */
    public String oneOf(final String option, final String... choices) {
        final String value = spec.option(option, choices[0]);
        if (!Arrays.asList(choices).contains(value)) {
            throw mistake(option, value, "none of " + String.join(", ", choices));
        }
        return value;
    }

    /**
     * An option that is on or off.
     *
     * @param option its name; off is the default.
     * @return true where it is on.
     */
    public boolean flag(final String option) {
        return "true".equals(oneOf(option, "false", "true"));
    }

    /**
     * An option that is a whole number.
     *
     * @param option       its name.
     * @param defaultValue where it is not set.
     * @param minimum      that is allowed.
     * @param maximum      that is allowed.
     * @return its value.
     */
    public int integer(final String option, final int defaultValue, final int minimum, final int maximum) {
        final String value = spec.option(option, Integer.toString(defaultValue));
        final boolean number = value.matches("\\d{1,9}");
        if (!number || Integer.parseInt(value) < minimum || Integer.parseInt(value) > maximum) {
            throw mistake(option, value, "not a whole number from " + minimum + " to " + maximum);
        }
        return Integer.parseInt(value);
    }

    /**
     * An option that is a size.
     *
     * @param option       its name.
     * @param defaultValue in bytes, where it is not set.
     * @param minimum      in bytes.
     * @return bytes.
     */
    public long bytes(final String option, final long defaultValue, final long minimum) {
        final String value = spec.option(option, Long.toString(defaultValue));
        long size;
        try {
            size = SizeText.bytesOrNumber(value);
        } catch (final IllegalArgumentException e) {
            size = -1;
        }
        if (size < minimum) {
            throw mistake(option, value,
                "not a size of at least " + minimum + " bytes: write for example 67108864, 64MiB or 1GiB");
        }
        return size;
    }

    /**
     * A mistake in the value of an option.
     *
     * @param option its name.
     * @param value  that is wrong.
     * @param why    what it is not, and what would be right.
     * @return the exception to throw.
     */
    public IllegalArgumentException mistake(final String option, final String value, final String why) {
        return mistake("option " + option + " \"" + value + "\" is " + why);
    }

    /**
     * A mistake in the specification.
     *
     * @param what continues a sentence that begins with the writer's name.
     * @return the exception to throw.
     */
    public IllegalArgumentException mistake(final String what) {
        return new IllegalArgumentException("writer " + spec.name() + " (" + spec.scheme() + "): " + what);
    }
}
