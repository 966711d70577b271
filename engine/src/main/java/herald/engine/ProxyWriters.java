package herald.engine;

import herald.dispatch.DispatchReader;
import herald.dispatch.EventBatch;
import herald.event.EventFilter;
import herald.io.ErrorText;
import herald.log.LogException;
import herald.stage.DispatchMark;
import herald.writer.Bookmark;
import herald.writer.EventWriter;
import herald.writer.WriterAgent;
import herald.writer.WriterFiles;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The writers of a running proxy: adds and removes them. Any thread, or in {@link ThreadingMode#INVOKER} the one that
 * steps the proxy.
 */
public final class ProxyWriters {
    /** In the place of a number of events: there is no such writer. */
    public static final long NO_WRITER = -1;

    private static final Logger LOGGER = LoggerFactory.getLogger(EventProxy.class);
    private static final long BEGIN_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);

    private final EventProxy.Context context;
    private final ProxyParts parts;
    private final ProxyThreads threads;
    /** Of those that were added. */
    private final Map<String, EventFilter> filters = new HashMap<>();
    private boolean closed;

    ProxyWriters(final EventProxy.Context context, final ProxyParts parts, final ProxyThreads threads) {
        this.context = context;
        this.parts = parts;
        this.threads = threads;
    }

    /**
     * Adds a writer, which goes on at its bookmark. A new one begins with the first event that is journaled after this
     * call has begun.
     *
     * @param writer         closed with the proxy, or when it is removed.
     * @param filter         what it gets.
     * @param startsAtOldest where it has no bookmark: whether it begins at the oldest event kept, or at what comes
     *                       next.
     * @throws IllegalArgumentException where there is a writer of that name, or one that writes to the same file,
     *                                  or where it would write into what Herald keeps in the data directory.
     * @throws IllegalStateException    where the proxy is closed.
     * @throws ProxyException           where its bookmark can't be opened: the writer is not added.
     */
    public synchronized void add(final EventWriter writer, final EventFilter filter, final boolean startsAtOldest) {
        requireOpen();
        if (find(writer.name()) != null) {
            throw new IllegalArgumentException("there is a writer " + writer.name() + " already: names must differ, " +
                "each has a bookmark");
        }
        WriterFiles.requireOutside(writer, context.dataDir, DataDirectory.OWN);
        parts.writerAgents().forEach(agent -> WriterFiles.requireApart(writer, agent.writer()));
        final DispatchMark begin = new DispatchMark();
        final WriterAgent agent;
        try {
            agent = parts.openWriter(new ProxySettings.WriterSetup(writer, filter, startsAtOldest), begin);
        } catch (final IOException e) {
            throw new ProxyException("cannot open the bookmark of writer " + writer.name() + ": " + ErrorText.of(e), e);
        }
        if (!agent.hasBegun()) {
            parts.ingressAgent().request(begin);
        }
        filters.put(writer.name(), filter);
        threads.startWriter(agent, parts);
        if (!threads.await(agent::hasBegun, BEGIN_TIMEOUT_NS, parts)) {
            LOGGER.warn("writer {} begins with what comes next as soon as the journal can be written", writer.name());
        }
    }

    /**
     * Stops a writer and closes it; one of its name goes on at its bookmark. Waits for a call of it to end, for two
     * seconds at most.
     *
     * @param name of the writer.
     * @return whether there was one.
     * @throws IllegalStateException where the proxy is closed.
     */
    public synchronized boolean remove(final String name) {
        filters.remove(name);
        return stop(name) != null;
    }

    /**
     * Stops a writer, closes it and forgets how far it was: one of its name is new. Says in the log what it had not
     * delivered. Waits for a call of it to end, for two seconds at most.
     *
     * @param name of the writer.
     * @return how many events that its filter lets pass it had not delivered; {@link #NO_WRITER} where there is none.
     * @throws IllegalStateException where the proxy is closed.
     * @throws ProxyException        where the bookmark can't be deleted.
     */
    public synchronized long forget(final String name) {
        final WriterAgent agent = stop(name);
        if (agent == null) {
            return NO_WRITER;
        }
        final EventFilter filter = filters.remove(name);
        final long events = undelivered(agent, filter == null ? EventFilter.ALL : filter);
        if (events > 0) {
            LOGGER.warn("writer {} is forgotten with {} events that it had not delivered", name, events);
        }
        try {
            Bookmark.forget(context.disk, DataDirectory.bookmarks(context.dataDir), name);
        } catch (final IOException e) {
            throw new ProxyException("cannot forget the bookmark of writer " + name + ": " + ErrorText.of(e), e);
        }
        return events;
    }

    private WriterAgent stop(final String name) {
        requireOpen();
        final WriterAgent agent = find(name);
        if (agent != null) {
            threads.stopWriter(agent);
            parts.removeWriter(agent);
        }
        return agent;
    }

    private long undelivered(final WriterAgent agent, final EventFilter filter) {
        long events = 0;
        try (DispatchReader reader = new DispatchReader(context.disk, DataDirectory.dispatch(context.dataDir),
            agent.deliveredPosition(), damage -> { })) {
            for (EventBatch batch = reader.next(); batch != null; batch = reader.next()) {
                batch.retain(filter);
                events += batch.size();
            }
        } catch (final LogException e) {
            LOGGER.warn("what writer {} had not delivered can't be counted: {}", agent.name(), e.getMessage());
        }
        return events;
    }

    /**
     * The writers, and how they fare.
     *
     * @return by name, whether the writer does not get through at the moment, or is kept from something else.
     */
    public Map<String, Boolean> failing() {
        final Map<String, Boolean> failing = new LinkedHashMap<>();
        parts.writerAgents().forEach(agent -> failing.put(agent.name(),
            agent.isFailing() || agent.hindrance() != null));
        return failing;
    }

    /**
     * The writers that retention overtook since the proxy started.
     *
     * @return by name, what is gone before it was delivered.
     */
    public Map<String, String> overtaken() {
        final Map<String, String> overtaken = new LinkedHashMap<>();
        for (final WriterAgent agent : parts.writerAgents()) {
            final String gone = agent.overtaken().describe();
            if (gone != null) {
                overtaken.put(agent.name(), gone);
            }
        }
        return overtaken;
    }

    /** Has all of them open their files anew. */
    void reopen() {
        parts.writerAgents().forEach(WriterAgent::requestReopen);
    }

    private WriterAgent find(final String name) {
        return parts.writerAgents().stream().filter(agent -> agent.name().equals(name)).findFirst().orElse(null);
    }

    /** From here on the writers are the proxy's that closes. */
    synchronized void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the proxy is closed");
        }
    }
}
