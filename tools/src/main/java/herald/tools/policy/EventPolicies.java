package herald.tools.policy;

import herald.engine.DataDirectory;
import herald.engine.ProxyWriters;
import herald.io.SystemDisk;
import herald.writer.Bookmark;
import herald.writer.EventWriter;
import herald.writer.WriterSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The policies of a running proxy: each of their targets has a writer of its own, with a bookmark of its own. A change
 * is checked, then kept on disk, then in force; what fails the check changes nothing. Any thread.
 */
public final class EventPolicies {
    /** What a change came to. */
    public enum Change {
        /** There was no policy of that name. */
        CREATED,
        /** There was another one of that name. */
        UPDATED,
        /** There was the same one. */
        UNCHANGED
    }

    private static final Logger LOGGER = LoggerFactory.getLogger(EventPolicies.class);

    private final ProxyWriters writers;
    private final PolicyStore store;
    private final TreeMap<String, EventPolicy> policies = new TreeMap<>();
    /** Asked for while a change is under way, which may take as long as a file system or a resolver. */
    private final Map<String, String> failures = new ConcurrentSkipListMap<>();

    /**
     * Puts in force what a data directory holds.
     *
     * @param dataDir of the proxy.
     * @param writers of the proxy.
     * @throws IOException where the policies can't be read.
     */
    public EventPolicies(final Path dataDir, final ProxyWriters writers) throws IOException {
        this.writers = writers;
        this.store = new PolicyStore(dataDir);
        policies.putAll(store.load(failures));
        for (final EventPolicy policy : policies.values()) {
            try {
                final PolicyTargets targets = new PolicyTargets(policy);
                replace(Set.of(), targets, targets.createWriters(targets.specs().keySet()));
            } catch (final IllegalArgumentException e) {
                failures.put(policy.name(), e.getMessage());
                LOGGER.error("policy {} is not in force: {}", policy.name(), e.getMessage());
            }
        }
        forgetTargetsOfNoPolicy(DataDirectory.bookmarks(dataDir));
    }

    /**
     * What keeps a file of a data directory's policies from being one.
     *
     * @param file of a policy.
     * @return for people; null where nothing does.
     * @throws IOException where it can't be read.
     */
    public static String defectOf(final Path file) throws IOException {
        return PolicyStore.defectOf(file);
    }

    /** A crash between the file's change and the writers' leaves bookmarks behind: no new target may begin there. */
    private void forgetTargetsOfNoPolicy(final Path bookmarks) throws IOException {
        final Set<String> running = writers.failing().keySet();
        for (final Path file : SystemDisk.INSTANCE.list(bookmarks, Bookmark.SUFFIX)) {
            final String fileName = file.getFileName().toString();
            final String name = fileName.substring(0, fileName.length() - Bookmark.SUFFIX.length());
            if (name.startsWith(PolicyTargets.WRITER_PREFIX) && !running.contains(name) &&
                failures.keySet().stream().noneMatch(policy -> isOf(policy, name))) {
                Bookmark.forget(SystemDisk.INSTANCE, bookmarks, name);
            }
        }
    }

    /**
     * Creates a policy, or replaces the one of its name. Targets that both have keep their position.
     *
     * @param policy to be in force.
     * @return what it came to.
     * @throws IllegalArgumentException naming the field that is wrong, its value and what would be right.
     * @throws IOException              where it can't be kept.
     */
    public synchronized Change apply(final EventPolicy policy) throws IOException {
        final PolicyTargets targets = new PolicyTargets(policy);
        final EventPolicy former = policies.get(policy.name());
        final boolean failed = failures.containsKey(policy.name());
        if (policy.equals(former) && !failed) {
            return Change.UNCHANGED;
        }
        store.requireReplaceable(policy.name());
        final Map<String, WriterSpec> before =
            former == null || failed ? Map.of() : new LinkedHashMap<>(new PolicyTargets(former).specs());
        if (former != null && !Objects.equals(former.spec().filter(), policy.spec().filter())) {
            before.replaceAll((name, spec) -> null);
        }
        final Set<String> changed = new LinkedHashSet<>(targets.specs().keySet());
        changed.removeIf(name -> targets.specs().get(name).equals(before.get(name)));
        final Map<String, EventWriter> fresh = targets.createWriters(changed);
        try {
            store.put(policy);
        } catch (final IOException e) {
            fresh.values().forEach(EventWriter::close);
            throw e;
        }
        policies.put(policy.name(), policy);
        failures.remove(policy.name());
        replace(before.keySet(), targets, fresh);
        return former == null ? Change.CREATED : Change.UPDATED;
    }

    /**
     * Deletes a policy and forgets how far its targets were.
     *
     * @param name of the policy.
     * @return how many events were still to be delivered to its targets; {@link ProxyWriters#NO_WRITER} where there is
     *         no such policy.
     * @throws IllegalArgumentException where no policy may be called so.
     * @throws IOException              where it can't be deleted.
     */
    public synchronized long delete(final String name) throws IOException {
        if (!store.has(name)) {
            return ProxyWriters.NO_WRITER;
        }
        store.delete(name);
        policies.remove(name);
        failures.remove(name);
        long undelivered = 0;
        for (final String writer : writers.failing().keySet()) {
            if (isOf(name, writer)) {
                undelivered += Math.max(0, writers.forget(writer));
            }
        }
        return undelivered;
    }

    private static boolean isOf(final String policy, final String writer) {
        return writer.startsWith(PolicyTargets.WRITER_PREFIX + policy + "--");
    }

    /**
     * One policy.
     *
     * @param name of it.
     * @return null where there is none.
     */
    public synchronized EventPolicy get(final String name) {
        return policies.get(name);
    }

    /**
     * All policies.
     *
     * @return by name.
     */
    public synchronized List<EventPolicy> list() {
        return List.copyOf(policies.values());
    }

    /**
     * Why policies that are kept are not in force. Waits for no change.
     *
     * @return reasons by the policies' names.
     */
    public Map<String, String> failures() {
        return Map.copyOf(failures);
    }

    /** Writers that are made anew go on at the bookmarks of those before. */
    private void replace(
        final Set<String> before, final PolicyTargets targets, final Map<String, EventWriter> fresh) {
        for (final String name : before) {
            if (!targets.specs().containsKey(name)) {
                writers.forget(name);
            } else if (fresh.containsKey(name)) {
                writers.remove(name);
            }
        }
        fresh.values().forEach(writer -> writers.add(writer, targets.eventFilter(), false));
    }
}
