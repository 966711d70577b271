package herald.recorder;

import herald.link.Acknowledger;
import herald.link.DirectoryIdentity;
import herald.link.LinkDescriptor;
import herald.wire.HelloEncoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.RejectReason;
import io.aeron.Publication;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Sends events that wait, in a spool as a rule, to the proxy in order and trims what the proxy has journaled.
 *
 * <pre>
 *                                         .-- KNOCKED, between hosts only --.
 *                                         |                                 v
 *   NO_CLIENT --driver there--> ADDING ---'---- proxy there ----------> HELLO_SENT --Welcome--> LIVE
 *       ^                                                  ^  |                  |
 *       |                                                  '--timeout, new run, gap, stale ack
 *       '---------------- client failed, driver gone ----------'-----------------'
 * </pre>
 *
 * <p>Everything here happens under the send lock, whoever holds it: a caller of {@code record} that found it free, or
 * the conductor.
 */
final class RecorderLink implements ReplyHandler.Replies {
    private enum State { NO_CLIENT, ADDING, KNOCKED, HELLO_SENT, LIVE, CLOSED }

    private static final AtomicLongFieldUpdater<RecorderLink> SEND_POSITION =
        AtomicLongFieldUpdater.newUpdater(RecorderLink.class, "sendPosition");
    static final long NOT_SUPERSEDED = -1;
    private static final int SEND_LIMIT = 64;
    /** What one call of record sends at most: its own event and a few that others left. */
    private static final int CALLER_LIMIT = 8;
    private static final int REPLY_LIMIT = 16;
    private static final int MAX_DOUBLINGS = 4;
    private static final int MAX_HELLO_LENGTH = 512;

    private final EventRecorder.Context context;
    private final Backlog backlog;
    private final SpinLock sendLock = new SpinLock();
    private final UnsafeBuffer frame = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer helloBuffer = new UnsafeBuffer(new byte[MAX_HELLO_LENGTH]);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final HelloEncoder hello = new HelloEncoder();
    private final byte[] component;
    private final int termLength;
    private final ReplyHandler replyHandler;
    private final RemoteLink remote;
    private final LinkTrouble trouble;
    private final SessionProxy proxy;
    private LinkClient client;
    private boolean wasConnected;
    private State state = State.NO_CLIENT;
    private long attempt;
    private long acceptedSequence;
    /** What was in the spool before anything was recorded into it, or sent from it, in this process. */
    private final long openedSequence;
    private boolean welcomed;
    private volatile long supersededAt = NOT_SUPERSEDED;
    private boolean passesLoss;
    private UUID wanted = DirectoryIdentity.NO_ID;
    private int unanswered;
    private long nowNs;
    private long deadlineNs;
    private long driverCheckNs;
    private long backoffNs;
    private long progressNs;
    private volatile boolean live;
    /** Of any thread that recorded before; 0 before the first. */
    private long callerId;
    private volatile boolean severalCallers;
    /** Written under the send lock, whose release orders it. */
    private volatile long sendPosition;
    private volatile long acknowledgedSequence;
    private volatile Throwable sendFailure;
    private volatile boolean closed;

    RecorderLink(final EventRecorder.Context context, final Backlog backlog) {
        this.context = context;
        this.backlog = backlog;
        this.component = context.component.getBytes(StandardCharsets.UTF_8);
        this.trouble = new LinkTrouble(context, backlog);
        this.proxy = new SessionProxy(backlog);
        this.replyHandler = new ReplyHandler(backlog.recorderId(), this);
        this.remote = context.remoteProxy == null ? null : new RemoteLink(context, backlog, replyHandler);
        final int longest = Math.max(context.maxEventLength, backlog.longestWaiting());
        this.termLength = remote == null ?
            Math.max(context.profile.ipcTermLength(), LinkDescriptor.termLength(longest)) :
            LinkDescriptor.termLength(RemoteLink.longestMessage(longest));
        this.openedSequence = backlog.lastSequence();
        this.sendPosition = backlog.headPosition();
        this.acknowledgedSequence = backlog.trimmedSequence();
        this.backoffNs = context.minBackoffNs;
        this.deadlineNs = context.nanoClock.nanoTime();
    }

