package herald.log;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What is appended is read back, in order and once, across segments, reopenings and threads.
 */
@Timeout(120)
class SegmentedLogTest {
    @TempDir
    private Path dir;
    private LogFixture fixture;

    @BeforeEach
    void setUp() {
        fixture = new LogFixture(dir);
    }

    @Test
    void shouldReadBackWhatWasAppendedOverManySegments() {
        final List<byte[]> bodies;
        try (SegmentedLog log = fixture.open()) {
            bodies = LogFixture.appendRandom(log, new Random(1), 2_000, 2_000);
            assertThat(log.segmentBase()).isGreaterThan(10L * LogFixture.SEGMENT_LENGTH);
        }

        assertThat(fixture.readAll()).usingElementComparator(Arrays::compare).isEqualTo(bodies);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldStartAnywhereThatCommitReturned() {
        final List<Long> positions = new ArrayList<>();
        try (SegmentedLog log = fixture.open()) {
            for (int i = 0; i < 300; i++) {
                positions.add(LogFixture.append(log, new byte[] {(byte)i, (byte)(i >> 8)}));
            }
        }

        for (int i = 0; i < positions.size(); i++) {
            try (LogReader reader = fixture.reader(positions.get(i))) {
                assertThat(reader.next()).isTrue();
                assertThat(reader.recordPosition()).isEqualTo(positions.get(i));
                assertThat(reader.buffer().getShort(reader.bodyOffset())).isEqualTo((short)i);
            }
        }
    }

    @Test
    void shouldTakeABodyAtTheLimitAndNoneOverIt() {
        try (SegmentedLog log = fixture.open()) {
            final byte[] longest = LogFixture.body(new Random(2), log.maxBodyLength());
            LogFixture.append(log, new byte[] {1});
            LogFixture.append(log, longest);
            LogFixture.append(log, new byte[] {2});

            assertThatThrownBy(() -> log.claim(log.maxBodyLength() + 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a record of " + (log.maxBodyLength() + 1) + " bytes")
                .hasMessageContaining(String.valueOf(log.maxBodyLength()));
            assertThat(fixture.readAll()).containsExactly(new byte[] {1}, longest, new byte[] {2});
        }
    }

    @Test
    void shouldGoOnWhereItWasWhenReopened() {
        final List<byte[]> bodies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            try (SegmentedLog log = fixture.open()) {
                bodies.addAll(LogFixture.appendRandom(log, new Random(i), 37, 1_000));
                assertThat(log.cutLength()).isZero();
                assertThat(log.logId()).isEqualTo(LogFixture.LOG_ID);
            }
        }

        assertThat(fixture.readAll()).usingElementComparator(Arrays::compare).isEqualTo(bodies);
        assertThat(fixture.damage).isEmpty();
    }

    @Test
    void shouldForgetAClaimThatIsNotCommitted() {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.append(log, new byte[] {1});
            LogFixture.abandonClaim(log, 500);
            LogFixture.append(log, new byte[] {2});

            assertThat(fixture.readAll()).containsExactly(new byte[] {1}, new byte[] {2});
            try (LogReader reader = fixture.reader()) {
                assertThat(LogFixture.drain(reader)).hasSize(2);
                LogFixture.append(log, new byte[] {3});
                assertThat(LogFixture.drain(reader)).containsExactly(new byte[] {3});
            }
            assertThat(fixture.damage).isEmpty();
        }
    }

    @Test
    void shouldBeFollowedByAReaderInAnotherThread() throws Exception {
        final int count = 20_000;
        final CountDownLatch reading = new CountDownLatch(1);
        final ExecutorService executor = Executors.newSingleThreadExecutor();
        try (SegmentedLog log = fixture.open()) {
            final Future<Long> sum = executor.submit(() -> follow(count, reading));
            assertThat(reading.await(60, TimeUnit.SECONDS)).isTrue();
            final Random random = new Random(3);
            for (int i = 0; i < count; i++) {
                final int length = 4 + random.nextInt(200);
                log.claim(length).setMemory(log.bodyOffset(), length, (byte)i);
                log.claim(length).putInt(log.bodyOffset(), i);
                log.commit();
                if (i % 16 == 0) {
                    log.prepareNextSegment();
                }
            }
            assertThat(sum.get(60, TimeUnit.SECONDS)).isEqualTo((long)count * (count - 1) / 2);
            assertThat(log.segmentBase()).isGreaterThan(20L * LogFixture.SEGMENT_LENGTH);
        } finally {
            executor.shutdownNow();
        }
        assertThat(fixture.damage).isEmpty();
    }

    private long follow(final int count, final CountDownLatch reading) {
        long sum = 0;
        try (LogReader reader = fixture.reader()) {
            int expected = 0;
            while (expected < count) {
                if (reader.next()) {
                    final int value = reader.buffer().getInt(reader.bodyOffset());
                    assertThat(value).isEqualTo(expected);
                    final int last = reader.bodyOffset() + reader.bodyLength() - 1;
                    assertThat(reader.bodyLength() == 4 || reader.buffer().getByte(last) == (byte)value).isTrue();
                    sum += value;
                    expected++;
                } else {
                    reading.countDown();
                    Thread.onSpinWait();
                }
            }
        }
        return sum;
    }

    @Test
    void shouldUseThePreparedSegment() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            assertThat(log.prepareNextSegment()).isFalse();
            LogFixture.append(log, new byte[LogFixture.SEGMENT_LENGTH / 2]);
            assertThat(log.prepareNextSegment()).isTrue();
            assertThat(log.prepareNextSegment()).isFalse();
            final Object prepared = Files.getAttribute(fixture.segment(LogFixture.SEGMENT_LENGTH), "unix:ino");

            LogFixture.append(log, new byte[LogFixture.SEGMENT_LENGTH / 2]);

            assertThat(log.segmentBase()).isEqualTo(LogFixture.SEGMENT_LENGTH);
            assertThat(Files.getAttribute(fixture.segment(LogFixture.SEGMENT_LENGTH), "unix:ino")).isEqualTo(prepared);
            assertThat(fixture.readAll()).hasSize(2);
        }
    }

    @Test
    void shouldReleaseWhatLiesBeforeAPositionButNeverTheCurrentSegment() throws IOException {
        try (SegmentedLog log = fixture.open()) {
            LogFixture.appendRandom(log, new Random(4), 400, 1_000);
            final long current = log.segmentBase();
            assertThat(current).isGreaterThanOrEqualTo(2L * LogFixture.SEGMENT_LENGTH);

            assertThat(log.releaseBefore(LogFixture.SEGMENT_LENGTH - 1)).isZero();
            assertThat(log.releaseBefore(LogFixture.SEGMENT_LENGTH)).isOne();
            assertThat(log.oldestPosition()).isEqualTo(LogFixture.SEGMENT_LENGTH);
            log.releaseBefore(Long.MAX_VALUE);

            assertThat(log.oldestPosition()).isEqualTo(current);
            LogFixture.append(log, new byte[] {9});
            assertThat(fixture.readAll()).last().isEqualTo(new byte[] {9});
        }
    }

    @Test
    void shouldTellAReaderWhatIsNotKeptAnyMore() throws IOException {
        try (SegmentedLog log = fixture.open(); LogReader behind = fixture.reader(64)) {
            LogFixture.appendRandom(log, new Random(5), 400, 1_000);
            assertThat(behind.next()).isTrue();
            log.releaseBefore(log.segmentBase());

            LogFixture.drain(behind);

            assertThat(behind.position()).isEqualTo(log.position());
            assertThat(fixture.damage).singleElement().satisfies(damage -> {
                assertThat(damage.fromPosition()).isEqualTo(LogFixture.SEGMENT_LENGTH);
                assertThat(damage.toPosition()).isEqualTo(log.segmentBase());
            });
        }
    }
}
