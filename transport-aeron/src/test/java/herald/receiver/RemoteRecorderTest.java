package herald.receiver;

import herald.events.ClusterEvents;
import herald.io.SystemDisk;
import herald.recorder.EventRecorder;
import herald.recorder.RawSpool;
import herald.recorder.RecorderCounter;
import herald.recorder.RemoteProxy;
import herald.seal.Handshake;
import herald.seal.Knock;
import herald.seal.Nonce;
import herald.seal.SharedKey;
import herald.wire.AckEncoder;
import herald.wire.KnockDecoder;
import herald.wire.MessageHeaderDecoder;
import herald.wire.MessageHeaderEncoder;
import herald.wire.SealedDecoder;
import herald.wire.SealedEncoder;
import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import org.agrona.CloseHelper;
import org.agrona.concurrent.SleepingMillisIdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A recorder and a receiver on two media drivers, with somebody on the network between them.
 *
 * <pre>
 *   recorder ─ driver ══ UDP ══► relay ══ UDP ══► driver ─ receiver
 *       ▲                                           │
 *       └═══════════════════ UDP ═══════════════════┘
 * </pre>
 */
@Timeout(120)
class RemoteRecorderTest {
    private static final SharedKey KEY = key("the key of proxy and recorders");
    private static final SharedKey WRONG_KEY = key("a key of somebody else's making");
    private static final long STEP_NS = TimeUnit.MILLISECONDS.toNanos(2);

    @TempDir
    private Path dir;
    private final List<Throwable> errors = new ArrayList<>();
    private ReceiverFixture fixture;
    private MediaDriver driver;
    private UdpRelay relay;
    private EventRecorder recorder;

    @BeforeEach
    void setUp() throws IOException {
        fixture = newReceiver("proxy");
        relay = new UdpRelay(fixture.remotePort());
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(dir.resolve("remote-aeron").toString())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
    }

    @AfterEach
    void tearDown() throws IOException {
        CloseHelper.closeAll(recorder, driver, relay);
        fixture.close();
    }

    private static SharedKey key(final String text) {
        return new SharedKey(text.getBytes(StandardCharsets.UTF_8));
    }

    private ReceiverFixture newReceiver(final String name) throws IOException {
        return new ReceiverFixture(
            Files.createDirectory(dir.resolve(name)), new ArrayList<>(), new RemoteListener("127.0.0.1:0", KEY));
    }

    private void launch(final SharedKey key) {
        recorder = EventRecorder.launch(context("cmd", key));
    }

    private EventRecorder.Context context(final String component, final SharedKey key) {
        return new EventRecorder.Context()
            .component(component)
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(dir.resolve("spools"))
            .spoolLength(256 * 1024)
            .maxEventLength(8 * 1024)
            .aeronDirectoryName(driver.aeronDirectoryName())
            .remoteProxy(new RemoteProxy("127.0.0.1:" + relay.port(), key))
            .nanoClock(() -> fixture.nowNs())
            .closeLingerNs(0)
            .useConductorInvoker(true)
            .errorHandler(errors::add);
    }

