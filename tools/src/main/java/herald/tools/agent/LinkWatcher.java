package herald.tools.agent;

import herald.events.EventType;
import herald.events.NetworkEvents;
import herald.recorder.ObjectReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Notices network links that appear, come up, go down, are renamed and disappear. What happened between two looks shows
 * in the kernel's number of a link and in its counts of carrier changes: a link that is as before, but was not all the
 * time, gives both events.
 */
final class LinkWatcher implements HostWatcher {
    private static final Logger LOG = LoggerFactory.getLogger(LinkWatcher.class);
    private static final String SUBJECT = "link ";

    private final Path sysClassNet;
    private final Complaints complaints = new Complaints(LOG::warn);
    private final PendingEvents pending = new PendingEvents();
    private Map<String, Link> known = new TreeMap<>();
    private boolean started;

    LinkWatcher(final Path sysClassNet) {
        this.sysClassNet = sysClassNet;
    }

    @Override
    public String name() {
        return "network links";
    }

    @Override
    public int poll(final EventSink sink) throws IOException {
        final int late = pending.offerTo(sink);
        if (!pending.isEmpty()) {
            return late;
        }
        final Map<String, Link> present = readAll();
        final Map<String, String> formerNames = leave(present);
        present.forEach((name, link) -> look(name, formerNames.get(name), link));
        known = present;
        started = true;
        return late + pending.offerTo(sink);
    }

    private Map<String, Link> readAll() throws IOException {
        final Map<String, Link> links = new TreeMap<>();
        final Set<String> subjects = new HashSet<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(sysClassNet, Files::isDirectory)) {
            for (final Path directory : directories) {
                final String name = FileNames.lastName(directory);
                subjects.add(SUBJECT + name);
                read(name, directory, links);
            }
        }
        complaints.retain(subjects::contains);
        return links;
    }

    /** One that can't be read is as it was. */
    private void read(final String name, final Path directory, final Map<String, Link> links) {
        try {
            final Link link = Link.read(directory);
            if (Files.isDirectory(directory)) {
                links.put(name, link);
            }
            complaints.clear(SUBJECT + name);
        } catch (final IOException e) {
            if (Files.isDirectory(directory)) {
                complaints.add(SUBJECT + name, e.toString());
                links.computeIfAbsent(name, known::get);
            }
        }
    }

    /** Sees off the links that are no longer there, or not under their names: gives back the former by the new ones. */
    private Map<String, String> leave(final Map<String, Link> present) {
        final Map<String, String> formerNames = new HashMap<>();
        known.forEach((name, before) -> {
            final Link now = present.get(name);
            if (now != null && now.continues(before)) {
                formerNames.put(name, name);
                return;
            }
            final String newName = present.entrySet().stream().filter(entry -> entry.getValue().isRenamed(before))
                .map(Map.Entry::getKey).findFirst().orElse(null);
            if (newName == null) {
                add(name, false, " disappeared", before, Map.of());
            } else {
                formerNames.put(newName, name);
                add(name, false, " was renamed to " + newName, before, Map.of("renamedTo", newName));
            }
        });
        return formerNames;
    }

    private void look(final String name, final String formerName, final Link now) {
        if (formerName == null) {
            appear(name, now);
            return;
        }
        final Link before = known.get(formerName);
        if (!formerName.equals(name)) {
            add(name, before.up(), " was renamed from " + formerName + " and is " + state(before), before,
                Map.of("renamedFrom", formerName));
        }
        change(name, before, now);
    }

    private void appear(final String name, final Link now) {
        if (!started) {
            add(name, now.up(), " is " + state(now), now, Map.of("initial", "true"));
        } else if (now.up() || now.timesUp() == 0) {
            add(name, now.up(), " appeared and is " + state(now), now, Map.of());
        } else {
            add(name, true, " appeared and came up", now, Map.of());
            add(name, false, " went down", now, Map.of());
        }
    }

    /** Each time that a link was up ends with its carrier going, which is counted. */
    private void change(final String name, final Link before, final Link now) {
        final long lost = now.timesDown() - before.timesDown();
        final long timesDown = before.up() && !now.up() ? Math.max(1, lost) : lost;
        final long timesUp = timesDown + (now.up() ? 1 : 0) - (before.up() ? 1 : 0);
        if (now.up()) {
            changed(name, false, timesDown, now);
            changed(name, true, timesUp, now);
        } else {
            changed(name, true, timesUp, now);
            changed(name, false, timesDown, now);
        }
    }

    private void changed(final String name, final boolean up, final long times, final Link now) {
        final String verb = up ? " came up" : " went down";
        if (times == 1) {
            add(name, up, verb, now, Map.of());
        } else if (times > 1) {
            add(name, up, verb + ' ' + times + " times", now, Map.of("times", Long.toString(times)));
        }
    }

    private static String state(final Link link) {
        return link.up() ? "up" : "down";
    }

    private void add(
        final String name, final boolean up, final String verb, final Link link, final Map<String, String> more) {
        final EventType type = up ? NetworkEvents.LINK_UP : NetworkEvents.LINK_DOWN;
        final Map<String, String> attributes = new LinkedHashMap<>(link.attributes());
        attributes.putAll(more);
        pending.add(type, "link " + name + verb, ObjectReference.of("Link", name), attributes);
    }
}
