package herald.tools.agent;

import herald.events.EventType;
import herald.events.NetworkEvents;
import herald.recorder.ObjectReference;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Notices network links that appear, come up, go down and disappear. What happened between two looks shows in the
 * kernel's counts of carrier changes: a link that is as before, but was not all the time, gives both events.
 */
final class LinkWatcher implements HostWatcher {
    private final Path sysClassNet;
    private final Map<String, Link> known = new HashMap<>();
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
        final Map<String, Link> present = readAll();
        int work = 0;
        for (final Map.Entry<String, Link> entry : present.entrySet()) {
            work += look(entry.getKey(), known.get(entry.getKey()), entry.getValue(), sink);
        }
        work += forgetGone(present, sink);
        started = true;
        return work;
    }

    private Map<String, Link> readAll() throws IOException {
        final Map<String, Link> links = new TreeMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(sysClassNet, Files::isDirectory)) {
            for (final Path directory : directories) {
                final Link link = Link.read(directory);
                if (Files.isDirectory(directory)) {
                    links.put(directory.getFileName().toString(), link);
                }
            }
        }
        return links;
    }

    private int look(final String name, final Link before, final Link now, final EventSink sink) {
        if (before == null) {
            return onAppeared(name, now, sink);
        }
        final boolean missedUp = !now.up() && !before.up() && now.timesUp() > before.timesUp();
        final boolean missedDown = now.up() && before.up() && now.timesDown() > before.timesDown();
        if (now.up() == before.up() && !missedUp && !missedDown) {
            known.put(name, now);
            return 0;
        }
        int work = 0;
        if (missedUp || missedDown) {
            work += record(name, missedUp, missedUp ? " came up" : " went down", now, sink);
        }
        return work + settle(name, now.up() ? " came up" : " went down", now, sink);
    }

    private int onAppeared(final String name, final Link now, final EventSink sink) {
        final boolean missedUp = started && !now.up() && now.timesUp() > 0;
        final int work = missedUp ? record(name, true, " appeared and came up", now, sink) : 0;
        final String verb = started ? missedUp ? " went down" : " appeared and is " : " is ";
        return work + settle(name, verb.endsWith("is ") ? verb + (now.up() ? "up" : "down") : verb, now, sink);
    }

    private int settle(final String name, final String verb, final Link now, final EventSink sink) {
        final int work = record(name, now.up(), verb, now, sink);
        if (work > 0) {
            known.put(name, now);
        }
        return work;
    }

    private int forgetGone(final Map<String, Link> present, final EventSink sink) {
        int work = 0;
        final Iterator<Map.Entry<String, Link>> entries = known.entrySet().iterator();
        while (entries.hasNext()) {
            final Map.Entry<String, Link> entry = entries.next();
            if (!present.containsKey(entry.getKey()) &&
                record(entry.getKey(), false, " disappeared", entry.getValue(), sink) > 0) {
                entries.remove();
                work++;
            }
        }
        return work;
    }

    private int record(
        final String name, final boolean up, final String verb, final Link link, final EventSink sink) {
        final EventType type = up ? NetworkEvents.LINK_UP : NetworkEvents.LINK_DOWN;
        final Map<String, String> attributes = new LinkedHashMap<>(link.attributes());
        if (!started) {
            attributes.put("initial", "true");
        }
        return sink.record(type, null, "link " + name + verb, ObjectReference.of("Link", name), attributes) > 0 ? 1 : 0;
    }
}
