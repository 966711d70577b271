package herald.tools.torture;

import herald.events.ClusterEvents;
import herald.events.EventType;
import herald.events.NetworkEvents;
import herald.events.Severity;
import herald.events.SystemEvents;
import herald.recorder.ObjectReference;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What a recorder records under each number, a function of seed, recorder and number, so that whoever reads the journal
 * knows what has to stand there.
 *
 * <p>Texts repeat often, and one text is cut at different places into kind, name, URI and message: keys of dedup that
 * were joined without lengths would be the same for events that are not.
 */
final class EventScript {
    /** The attribute that carries an event's number. */
    static final String NUMBER = "torture.n";

    /** The other host, which an event without a reference is about where it was recorded there. */
    static final String OTHER_HOST = "other-host";

    private static final EventType[] TYPES = {
        ClusterEvents.LEADER_ELECTED, ClusterEvents.LEADER_LOST, NetworkEvents.LINK_UP, SystemEvents.SERVICE_STARTED};
    private static final String[] TEXTS = {
        "abcabc", "linkup", "ababab", "äöüäöü", "node-1", "eth0eth", "aaaaaa", "xyzzyx"};
    private static final String[] PAIRS = {"rack1", "portö"};
    private static final String PID = "pid";
    private static final int[] LONG_LENGTHS = {1300, 1409, 2000, 2817, 3200};
    private static final long GOLDEN = 0x9E37_79B9_7F4A_7C15L;
    private static final int PER_MILLE = 1000;

    private final long seed;
    private final int texts;
    private final int longEventsPerMille;
    private final boolean remote;

    /**
     * An event to record.
     *
     * @param type      of it.
     * @param severity  null for the type's own.
     * @param message   of it.
     * @param reference null for none.
     * @param remote    whether it is recorded on the other host.
     * @param attributes its number and some others; all types leave the number out of what makes two events the same,
     *                   and one type leaves out {@code pid}.
     */
    record Line(
        EventType type,
        Severity severity,
        String message,
        ObjectReference reference,
        boolean remote,
        Map<String, String> attributes) {
        /** What the journal has to say of it, but for its source. */
        List<String> identity() {
            final Severity effective = severity == null ? type.severity() : severity;
            final ObjectReference about =
                reference == null && remote ? ObjectReference.of("Node", OTHER_HOST) : reference;
            final String all = text(attributes);
            return about == null ?
                List.of(effective.name(), type.qualifiedName(), "", "", "", message, all) :
                List.of(effective.name(), type.qualifiedName(), about.kind(), about.name(), about.uri(), message, all);
        }
    }

    /**
     * The script of a recorder.
     *
     * @param settings of the round.
     * @param recorder its name.
     */
    EventScript(final ChildSettings settings, final String recorder) {
        this.seed = settings.number("seed") ^ (recorder.hashCode() * GOLDEN);
        this.texts = settings.integer("texts");
        this.longEventsPerMille = settings.integer("longEventsPerMille");
        this.remote = settings.isRemote(recorder);
    }

    /**
     * What is recorded under a number.
     *
     * @param number from 1.
     * @return the event.
     */
    Line line(final long number) {
        final SplittableRandom random = new SplittableRandom(seed + number * GOLDEN);
        final EventType type = TYPES[random.nextInt(TYPES.length)];
        final Severity severity = random.nextBoolean() ? null : Severity.ofCode(random.nextInt(4));
        final String text = TEXTS[random.nextInt(texts)];
        final int name = random.nextInt(1, text.length() - 1);
        final int uri = random.nextInt(name + 1, text.length());
        final int message = random.nextInt(uri, text.length() + 1);
        final String tail = random.nextInt(PER_MILLE) < longEventsPerMille ?
            text.substring(message) + "-".repeat(LONG_LENGTHS[random.nextInt(LONG_LENGTHS.length)]) :
            text.substring(message);
        final ObjectReference reference = random.nextInt(4) == 0 ? null : ObjectReference.of(
            ObjectReference.DEFAULT, ObjectReference.DEFAULT,
            text.substring(0, name), text.substring(name, uri), text.substring(uri, message));
        return new Line(type, severity, tail, reference, remote, attributes(random, number));
    }

    /** Names and values that read alike where they are joined, in either order. */
    private static Map<String, String> attributes(final SplittableRandom random, final long number) {
        final Map<String, String> attributes = new LinkedHashMap<>();
        if (random.nextBoolean()) {
            attributes.put(NUMBER, Long.toString(number));
        }
        if (random.nextInt(8) == 0) {
            attributes.put(PID, Integer.toString(random.nextInt(3)));
        }
        final int first = random.nextInt(PAIRS.length);
        for (int i = random.nextInt(4) == 0 ? random.nextInt(1, 3) : 0; i > 0; i--) {
            final String pair = PAIRS[(first + i) % PAIRS.length];
            final int cut = random.nextInt(3, 5);
            attributes.put(pair.substring(0, cut), pair.substring(cut));
        }
        attributes.putIfAbsent(NUMBER, Long.toString(number));
        return attributes;
    }

    /**
     * Says of attributes what has to be the same in recorder and journal.
     *
     * @param attributes of an event.
     * @return all of them but its number, in the order of their names.
     */
    static String text(final Map<String, String> attributes) {
        final Map<String, String> sorted = new TreeMap<>(attributes);
        sorted.remove(NUMBER);
        return sorted.toString();
    }
}
