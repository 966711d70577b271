package herald.http;

import org.eclipse.jetty.io.Connection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps connections within {@link HttpLimits}. Where there are too many, one of the peer that has most gives way to
 * the newcomer: of those that wait for a client the one that has waited longest. So a client that asks and listens is
 * served however many others do neither. Any thread.
 */
final class ConnectionGuard implements Connection.Listener {
    /** An answer that is younger gives way to none: its client may be reading as fast as it can. */
    private static final long ANSWER_GRACE_NS = 1_000_000_000L;

    /** What a connection is at. */
    private enum Phase {
        /** For a request to come, or the rest of its headers. */
        WAITING,
        /** For the rest of a body. */
        READING,
        /** For the client to take an answer. */
        ANSWERING,
        /** For this side. */
        WORKING
    }

    /** A connection, and since when it is in its phase. */
    private static final class Guarded {
        private final Connection connection;
        private final InetAddress peer;
        private Phase phase = Phase.WAITING;
        private long sinceNs;
        private long bytesBefore;
        private boolean hasBegun;
        private long begunNs;
        private long answerLength;

        Guarded(final Connection connection, final InetAddress peer, final long nowNs) {
            this.connection = connection;
            this.peer = peer;
            this.sinceNs = nowNs;
        }

        void enter(final Phase next, final long nowNs) {
            phase = next;
            sinceNs = nowNs;
            hasBegun = false;
            bytesBefore = connection.getBytesIn();
        }
    }

    private final HttpLimits limits;
    private final Map<Connection, Guarded> guarded = new HashMap<>();
    private final Map<InetAddress, Integer> peers = new HashMap<>();
    private long answersLength;

    ConnectionGuard(final HttpLimits limits) {
        this.limits = limits;
    }

    @Override
    public void onOpened(final Connection connection) {
        Connection surplus = null;
        synchronized (this) {
            final Guarded newcomer = new Guarded(connection, peer(connection), System.nanoTime());
            guarded.put(connection, newcomer);
            peers.merge(newcomer.peer, 1, Integer::sum);
            if (guarded.size() > limits.connections()) {
                surplus = surplus(newcomer);
                remove(surplus);
            }
        }
        if (surplus != null) {
            close(surplus, "gives way to another one");
        }
    }

    /** The one to close: the newcomer itself only where all others are at work, and no peer has more than its own. */
    private Connection surplus(final Guarded newcomer) {
        final Comparator<Guarded> order = Comparator
            .comparing((Guarded each) -> each.phase == Phase.WORKING)
            .thenComparing(each -> -peers.get(each.peer))
            .thenComparingLong(each -> each.sinceNs);
        final Guarded first = guarded.values().stream().filter(each -> each != newcomer).min(order).orElse(newcomer);
        return first.phase == Phase.WORKING && peers.get(first.peer) <= peers.get(newcomer.peer) ?
            newcomer.connection : first.connection;
    }

    private static InetAddress peer(final Connection connection) {
        final SocketAddress address = connection.getEndPoint().getRemoteSocketAddress();
        return address instanceof InetSocketAddress internet ? internet.getAddress() : InetAddress.getLoopbackAddress();
    }

    @Override
    public synchronized void onClosed(final Connection connection) {
        remove(connection);
    }

    private void remove(final Connection connection) {
        final Guarded gone = guarded.remove(connection);
        if (gone != null) {
            answersLength -= gone.answerLength;
            peers.computeIfPresent(gone.peer, (peer, count) -> count == 1 ? null : count - 1);
        }
    }

    private static void close(final Connection connection, final String why) {
        connection.getEndPoint().close(new IOException("the connection " + why));
    }

    /** The headers are there. */
    synchronized void working(final Connection connection) {
        enter(connection, Phase.WORKING);
    }

    /** The body is what is missing, behind an answer the rest of it. */
    synchronized void reading(final Connection connection) {
        releaseAnswer(enter(connection, Phase.READING));
    }

    /** The client has its answer, and may ask again. */
    synchronized void waiting(final Connection connection) {
        releaseAnswer(enter(connection, Phase.WAITING));
    }

    private void releaseAnswer(final Guarded one) {
        if (one != null) {
            answersLength -= one.answerLength;
            one.answerLength = 0;
        }
    }

    private Guarded enter(final Connection connection, final Phase phase) {
        final Guarded one = guarded.get(connection);
        if (one != null) {
            one.enter(phase, System.nanoTime());
        }
        return one;
    }

    /**
     * Has room for an answer kept, at the cost of clients that take theirs slowly.
     *
     * @param connection that it is for.
     * @param length     in bytes.
     * @return false where there is none: all others are being read at the moment.
     */
    boolean answering(final Connection connection, final long length) {
        final List<Connection> surplus = new ArrayList<>();
        final boolean hasRoom;
        synchronized (this) {
            final Guarded one = guarded.get(connection);
            if (one == null) {
                return true;
            }
            final long nowNs = System.nanoTime();
            Guarded slowest = slowest(nowNs);
            while (length > limits.answersLength() - answersLength && slowest != null) {
                surplus.add(slowest.connection);
                remove(slowest.connection);
                slowest = slowest(nowNs);
            }
            hasRoom = length <= limits.answersLength() - answersLength;
            if (hasRoom) {
                one.enter(Phase.ANSWERING, nowNs);
                one.answerLength = length;
                answersLength += length;
            }
        }
        surplus.forEach(each -> close(each, "is slow to take its answer"));
        return hasRoom;
    }

    private Guarded slowest(final long nowNs) {
        return guarded.values().stream()
            .filter(each -> each.phase == Phase.ANSWERING && nowNs - each.sinceNs > ANSWER_GRACE_NS)
            .min(Comparator.comparing((Guarded each) -> -peers.get(each.peer))
                .thenComparingLong(each -> each.sinceNs)).orElse(null);
    }

    /** Closes the connections whose time is over. Called again and again. */
    void sweep() {
        final List<Connection> late = new ArrayList<>();
        synchronized (this) {
            final long nowNs = System.nanoTime();
            for (final Guarded each : guarded.values()) {
                if (isLate(each, nowNs)) {
                    late.add(each.connection);
                }
            }
            late.forEach(this::remove);
        }
        late.forEach(each -> close(each, "has kept this side waiting for too long"));
    }

    private boolean isLate(final Guarded one, final long nowNs) {
        if (one.phase == Phase.WAITING && !one.hasBegun && one.connection.getBytesIn() != one.bytesBefore) {
            one.hasBegun = true;
            one.begunNs = nowNs;
        }
        final long passedNs = nowNs - one.sinceNs;
        return switch (one.phase) {
            case WAITING -> one.hasBegun ? nowNs - one.begunNs > limits.headerTimeout().toNanos() :
                passedNs > limits.idleTimeout().toNanos();
            case READING -> passedNs > limits.bodyTimeout().toNanos();
            case ANSWERING -> passedNs > limits.answerTimeoutNs(one.answerLength);
            case WORKING -> false;
        };
    }

    /** How many there are. */
    synchronized int connections() {
        return guarded.size();
    }
}