    /**
     * Sends what the caller has just recorded, unless the link is down or another thread is sending: that one looks
     * again after it let go of the lock. A caller sends a few events at most: a backlog is the conductor's.
     */
    void trySend() {
        final long threadId = Thread.currentThread().getId();
        if (threadId != callerId) {
            severalCallers = callerId != 0;
            callerId = threadId;
        }
        sendWaiting(CALLER_LIMIT);
    }

    private void sendWaiting(final int limit) {
        int left = limit;
        boolean goOn = live && backlog.tailPosition() > sendPosition;
        while (goOn && tryLockToSend()) {
            final int sent = sendAndUnlock(Math.min(left, SEND_LIMIT));
            left -= sent;
            goOn = sent > 0 && left > 0 && live && backlog.tailPosition() > sendPosition;
        }
    }

    /**
     * A caller that finds the lock taken leaves its event to the holder, who therefore looks again, and not before. The
     * fence waits until the proxy's core has given up every cache line of what was sent, so the only caller does
     * without: beside it is the conductor alone, which comes back. Where the first event of a second one is overlooked,
     * the conductor sends it.
     *
     * <p>What goes wrong while a caller sends is none of the caller's business, whose event is accepted: the conductor
     * tells it and builds the client anew. See {@link SpinLock} for the order of the stores.
     */
    private int sendAndUnlock(final int limit) {
        final int sent;
        try {
            sent = live ? sendSome(limit) : 0;
            sendLock.unlock();
        } catch (final Throwable e) {
            sendFailure = e;
            live = false;
            sendLock.held = 0;
            return 0;
        }
        if (severalCallers) {
            VarHandle.fullFence();
        }
        return sent;
    }

    /** Whoever holds the lock after the fence sees what was published before it. */
    private boolean tryLockToSend() {
        if (sendLock.tryLock()) {
            return true;
        }
        VarHandle.fullFence();
        return sendLock.tryLock();
    }

    /**
     * The conductor's turn: client, replies, timers, backlog.
     *
     * @return work done.
     */
    int step() {
        final long turnNs = context.nanoClock.nanoTime();
        if (remote != null) {
            remote.prepare(turnNs);
        }
        if (!sendLock.tryLock()) {
            return 0;
        }
        final int work;
        try {
            nowNs = turnNs;
            work = stepLocked();
            sendLock.unlock();
        } catch (final Throwable e) {
            sendFailure = e;
            live = false;
            sendLock.held = 0;
            return 1;
        }
        VarHandle.fullFence();
        sendWaiting(Integer.MAX_VALUE);
        return work;
    }

    private int stepLocked() {
        if (state == State.CLOSED) {
            return 0;
        }
        final Throwable failure = sendFailure;
        sendFailure = null;
        if (failure != null) {
            trouble.onError(new IllegalStateException("recorder " + context.component + " can't send, it builds its " +
                "link anew: " + failure, failure));
        }
        if (remote != null && state != State.LIVE) {
            remote.whileDown(client, nowNs);
        }
        if (state == State.NO_CLIENT) {
            return nowNs - deadlineNs >= 0 ? connect() : 0;
        }
        int work = client.step();
        if (failure != null || client.isDead() || isDriverReplaced()) {
            disconnect();
            return work + 1;
        }
        if (state != State.ADDING) {
            work += remote == null ?
                client.subscription().poll(replyHandler, REPLY_LIMIT) : remote.poll(client, REPLY_LIMIT);
        }
        if (!client.isConnected()) {
            state = State.ADDING;
            live = false;
            return work;
        }
        if (state == State.KNOCKED && remote.isOpen()) {
            sayHello();
            return work + 1;
        }
        if (needsHello()) {
            if (state != State.ADDING && remote != null && remote.needsNewStream()) {
                disconnect();
            } else {
                beginSession();
            }
            return work + 1;
        }
        return work + (state == State.LIVE ? sendSome(SEND_LIMIT) : 0);
    }

