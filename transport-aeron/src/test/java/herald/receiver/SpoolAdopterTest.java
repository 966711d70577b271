package herald.receiver;

import herald.events.ClusterEvents;
import herald.recorder.EventRecorder;
import herald.recorder.RawSpool;
import herald.recorder.RecorderCounter;
import herald.wire.MessageHeaderEncoder;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What recorders left behind is accepted under their ids, once and in order, and let go once it is durable.
 */
@Timeout(120)
class SpoolAdopterTest {
    private static final UUID ID = new UUID(3, 3);
    private static final UUID OTHER = new UUID(5, 5);

    @TempDir
    private Path dir;
    private final List<Throwable> recorderErrors = new ArrayList<>();
    private ReceiverFixture fixture;

    @BeforeEach
    void setUp() throws IOException {
        fixture = new ReceiverFixture(dir);
    }

    @AfterEach
    void tearDown() throws IOException {
        fixture.close();
    }

    private EventRecorder launch(final UUID id) {
        return EventRecorder.launch(new EventRecorder.Context()
            .component("cmd")
            .eventTypes(ClusterEvents.CATALOG)
            .spoolDir(fixture.spoolDir)
            .spoolLength(256 * 1024)
            .aeronDirectoryName(dir.resolve("no-driver").toString())
            .useConductorInvoker(true)
            .idGenerator(() -> id)
            .errorHandler(recorderErrors::add));
    }

    private void leaveBehind(final int events) {
        try (EventRecorder recorder = launch(ID)) {
            for (int i = 1; i <= events; i++) {
                assertThat(recorder.record(ClusterEvents.LEADER_LOST, null, "left-" + i + ".", null)).isEqualTo(i);
            }
        }
    }

    private static List<String> left(final int from, final int to) {
        return LongStream.rangeClosed(from, to).mapToObj(i -> i + " left-" + i + ".").toList();
    }

    private Path spool() {
        return fixture.spoolDir.resolve("cmd.spool");
    }

    private void damage(final int event) throws IOException {
        final byte[] bytes = Files.readAllBytes(spool());
        final int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("left-" + event + ".");
        bytes[at] ^= 1;
        Files.write(spool(), bytes);
    }

