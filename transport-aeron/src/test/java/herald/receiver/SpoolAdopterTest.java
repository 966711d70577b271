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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    void shouldNotLetARecorderGoOnWithWhatTheProxyWouldWaitFor() throws IOException {
        new RawSpool(ID, 64 * 1024)
            .frame(1, WireEvents.event(ID, 1, "left-1."))
            .frame(2, WireEvents.event(ID, 500_000, "another sequence"))
            .writeTo(inSpoolDir("cmd.spool"));
        try (EventRecorder next = launch(OTHER)) {
            assertThat(next.recorderId()).isEqualTo(OTHER);
            assertThat(recorderErrors).singleElement().asString().contains("no event of its recorder");
            fixture.awaitCount(ReceiverCounter.ADOPTED, 1);
            fixture.step(5);
        }
        assertThat(fixture.ingress.of(ID)).containsExactly("1 left-1.", "refused 2..2");
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
        assertRefused("a.spool", "a directory");
        assertThat(fixture.count(ReceiverCounter.SPOOLS_REFUSED)).isEqualTo(2);
    }

    /** Told once, by name, however often the directory was looked at. */
    private void assertRefused(final String file, final String reason) {
        assertThat(fixture.drainErrors().stream().map(Throwable::getMessage).filter(told -> told.contains(file)))
            .singleElement().asString().contains(reason);
    }

    private Path inSpoolDir(final String name) throws IOException {
        Files.createDirectories(fixture.spoolDir);
        return fixture.spoolDir.resolve(name);
    }

    /** A spool of three events under an id of its own. */
    private static RawSpool three(final UUID id) {
        final RawSpool spool = new RawSpool(id, 64 * 1024);
        for (int i = 1; i <= 3; i++) {
            spool.frame(i, WireEvents.event(id, i, "left-" + i + "."));
        }
        return spool;
    }

    private void assertOnlyTheOthersAreTaken(final String file, final String reason) throws IOException {
        three(ID).writeTo(inSpoolDir("zz.spool"));
        fixture.awaitCount(ReceiverCounter.ADOPTED, 3);
        for (int look = 0; look < 3; look++) {
            fixture.advanceNs(TimeUnit.MINUTES.toNanos(2));
            fixture.step(5);
        }
        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 3));
        assertThat(fixture.ingress.of(OTHER)).isEmpty();
        assertThat(fixture.count(ReceiverCounter.SPOOLS_REFUSED)).isOne();
        assertRefused(file, reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -65_536, -1, 0, 1, 4_097, 65_535, 100_000, Integer.MAX_VALUE})
    void shouldRefuseACapacityThatNoSpoolHas(final int capacity) throws IOException {
        three(OTHER).capacity(capacity).writeTo(inSpoolDir("hostile.spool"));
        assertOnlyTheOthersAreTaken("hostile.spool", "a capacity of " + capacity + " bytes");
        assertThat(files(".damaged")).hasSize(1);
    }

    @Test
    void shouldLeaveANewerVersionWhereItIs() throws IOException {
        three(OTHER).version(2).writeTo(inSpoolDir("newer.spool"));
        assertOnlyTheOthersAreTaken("newer.spool", "format version 2");
        assertThat(files("newer.spool")).hasSize(1);
    }

    @Test
    void shouldFollowNoLink() throws IOException {
        final Path elsewhere = dir.resolve("elsewhere");
        three(OTHER).writeTo(elsewhere);
        Files.createSymbolicLink(inSpoolDir("link.spool"), elsewhere);
        assertOnlyTheOthersAreTaken("link.spool", "a symbolic link");
        assertThat(elsewhere).exists();
    }

    @Test
    void shouldNotWaitForAPipe() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", inSpoolDir("pipe.spool").toString()).start().waitFor()).isZero();
        assertOnlyTheOthersAreTaken("pipe.spool", "a pipe");
    }

    @Test
    void shouldAdoptTheOthersWhereOneLockCannotBeTaken() throws IOException {
        three(OTHER).writeTo(inSpoolDir("locked.spool"));
        Files.createDirectory(inSpoolDir("locked.lock"));
        assertOnlyTheOthersAreTaken("locked.spool", "a directory");
        assertThat(files("locked.spool")).hasSize(1);
    }

    @Test
    void shouldPutAFileAwayThatIsHugeAndHoldsNothing() throws IOException {
        try (RandomAccessFile sparse = new RandomAccessFile(inSpoolDir("huge.spool").toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        assertOnlyTheOthersAreTaken("huge.spool", "neither whose events");
        assertThat(files(".damaged")).hasSize(1);
    }

    @Test
    void shouldTakeTheEventsOfASpoolThatWasMadeHuge() throws IOException {
        three(ID).writeTo(inSpoolDir("huge.spool"));
        try (RandomAccessFile sparse = new RandomAccessFile(inSpoolDir("huge.spool").toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        fixture.awaitCount(ReceiverCounter.ADOPTED, 3);
        assertThat(fixture.drainErrors()).singleElement().asString().contains("longer than its header says");
    }

    @ParameterizedTest
    @ValueSource(longs = {1L << 30, 1L << 36, 1L << 37, 1L << 40, Long.MAX_VALUE})
    void shouldPassOverNothingForAFrameOfAnImpossibleSequence(final long sequence) throws IOException {
        three(ID).frame(sequence, WireEvents.event(ID, sequence, "far")).writeTo(inSpoolDir("far.spool"));
        fixture.awaitCount(ReceiverCounter.ADOPTED, 3);
        fixture.step(5);

        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 3));
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isZero();
        assertThat(fixture.drainErrors()).singleElement().asString().contains("far.spool", "sequence " + sequence);
        fixture.journal(ID, 3);
        fixture.step(5);
        assertThat(files(".damaged")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 500, 1L << 40, 1L << 60})
    void shouldTakeAllWhereMoreIsTrimmedThanWasUsed(final long trimmed) throws IOException {
        final RawSpool spool = three(ID);
        spool.trimmed(spool.tail(), trimmed).used(3).writeTo(inSpoolDir("trimmed.spool"));
        fixture.awaitCount(ReceiverCounter.ADOPTED, 3);
        fixture.step(5);

        assertThat(fixture.drainErrors()).singleElement().asString().contains("trimmed.spool", "acknowledged");
        assertThat(fixture.ingress.of(ID)).isEqualTo(left(1, 3));
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isZero();
    }

    @Test
    void shouldRefuseASpoolThatTakesItsRecorderFarAway() throws IOException {
        final RawRecorder recorder = fixture.newRecorder(OTHER).open(1, 1);
        recorder.events(1, 2);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 2);
        final long far = 1L << 50;
        new RawSpool(OTHER, 64 * 1024).frame(far, WireEvents.event(OTHER, far, "far")).trimmed(0, far - 1)
            .writeTo(inSpoolDir("far.spool"));
        fixture.advanceNs(TimeUnit.MINUTES.toNanos(2));
        fixture.stepUntil(() -> fixture.count(ReceiverCounter.SPOOLS_REFUSED) == 1);
        assertRefused("far.spool", "the journal has it at 2");

        recorder.events(3, 4);
        fixture.awaitCount(ReceiverCounter.ACCEPTED, 4);
        assertThat(fixture.ingress.of(OTHER)).containsExactly("1 e1", "2 e2", "3 e3", "4 e4");
    }

    @Test
    void shouldSurviveAFileThatIsCutWhileItIsRead() throws IOException {
        leaveBehind(1_000);
        fixture.ingress.room(5);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 5);
        try (FileChannel channel = FileChannel.open(spool(), StandardOpenOption.WRITE)) {
            channel.truncate(5_000);
        }
        fixture.ingress.room(Integer.MAX_VALUE);
        fixture.stepUntil(() ->
            fixture.count(ReceiverCounter.ADOPTED) + fixture.count(ReceiverCounter.VOIDED) == 1_000);

        final long adopted = fixture.count(ReceiverCounter.ADOPTED);
        assertThat(adopted).isBetween(5L, 999L);
        assertThat(fixture.ingress.of(ID)).startsWith(left(1, (int)adopted).toArray(new String[0]));
        assertThat(fixture.drainErrors()).singleElement().asString()
            .contains(spool().toString(), "it was cut while it was read");
        fixture.journal(ID, 1_000);
        fixture.step(5);
        assertThat(files(".damaged")).hasSize(1);
    }

    /** Recorders are forgotten each minute; what waits behind a full ring must not be. */
    @Test
    void shouldKnowARecorderForAsLongAsItsSpoolIsOnItsWay() {
        final List<UUID> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(new UUID(9, i));
        }
        final List<EventRecorder> recorders = ids.stream().map(this::launch).toList();
        recorders.forEach(recorder -> {
            for (int i = 0; i < 20; i++) {
                recorder.record(ClusterEvents.LEADER_LOST, null, "left", null);
            }
        });
        recorders.forEach(EventRecorder::close);
        fixture.ingress.room(3);
        fixture.step(3);
        for (int minute = 0; minute < 3; minute++) {
            fixture.advanceNs(TimeUnit.SECONDS.toNanos(61));
            fixture.step(3);
        }
        assertThat(fixture.registry.size()).isEqualTo(5);
        fixture.ingress.room(Integer.MAX_VALUE);
        fixture.awaitCount(ReceiverCounter.ADOPTED, 100);
        ids.forEach(id -> fixture.journal(id, 20));
        fixture.step(5);

        final RawRecorder again = fixture.newRecorder(ids.get(4));
        again.hello(2, 21);
        again.event(21, "next");
        fixture.stepUntil(() -> fixture.ingress.of(ids.get(4)).size() == 21);
        for (final UUID id : ids) {
            assertThat(fixture.ingress.of(id)).filteredOn(record -> record.endsWith(" left")).hasSize(20);
        }
        assertThat(fixture.count(ReceiverCounter.VOIDED)).isZero();
        fixture.advanceNs(TimeUnit.SECONDS.toNanos(61));
        fixture.step(3);
        assertThat(fixture.registry.size()).as("let go once all is durable").isLessThan(5);
    }
}