    private int connect() {
        try {
            client = LinkClient.tryConnect(context, termLength, trouble);
        } catch (final RuntimeException e) {
            trouble.onError(e);
        }
        if (client == null) {
            backOff();
            return 0;
        }
        if (wasConnected) {
            backlog.count(RecorderCounter.CLIENT_REBUILDS);
        }
        wasConnected = true;
        state = State.ADDING;
        driverCheckNs = nowNs + context.driverCheckIntervalNs;
        return 1;
    }

    private boolean isDriverReplaced() {
        if (nowNs - driverCheckNs < 0) {
            return false;
        }
        driverCheckNs = nowNs + context.driverCheckIntervalNs;
        return client.isDriverReplaced();
    }

    private void disconnect() {
        live = false;
        state = State.NO_CLIENT;
        client.close();
        client = null;
        backOff();
    }

    private void backOff() {
        deadlineNs = nowNs + trouble.waitNs(backoffNs);
        backoffNs = Math.min(backoffNs * 2, context.maxBackoffNs);
    }

    private boolean needsHello() {
        return switch (state) {
            case ADDING -> true;
            case KNOCKED, HELLO_SENT -> nowNs - deadlineNs >= 0;
            case LIVE -> !client.isAnswered() || isAckStale();
            case NO_CLIENT, CLOSED -> false;
        };
    }

    private boolean isAckStale() {
        if (backlog.isEmpty()) {
            progressNs = nowNs;
            return false;
        }
        return nowNs - progressNs > context.ackTimeoutNs;
    }

    private void beginSession() {
        live = false;
        if (remote == null) {
            sayHello();
        } else {
            state = State.KNOCKED;
            deadlineNs = nowNs + remote.knock(client, nowNs);
        }
    }

    private void sayHello() {
        final Acknowledger by = backlog.acknowledger();
        attempt = backlog.nextAttempt();
        wanted = context.wantedDirectory();
        hello.wrapAndApplyHeader(helloBuffer, 0, header)
            .recorderIdHigh(backlog.recorderId().getMostSignificantBits())
            .recorderIdLow(backlog.recorderId().getLeastSignificantBits())
            .attempt(attempt)
            .firstSequence(passesLoss ? backlog.firstSequence() : backlog.trimmedSequence() + 1)
            .replyStreamId(client.replyStreamId())
            .protocolVersion(LinkDescriptor.PROTOCOL_VERSION)
            .acknowledgedSequence(backlog.trimmedSequence())
            .acknowledgedDirectoryHigh(by.directoryId().getMostSignificantBits())
            .acknowledgedDirectoryLow(by.directoryId().getLeastSignificantBits())
            .acknowledgedGeneration(by.generation())
            .acknowledgedRunId(by.runId())
            .acknowledgedPosition(by.journalPosition())
            .directoryIdHigh(wanted.getMostSignificantBits())
            .directoryIdLow(wanted.getLeastSignificantBits())
            .putComponent(component, 0, component.length);
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + hello.encodedLength();
        passesLoss = false;
        if (offer(helloBuffer, length) > 0) {
            backlog.count(RecorderCounter.HELLOS);
        }
        state = State.HELLO_SENT;
        deadlineNs = nowNs + (remote == null ?
            context.helloTimeoutNs << Math.min(unanswered, MAX_DOUBLINGS) : remote.answerTimeoutNs());
        unanswered++;
    }

    private int sendSome(final int limit) {
        long position = sendPosition;
        long tail = backlog.tailPosition();
        int sent = 0;
        while (sent < limit && position < tail) {
            final long next = backlog.frameAt(position, frame);
            if (frame.capacity() > 0) {
                final long result = offer(frame, frame.capacity());
                if (result < 0) {
                    onNotSent(result);
                    break;
                }
                sent++;
            }
            position = next;
            tail = position < tail ? tail : backlog.tailPosition();
        }
        SEND_POSITION.lazySet(this, position);
        if (sent > 0) {
            backlog.count(RecorderCounter.SENT, sent);
        }
        return sent;
    }

    private long offer(final DirectBuffer message, final int length) {
        return remote == null ?
            client.publication().offer(message, 0, length) : remote.offer(client.publication(), message, length);
    }