    private List<String> files(final String end) throws IOException {
        try (Stream<Path> files = Files.list(fixture.spoolDir)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(end)).toList();
        }
    }

    @Test
    void shouldAdoptWhatIsLeftAndTrimItOnceItIsDurable() {
        leaveBehind(200);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 200);
        fixture.step(5);
        fixture.journal(ID, 200);
        fixture.step(5);

        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 200));
        try (EventRecorder again = launch(new UUID(4, 4))) {
            assertThat(again.recorderId()).isEqualTo(ID);
            assertThat(again.acknowledgedSequence()).isEqualTo(200);
            assertThat(again.record(ClusterEvents.LEADER_LOST, null, "next", null)).isEqualTo(201);
        }
    }

    @Test
    void shouldHoldTheSpoolUntilAllOfItIsDurable() {
        leaveBehind(10);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 10);
        fixture.journal(ID, 9);
        fixture.step(5);
        try (EventRecorder second = launch(new UUID(4, 4))) {
            assertThat(second.spoolFile()).isNotEqualTo(spool());
        }
    }

    @Test
    void shouldGoOnAfterBackPressureWithoutLossOrRepetition() {
        leaveBehind(100);
        for (int round = 0; round < 20; round++) {
            fixture.ingress.room(7);
            fixture.step(10);
        }
        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 100));
        assertThat(fixture.ingress.refusals()).isPositive();
        assertThat(fixture.count(ReceiverCounter.ADOPTED)).isEqualTo(100);
    }

    @Test
    void shouldDropWhatWasAcceptedOverTheLinkBefore() throws IOException {
        fixture.close();
        fixture = new ReceiverFixture(dir, List.of(new RecorderState(ID, 4)));
        leaveBehind(6);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 2);

        assertThat(fixture.count(ReceiverCounter.RESENT)).isEqualTo(4);
        assertThat(fixture.ingress.of(ID)).isEqualTo(left(5, 6));
    }

    @Test
    void shouldPassOverWhatDamageTookAndTakeWhatIsBehindIt() throws IOException {
        leaveBehind(20);
        damage(18);
        damage(20);
        fixture.ingress.room(17);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 17);
        fixture.step(5);
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isZero();
        fixture.ingress.room(10);
        fixture.step(5);

        assertThat(fixture.ingress.of(ID)).hasSize(20).startsWith("1 left-1.", "2 left-2.")
            .endsWith("17 left-17.", "lost 18..18", "19 left-19.", "lost 20..20");
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isEqualTo(2);
        assertThat(fixture.count(ReceiverCounter.SPOOLS_DAMAGED)).isOne();
        assertThat(fixture.count(ReceiverCounter.SPOOL_BYTES_DAMAGED)).isPositive();
        assertThat(fixture.drainErrors()).singleElement().asString()
            .contains(spool().toString(), "events 18 to 18", "events 20 to 20", "18 whole events");
        fixture.journal(ID, 20);
        fixture.step(5);
        assertThat(files(".spool")).isEmpty();
        assertThat(files(".damaged")).hasSize(1);
    }

    @Test
    void shouldPassOverAllWhereNoEventIsWhole() throws IOException {
        leaveBehind(2);
        damage(1);
        damage(2);
        fixture.awaitCount(ReceiverCounter.VOIDED, 2);
        assertThat(fixture.ingress.of(ID)).containsExactly("lost 1..2");
        assertThat(fixture.drainErrors()).hasSize(1);
    }

    @Test
    void shouldKeepWhatIsNoSpoolAnyMoreForSomebodyToLookAt() throws IOException {
        leaveBehind(2);
        final byte[] bytes = Files.readAllBytes(spool());
        Arrays.fill(bytes, 0, 4096, (byte)0);
        Files.write(spool(), bytes);
        fixture.stepUntil(() -> !Files.exists(spool()));
        assertThat(fixture.drainErrors()).singleElement().asString().contains("what it held is lost");
        assertThat(Files.readAllBytes(fixture.spoolDir.resolve(files(".damaged").get(0)))).isEqualTo(bytes);
    }

    @Test
    void shouldPutADamagedSpoolThatWasSetAsideAwayOnceItsVoidIsDurable() throws IOException {
        leaveBehind(20);
        damage(20);
        try (EventRecorder next = launch(new UUID(4, 4))) {
            assertThat(next.recorderId()).isEqualTo(new UUID(4, 4));
            assertThat(files(".old.spool")).hasSize(1);
            assertThat(recorderErrors).singleElement().asString().contains(files(".old.spool").get(0), "20 to 20");
            fixture.awaitCount(ReceiverCounter.VOIDED, 1);
            fixture.journal(ID, 19);
            fixture.step(5);
            assertThat(files(".old.spool")).hasSize(1);
            fixture.journal(ID, 20);
            fixture.step(5);

            assertThat(files(".old.spool")).isEmpty();
            assertThat(files(".damaged")).hasSize(1);
            assertThat(files(".lock")).containsExactly("cmd.lock");
            assertThat(next.counter(RecorderCounter.SPOOLS_DAMAGED)).isOne();
            assertThat(next.counter(RecorderCounter.DAMAGED_BYTES)).isPositive();
        }
        assertThat(fixture.drainErrors()).hasSize(1);
        assertThat(fixture.ingress.of(ID)).endsWith("19 left-19.", "lost 20..20");
    }

    @Test
    void shouldLetNothingInFromASpoolThatTheLinkWouldNotLetIn() throws IOException {
        final UnsafeBuffer template9 = WireEvents.event(ID, 1, "template 9");
        new MessageHeaderEncoder().wrap(template9, 0).templateId(9);
        final UnsafeBuffer schema = WireEvents.event(ID, 2, "schema");
        new MessageHeaderEncoder().wrap(schema, 0).schemaId(4802);
        final UnsafeBuffer longer = new UnsafeBuffer(new byte[WireEvents.event(ID, 5, "longer").capacity() + 8]);
        longer.putBytes(0, WireEvents.event(ID, 5, "longer"), 0, longer.capacity() - 8);
        final UnsafeBuffer notUtf8 = WireEvents.event(ID, 6, "message");
        notUtf8.putByte(notUtf8.capacity() - 1, (byte)0xC3);
        Files.createDirectories(fixture.spoolDir);
        new RawSpool(ID, 64 * 1024)
            .frame(1, template9)
            .frame(2, schema)
            .frame(3, WireEvents.event(ID, 500_000, "another sequence"))
            .frame(4, WireEvents.event(OTHER, 500_000, "another recorder's"))
            .frame(5, longer)
            .frame(6, notUtf8)
            .frame(7, WireEvents.event(ID, 7, "x".repeat(ReceiverFixture.MAX_EVENT_LENGTH)))
            .frame(8, new UnsafeBuffer(new byte[1]))
            .frame(9, WireEvents.event(ID, 9, "whole"))
            .writeTo(spool());
        fixture.awaitCount(ReceiverCounter.ADOPTED, 1);

        assertThat(fixture.ingress.of(ID)).hasSize(9).startsWith("refused 1..1").endsWith("refused 8..8", "9 whole");
        assertThat(fixture.count(ReceiverCounter.REFUSED)).isEqualTo(8);
        assertThat(fixture.quarantined()).hasSize(8);
        final RawRecorder other = fixture.newRecorder(OTHER).open(1, 1);
        other.events(1, 10);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 11);
        assertThat(fixture.ingress.of(OTHER)).hasSize(10);
        assertThat(fixture.count(ReceiverCounter.RESENT)).isZero();
    }

    @Test
    void shouldAdoptTheOthersWhereOneCannotBeRead() throws IOException {
        leaveBehind(3);
        Files.createDirectories(fixture.spoolDir.resolve("a.spool"));
        Files.createDirectories(fixture.spoolDir.resolve("z.spool"));
        fixture.awaitCount(ReceiverCounter.ADOPTED, 3);
        fixture.journal(ID, 3);
        fixture.advanceNs(TimeUnit.MINUTES.toNanos(2));
        fixture.step(5);

        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 3));
    }
}
