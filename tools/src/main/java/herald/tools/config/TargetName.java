package herald.tools.config;

import herald.writer.WriterSpec;

import java.util.Locale;

/**
 * Names of the writers of something that has several targets: the same target finds the same bookmark again.
 */
public final class TargetName {
    private TargetName() {
    }

    /**
     * The name for one target.
     *
     * @param owner  what has the targets: a name of its own, without two dashes in a row.
     * @param target as in a specification, such as {@code tls://logs.example.com:6514}.
     * @return the owner's name, two dashes and the target; with a checksum where two targets might look the same.
     */
    public static String of(final String owner, final String target) {
        final String readable = target.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        final boolean plain = target.matches("[a-z]+://[a-z0-9.]+:\\d+");
        final String name = owner + "--" + readable;
        if (plain && name.length() <= WriterSpec.MAX_NAME_LENGTH) {
            return name;
        }
        final String checksum = String.format(Locale.ROOT, "-%08x", target.hashCode());
        return name.substring(0, Math.min(name.length(), WriterSpec.MAX_NAME_LENGTH - checksum.length())) + checksum;
    }
}