    private void record(final int from, final int to) {
        for (int i = from; i <= to; i++) {
            final String filler = i % 10 == 0 ? " x".repeat(2_000) : "";
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "e" + i + filler, null)).isEqualTo(i);
        }
    }

    /** Time goes on with the steps, so that timeouts come. */
    private void stepUntil(final BooleanSupplier condition) {
        fixture.stepUntil(() -> {
            fixture.advanceNs(STEP_NS);
            recorder.conductorInvoker().invoke();
            relay.step();
            return condition.getAsBoolean();
        });
    }

    private void awaitAccepted(final int events) {
        stepUntil(() -> fixture.ingress.of(recorder.recorderId()).size() >= events);
    }

    private void assertAcceptedOnceInOrder(final int events) {
        final List<String> taken = fixture.ingress.of(recorder.recorderId());
        assertThat(taken).hasSize(events);
        for (int i = 1; i <= events; i++) {
            assertThat(taken.get(i - 1)).startsWith(i + " e" + i);
        }
    }

    @Test
    void shouldTakeARemoteRecordersEventsOnceInOrderAndAcknowledgeThem() {
        launch(KEY);
        record(1, 20);
        stepUntil(recorder::isLive);
        record(21, 100);
        awaitAccepted(100);
        fixture.journal(recorder.recorderId(), 100);
        stepUntil(() -> recorder.acknowledgedSequence() == 100);

        assertAcceptedOnceInOrder(100);
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).isZero();
        assertThat(fixture.count(ReceiverCounter.REMOTE_REPLAYED)).isZero();
        assertThat(recorder.counter(RecorderCounter.REPLIES_REFUSED)).isZero();
        assertThat(errors).isEmpty();
    }

    @Test
    void shouldSendWhatAnotherRecorderLeftBehind() {
        launch(KEY);
        record(1, 10);
        final UUID leftBehind = recorder.recorderId();
        recorder.close();
        recorder = EventRecorder.launch(context("other", KEY));
        stepUntil(() -> fixture.ingress.of(leftBehind).size() == 10);
        fixture.journal(leftBehind, 10);
        final Path spool = dir.resolve("spools").resolve("cmd.spool");
        stepUntil(() -> trimmedSequence(spool) == 10);
        recorder.close();
        launch(KEY);

        assertThat(recorder.recorderId()).isEqualTo(leftBehind);
        assertThat(recorder.acknowledgedSequence()).isEqualTo(10);
    }

    /** Ten events that nobody sent, of a recorder that is gone. */
    private UUID leaveBehind() {
        launch(KEY);
        for (int i = 1; i <= 10; i++) {
            assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "left-" + i + ".", null)).isEqualTo(i);
        }
        recorder.close();
        return recorder.recorderId();
    }

    private void damage(final int... events) throws IOException {
        final Path spool = dir.resolve("spools").resolve("cmd.spool");
        final byte[] bytes = Files.readAllBytes(spool);
        for (final int event : events) {
            bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("left-" + event + ".")] ^= 1;
        }
        Files.write(spool, bytes);
    }

    /** Lets another recorder drain the damaged spool while everything that is taken becomes durable. */
    private void drain(final UUID leftBehind) throws IOException {
        recorder = EventRecorder.launch(context("other", KEY));
        stepUntil(() -> {
            final RecorderState state = fixture.ingress.state(leftBehind);
            if (state != null && state.durableSequence() < state.acceptedSequence()) {
                fixture.journal(leftBehind, state.acceptedSequence());
            }
            return !damagedSpools().isEmpty();
        });
        assertThat(recorder.counter(RecorderCounter.SPOOLS_DAMAGED)).isOne();
        assertThat(recorder.counter(RecorderCounter.DAMAGED_BYTES)).isPositive();
        assertThat(dir.resolve("spools").resolve("cmd.spool")).doesNotExist();
    }

    private List<Path> damagedSpools() {
        try {
            return SystemDisk.INSTANCE.list(dir.resolve("spools"), ".damaged");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldSendTheWholeEventsOfADamagedSpoolAndLetTheOthersBecomeVoid() throws IOException {
        final UUID leftBehind = leaveBehind();
        damage(1, 4, 5, 8, 10);
        drain(leftBehind);

        assertThat(fixture.ingress.of(leftBehind)).containsExactly(
            "lost 1..1", "2 left-2.", "3 left-3.", "lost 4..5", "6 left-6.", "7 left-7.", "lost 8..8", "9 left-9.",
            "lost 10..10");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isEqualTo(5);
        assertThat(fixture.count(ReceiverCounter.AFTER_GAP)).isZero();
        assertThat(damagedSpools()).hasSize(1);
        assertThat(errors).singleElement().asString().contains(
            "cmd.spool", "events 1 to 1", "events 4 to 5", "events 8 to 8", "events 10 to 10", "5 whole events");
    }

    @Test
    void shouldSendOnlyWhatIsAnEventOfItsRecorderFromWhatIsLeftBehind() throws IOException {
        final UUID id = new UUID(3, 3);
        final UnsafeBuffer template9 = WireEvents.event(id, 2, "template 9");
        new MessageHeaderEncoder().wrap(template9, 0).templateId(9);
        Files.createDirectories(dir.resolve("spools"));
        new RawSpool(id, 64 * 1024)
            .frame(1, WireEvents.event(id, 1, "e1"))
            .frame(2, template9)
            .frame(3, WireEvents.event(id, 3, "e3"))
            .frame(4, WireEvents.event(new UUID(4, 4), 4, "another recorder's"))
            .frame(5, WireEvents.event(id, 500_000, "another sequence"))
            .frame(6, WireEvents.event(id, 6, "e6"))
            .frame(7, new UnsafeBuffer(new byte[3]))
            .writeTo(dir.resolve("spools/cmd.spool"));
        drain(id);

        assertThat(fixture.ingress.of(id)).containsExactly(
            "1 e1", "lost 2..2", "3 e3", "lost 4..4", "lost 5..5", "6 e6", "lost 7..7");
        assertThat(fixture.count(ReceiverCounter.UNINTELLIGIBLE)).isZero();
        assertThat(damagedSpools()).hasSize(1);
        assertThat(errors).singleElement().asString().contains("cmd.spool", "event 2: no event of this protocol");
    }

    @Test
    void shouldPassOverAllOfADamagedSpoolWhereNoEventIsWhole() throws IOException {
        final UUID leftBehind = leaveBehind();
        damage(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        drain(leftBehind);

        assertThat(fixture.ingress.of(leftBehind)).containsExactly("lost 1..10");
    }

    @Test
    void shouldSendOfADamagedSpoolWhatTheProxyDoesNotHave() throws IOException {
        final UUID leftBehind = leaveBehind();
        damage(3, 8);
        restartReceiver(new RecorderState(leftBehind, 5));
        drain(leftBehind);

        assertThat(fixture.ingress.of(leftBehind)).containsExactly(
            "6 left-6.", "7 left-7.", "lost 8..8", "9 left-9.", "10 left-10.");
    }

    @Test
    void shouldPutAwayADamagedSpoolWhoseEndTheProxyHasBeyondWhatIsLeft() throws IOException {
        final UUID leftBehind = leaveBehind();
        damage(3);
        restartReceiver(new RecorderState(leftBehind, 12));
        drain(leftBehind);

        assertThat(fixture.ingress.of(leftBehind)).isEmpty();
    }

    private void restartReceiver(final RecorderState known) throws IOException {
        relay.close();
        fixture.close();
        fixture = new ReceiverFixture(
            Files.createDirectory(dir.resolve("restarted")), List.of(known), new RemoteListener("127.0.0.1:0", KEY));
        relay = new UdpRelay(fixture.remotePort());
    }

    /** As format.md has it: the higher sequence of the two trim slots. */
    private static long trimmedSequence(final Path spool) {
        try {
            final ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(spool)).order(ByteOrder.LITTLE_ENDIAN);
            return Math.max(header.getLong(136), header.getLong(200));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldRefuseAWrongKeyWhichTheRecorderTellsOnceAndKeepsItsSpool() {
        launch(WRONG_KEY);
        record(1, 5);
        stepUntil(() -> recorder.counter(RecorderCounter.KNOCKS) >= 5);
        final long knockedAtNs = fixture.nowNs();
        stepUntil(() -> recorder.counter(RecorderCounter.KNOCKS) >= 7);

        assertThat(fixture.nowNs() - knockedAtNs).as("backs off").isGreaterThan(TimeUnit.SECONDS.toNanos(12));
        assertThat(errors).singleElement().asString().contains("127.0.0.1:" + relay.port(), "same key");
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).isPositive();
        assertThat(fixture.count(ReceiverCounter.REMOTE_SESSIONS)).isZero();
        assertThat(recorder.isLive()).isFalse();
        recorder.close();
        launch(KEY);
        awaitAccepted(5);
        assertAcceptedOnceInOrder(5);
    }

    @Test
    void shouldRefuseARecordedSession() throws IOException {
        launch(KEY);
        record(1, 5);
        awaitAccepted(5);
        CloseHelper.closeAll(recorder, driver);
        fixture.close();
        fixture = newReceiver("restarted");
        final List<byte[]> session = List.copyOf(relay.captured);
        try (UdpRelay attacker = new UdpRelay(fixture.remotePort())) {
            fixture.stepUntil(() -> {
                session.forEach(attacker::send);
                return fixture.count(ReceiverCounter.REMOTE_OUTSIDE_SESSION) > 0;
            });
        }
        fixture.step(50);

        assertThat(fixture.ingress.of(recorder.recorderId())).isEmpty();
        assertThat(fixture.count(ReceiverCounter.SESSIONS)).isZero();
        assertThat(fixture.count(ReceiverCounter.REMOTE_SESSIONS)).isZero();
    }

    @Test
    void shouldRefuseAFlippedBitAndSendThatEventAgain() {
        launch(KEY);
        stepUntil(recorder::isLive);
        relay.flipNext(frame -> isSealed(frame) && frame.getInt(0) > 200);
        record(1, 30);
        awaitAccepted(30);

        assertThat(relay.hasFlipped()).isTrue();
        assertThat(fixture.count(ReceiverCounter.REMOTE_FORGED)).isOne();
        assertAcceptedOnceInOrder(30);
    }

    @Test
    void shouldSendADamagedLastEventAgainWithoutWaitingForItsAcknowledgement() {
        launch(KEY);
        stepUntil(recorder::isLive);
        relay.flipNext(frame -> isSealed(frame) && frame.getInt(0) > 200);
        final long recordedAtNs = fixture.nowNs();
        record(1, 1);
        awaitAccepted(1);

        assertThat(relay.hasFlipped()).isTrue();
        assertThat(fixture.nowNs() - recordedAtNs).isLessThan(TimeUnit.SECONDS.toNanos(5));
        assertAcceptedOnceInOrder(1);
    }

    @Test
    void shouldTellAgainAndAgainThatNobodyAnswers() {
        relay.close();
        launch(KEY);
        record(1, 5);
        for (int told = 1; told <= 3; told++) {
            final int expected = told;
            fixture.stepUntil(() -> {
                fixture.advanceNs(TimeUnit.SECONDS.toNanos(1));
                recorder.conductorInvoker().invoke();
                return errors.size() >= expected;
            });
        }
        assertThat(errors).hasSize(3).allSatisfy(error -> assertThat(error)
            .hasMessageContaining("nothing answers").hasMessageContaining("127.0.0.1:" + relay.port()));
    }

    /** Anybody can send one who knows where the recorder listens, which a Knock tells everybody on the network. */
    @Test
    void shouldNotTellOfAnotherKeyForAStrangersChallenge() {
        launch(KEY);
        record(1, 5);
        awaitAccepted(5);
        final KnockDecoder knock = lastKnock();
        final Handshake handshake = new Handshake(WRONG_KEY);
        final Knock forged = new Knock(recorder.recorderId(),
            new Nonce(knock.recorderNonceHigh(), knock.recorderNonceLow()), knock.aeronSessionId(),
            knock.replyStreamId(), "127.0.0.1:9", knock.protocolVersion());
        final int length = handshake.encodeChallenge(forged, new Nonce(1, 2));
        final int streamId = knock.replyStreamId();
        try (Aeron forger = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
            ExclusivePublication replies = forger.addExclusivePublication(
                "aeron:udp?endpoint=" + lastKnock().replyEndpoint(), streamId)) {
            final long before = recorder.counter(RecorderCounter.REPLIES_REFUSED);
            stepUntil(() -> replies.offer(handshake.buffer(), 0, length) > 0);
            stepUntil(() -> recorder.counter(RecorderCounter.REPLIES_REFUSED) == before + 1);
        }
        assertThat(errors).isEmpty();
        assertThat(recorder.isLive()).isTrue();
    }

    private static boolean isSealed(final UnsafeBuffer frame) {
        return new MessageHeaderDecoder().wrap(frame, UdpRelay.FRAME_HEADER_LENGTH).templateId() ==
            SealedDecoder.TEMPLATE_ID;
    }

    @Test
    void shouldNotTrimForAForgedAcknowledgement() {
        launch(KEY);
        record(1, 5);
        awaitAccepted(5);
        final KnockDecoder knock = lastKnock();
        final int streamId = knock.replyStreamId();
        try (Aeron forger = Aeron.connect(new Aeron.Context().aeronDirectoryName(driver.aeronDirectoryName()));
            ExclusivePublication replies = forger.addExclusivePublication(
                "aeron:udp?endpoint=" + knock.replyEndpoint(), streamId)) {
            final long before = recorder.counter(RecorderCounter.REPLIES_REFUSED);
            stepUntil(() -> replies.offer(plainAck()) > 0);
            stepUntil(() -> replies.offer(sealedByNobody(plainAck())) > 0);
            stepUntil(() -> recorder.counter(RecorderCounter.REPLIES_REFUSED) == before + 2);
        }
        assertThat(recorder.acknowledgedSequence()).isZero();
        assertThat(recorder.isLive()).isTrue();
        fixture.journal(recorder.recorderId(), 3);
        stepUntil(() -> recorder.acknowledgedSequence() == 3);
    }

    /** What anybody on the network can read. */
    private KnockDecoder lastKnock() {
        KnockDecoder knock = null;
        for (final byte[] datagram : relay.captured) {
            final UnsafeBuffer frame = new UnsafeBuffer(datagram);
            final MessageHeaderDecoder header = new MessageHeaderDecoder();
            if (UdpRelay.isData(datagram) &&
                header.wrap(frame, UdpRelay.FRAME_HEADER_LENGTH).templateId() == KnockDecoder.TEMPLATE_ID) {
                knock = new KnockDecoder().wrapAndApplyHeader(frame, UdpRelay.FRAME_HEADER_LENGTH, header);
            }
        }
        assertThat(knock).isNotNull();
        return knock;
    }

    private UnsafeBuffer plainAck() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[128]);
        final AckEncoder ack = new AckEncoder();
        ack.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .recorderIdHigh(recorder.recorderId().getMostSignificantBits())
            .recorderIdLow(recorder.recorderId().getLeastSignificantBits())
            .runId(ReceiverFixture.RUN_ID)
            .durableSequence(5)
            .journalPosition(AckEncoder.journalPositionNullValue());
        return new UnsafeBuffer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + ack.encodedLength());
    }

    private static UnsafeBuffer sealedByNobody(final UnsafeBuffer message) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        final SealedEncoder sealed = new SealedEncoder();
        sealed.wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
            .sessionId(4711)
            .counter(1_000)
            .putPayload(message, 0, message.capacity());
        return new UnsafeBuffer(buffer, 0, MessageHeaderEncoder.ENCODED_LENGTH + sealed.encodedLength());
    }

    @Test
    void shouldGoOnAfterTheRecordersMediaDriverDied() {
        launch(KEY);
        record(1, 10);
        awaitAccepted(10);
        driver.close();
        record(11, 20);
        driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(dir.resolve("remote-aeron").toString())
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(new SleepingMillisIdleStrategy(1))
            .dirDeleteOnStart(true)
            .dirDeleteOnShutdown(true));
        awaitAccepted(20);

        assertAcceptedOnceInOrder(20);
        errors.clear();
    }
}
