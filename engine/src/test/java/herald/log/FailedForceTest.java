package herald.log;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What becomes of records that a device did not take: whatever is read after the next opening is on the device.
 */
@Timeout(120)
class FailedForceTest {
    private static final byte[] A = body(1);
    private static final byte[] B = body(2);
    private static final byte[] C = body(3);
    private static final byte[] D = body(4);
    private static final byte[] LONG = new byte[LogFixture.SEGMENT_LENGTH / 2];

    @TempDir
    private Path dir;
    private final PowerCutDisk disk = new PowerCutDisk();
    private LogFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LogFixture(disk, dir.resolve("log"));
    }

    private static byte[] body(final int value) {
        final byte[] body = new byte[5_000];
        body[0] = (byte)value;
        return body;
    }

    private List<byte[]> onDevice() throws IOException {
        disk.cutPower(dir.resolve("log"), dir.resolve("after"));
        final LogFixture after = new LogFixture(dir.resolve("after"));
        after.open().close();
        return after.readAll();
    }

    /** A is durable, B and C are not: the device failed, and works again. */
    private SegmentedLog failed() throws IOException {
        final SegmentedLog log = fixture.open();
        LogFixture.append(log, A);
        log.force();
        LogFixture.append(log, B);
        LogFixture.append(log, C);
        disk.failing(true);
        assertThatThrownBy(log::force).isInstanceOf(IOException.class);
        disk.failing(false);
        return log;
    }

    @Test
    void shouldTakeBackWhatCouldNotBeForced() throws IOException {
        try (SegmentedLog log = failed()) {
            final long end = log.position();
            assertThat(log.cutUnforced()).isEqualTo(2L * LogDescriptor.alignedLength(B.length));
            assertThat(log.position()).isEqualTo(end);
        }
        try (SegmentedLog log = fixture.openForced()) {
            assertThat(log.cutLength()).isZero();
            LogFixture.append(log, D);
            log.force();
        }
        assertThat(fixture.readAll()).containsExactly(A, D);
        assertThat(onDevice()).containsExactly(A, D);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldTakeNothingBackWhereNoForceFailed() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, A);
            assertThat(log.cutUnforced()).isZero();
        }
        assertThat(fixture.readAll()).containsExactly(A);
    }

    @Test
    void shouldTakeBackNoMoreThanThisRunAppended() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, A);
        }
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, B);
            disk.failing(true);
            assertThatThrownBy(log::force).isInstanceOf(IOException.class);
            assertThat(log.cutUnforced()).isPositive();
        }
        assertThat(fixture.readAll()).containsExactly(A);
    }

    @Test
    void shouldTakeBackTheEndOfASegmentThatCouldNotBeForcedAtItsRoll() throws IOException {
        try (SegmentedLog log = fixture.openForced()) {
            LogFixture.append(log, A);
            log.force();
            LogFixture.append(log, LONG);
            assertThat(log.prepareNextSegment()).isTrue();
            disk.failing(true);
            assertThatThrownBy(() -> LogFixture.append(log, LONG)).isInstanceOf(LogException.class);
            disk.failing(false);
            assertThat(log.cutUnforced()).isPositive();
        }
        try (SegmentedLog log = fixture.openForced()) {
            LogFixture.append(log, D);
            log.force();
        }
        assertThat(onDevice()).containsExactly(A, D);
        assertThat(fixture.damage).isEmpty();
    }

    /** Without this the test below proves nothing: a second force succeeds and leaves the device as it is. */
    @Test
    void shouldLoseWhatASecondForceSeemsToSave() throws IOException {
        failed().close();
        try (SegmentedLog log = fixture.open()) {
            log.force();
            assertThat(fixture.readAll()).containsExactly(A, B, C);
        }
        assertThat(onDevice()).doesNotContain(C);
    }

    @Test
    void shouldHaveOnTheDeviceWhatIsReadAfterAKillBeforeAnythingWasTakenBack() throws IOException {
        failed().close();
        try (SegmentedLog log = fixture.openForced()) {
            assertThat(log.cutLength()).isZero();
            assertThat(fixture.readAll()).containsExactly(A, B, C);
            assertThat(onDevice()).containsExactly(A, B, C);
        }
    }

    @Test
    void shouldRefuseToOpenOnADeviceThatStillFails() throws IOException {
        failed().close();
        disk.failing(true);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(fixture::openForced).isInstanceOf(LogException.class)
                .hasMessageContaining(fixture.segment(0).toString()).hasMessageContaining("Input/output error")
                .hasMessageContaining("nothing is accepted");
        }
        disk.failing(false);
        fixture.openForced().close();
        assertThat(onDevice()).containsExactly(A, B, C);
    }

    @Test
    void shouldForceTheSegmentBeforeTheLastOneToo() throws IOException {
        try (SegmentedLog log = fixture.openForced()) {
            LogFixture.append(log, LONG);
            assertThat(log.prepareNextSegment()).isTrue();
            disk.failing(true);
            assertThatThrownBy(log::beginSegment).isInstanceOf(LogException.class);
            disk.failing(false);
        }
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, D);
            log.force();
        }
        assertThat(onDevice()).containsExactly(LONG, D);
    }

    @Test
    void shouldForceAFullSegmentBesideTheAppends() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, LONG);
            LogFixture.append(log, LONG);
            assertThat(onDevice()).as("the roll does not wait for the device").isEmpty();
            log.prepareNextSegment();
            assertThat(onDevice()).containsExactly(LONG);
            log.force();
            assertThat(onDevice()).containsExactly(LONG, LONG);
        }
    }

    @Test
    void shouldForceAFullSegmentAtTheLatestWhenTheNextOneIsFull() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, LONG);
            LogFixture.append(log, LONG);
            LogFixture.append(log, LONG);
            assertThat(onDevice()).containsExactly(LONG);
        }
    }

    @Test
    void shouldStopAtTheNextRollWhereAFullSegmentCouldNotBeForced() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, LONG);
            LogFixture.append(log, LONG);
            disk.failing(true);
            assertThatThrownBy(log::prepareNextSegment).isInstanceOf(IOException.class);
            disk.failing(false);
            assertThatThrownBy(() -> LogFixture.append(log, LONG)).isInstanceOf(LogException.class)
                .hasMessageContaining("an earlier force of a full segment failed");
            assertThatThrownBy(log::force).isInstanceOf(IOException.class).hasMessageContaining("an earlier force");
        }
    }

    /** B's page did not reach the device, C's did, in the same turn: nobody was told of either. */
    @Test
    void shouldCutWholeRecordsBehindATornOneThatNobodyWasToldOf() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, A);
            log.force();
            LogFixture.append(log, B);
            LogFixture.append(log, C);
        }
        harm(LogDescriptor.SEGMENT_HEADER_LENGTH + LogDescriptor.alignedLength(A.length));
        try (SegmentedLog log = fixture.open()) {
            assertThat(log.cutLength()).isEqualTo(2L * LogDescriptor.alignedLength(B.length));
            LogFixture.append(log, D);
        }
        assertThat(fixture.readAll()).containsExactly(A, D);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldKeepAndReportWhereTheDamagedRecordWasDurable() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, A);
            LogFixture.append(log, B);
            log.force();
            LogFixture.append(log, C);
        }
        harm(LogDescriptor.SEGMENT_HEADER_LENGTH + LogDescriptor.alignedLength(A.length));
        try (SegmentedLog log = fixture.open()) {
            assertThat(log.cutLength()).isZero();
        }
        assertThat(fixture.damage).hasSize(1);
        assertThat(fixture.readAll()).containsExactly(A, C);
    }

    @Test
    void shouldKeepWhatWasAcknowledgedWithoutAForce() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, A);
            log.settle();
            LogFixture.append(log, B);
        }
        harm(LogDescriptor.SEGMENT_HEADER_LENGTH);
        fixture.open().close();

        assertThat(fixture.damage).hasSize(1);
        assertThat(fixture.readAll()).containsExactly(B);
    }

    private void harm(final int at) throws IOException {
        try (FileChannel channel = FileChannel.open(fixture.segment(0), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {0x55}), at + LogDescriptor.RECORD_HEADER_LENGTH + 7);
        }
    }
}