    private void onNotSent(final long result) {
        if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
            live = false;
            state = State.ADDING;
        }
    }

    @Override
    public void onWelcome(
        final long welcomedAttempt, final long accepted, final long durable, final Acknowledger welcoming) {
        if (state != State.HELLO_SENT || welcomedAttempt != attempt) {
            return;
        }
        final long own = welcomed ? backlog.lastSequence() : openedSequence;
        if (accepted > own && backlog.isEndKnown()) {
            supersededAt = welcomed ? backlog.trimmedSequence() : openedSequence;
            context.errors.onError(new IllegalStateException("the proxy has accepted sequence " + accepted +
                " of recorder " + backlog.recorderId() + ", its spool " + backlog.file() + " ended at " + own +
                ": the spool was put back to an older state"));
            askAgain(context.maxBackoffNs);
            return;
        }
        welcomed = true;
        acceptedSequence = accepted;
        proxy.onWelcome(durable, welcoming);
        trim(durable);
        sendPosition = backlog.positionOf(Math.max(accepted, backlog.trimmedSequence()) + 1);
        state = State.LIVE;
        unanswered = 0;
        progressNs = nowNs;
        backoffNs = context.minBackoffNs;
        live = true;
        trouble.isOver();
        if (remote != null) {
            remote.onWelcome();
        }
        passLoss();
    }

    @Override
    public void onAck(final long proxyRunId, final long durable, final long journalPosition) {
        if (state != State.LIVE) {
            return;
        }
        if (proxyRunId == proxy.runId()) {
            proxy.onAck(durable, journalPosition);
            trim(durable);
            passLoss();
        } else {
            askAgain(0);
        }
    }

    @Override
    public void onReject(final long proxyRunId, final long rejectedAttempt, final RejectReason reason) {
        if (rejectedAttempt != 0 && rejectedAttempt != attempt) {
            return;
        }
        backlog.count(RecorderCounter.REJECTS);
        switch (reason) {
            case GAP, UNKNOWN_SESSION -> askAgain(0);
            case OTHER_DIRECTORY -> {
                context.errors.onError(new IllegalStateException("the proxy on the media driver in " +
                    context.driverDirectory() + " is not that of data directory " + context.dataDir + " (" + wanted +
                    "): events wait in " + backlog.file() + " for its own; name both directories of one proxy"));
                askAgain(context.maxBackoffNs);
            }
            default -> {
                context.errors.onError(new IllegalStateException("the proxy refuses recorder " +
                    backlog.recorderId() + " of component " + context.component + ": " + reason));
                askAgain(context.maxBackoffNs);
            }
        }
    }

    /**
     * After which sequence events are waiting under sequences that were used before. Any thread.
     *
     * @return {@link #NOT_SUPERSEDED} where that is not known of any.
     */
    long supersededAt() {
        return supersededAt;
    }

    private void askAgain(final long delayNs) {
        live = false;
        state = State.HELLO_SENT;
        deadlineNs = nowNs + delayNs;
    }

    /**
     * Says Hello again where events are lost behind the acknowledged ones: from the first one that is left, so that the
     * proxy makes those before it void. Not earlier: a proxy that crashed meanwhile may need what comes before.
     */
    private void passLoss() {
        if (backlog.firstSequence() > Math.max(acceptedSequence, backlog.trimmedSequence()) + 1) {
            passesLoss = true;
            askAgain(0);
        }
    }

    private void trim(final long durable) {
        if (durable > backlog.trimmedSequence()) {
            backlog.trim(durable);
            acknowledgedSequence = backlog.trimmedSequence();
            progressNs = nowNs;
        }
    }

    long acknowledgedSequence() {
        return acknowledgedSequence;
    }

    boolean isLive() {
        return live;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closed = true;
        sendLock.lock();
        try {
            live = false;
            state = State.CLOSED;
            CloseHelper.quietClose(client);
            client = null;
            sendLock.unlock();
        } catch (final Throwable e) {
            sendLock.held = 0;
            throw e;
        }
    }
}
