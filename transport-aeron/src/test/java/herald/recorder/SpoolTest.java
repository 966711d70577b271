package herald.recorder;

import herald.io.ChildJvm;
import herald.io.SystemDisk;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The ring keeps every accepted event until it is trimmed, numbers them without gaps, and survives its process.
 */
@Timeout(120)
class SpoolTest {
    private static final int LAG = 50;

    @TempDir
    private Path dir;
    private SpoolFixture fixture;

    /** Appends and trims for ever, and says what it got accepted. */
    static final class Recording {
        private Recording() {
        }

        public static void main(final String[] arguments) {
            final Spool spool = new SpoolFixture(Path.of(arguments[0])).acquire();
            while (true) {
                final long sequence = SpoolFixture.append(spool);
                spool.trim(sequence - LAG);
                System.out.println(spool.recorderId() + " " + sequence);
            }
        }
    }

    @BeforeEach
    void setUp() {
        fixture = new SpoolFixture(dir.resolve("spools"));
    }

    @Test
    void shouldNumberEventsWithoutGapsOverManyLaps() {
        final Random random = new Random(1);
        try (Spool spool = fixture.acquire()) {
            long trimmed = 0;
            for (long sequence = 1; sequence <= 20_000; sequence++) {
                assertThat(SpoolFixture.append(spool)).isEqualTo(sequence);
                if (random.nextInt(8) == 0) {
                    trimmed += random.nextInt((int)(sequence - trimmed) + 1);
                    spool.trim(trimmed);
                    assertThat(spool.trimmedSequence()).isEqualTo(trimmed);
                }
                if (sequence % 500 == 0) {
                    assertThat(SpoolFixture.waiting(spool)).isEqualTo(SpoolFixture.range(trimmed + 1, sequence));
                }
            }
            assertThat(spool.tailPosition()).isGreaterThan(40L * SpoolFixture.CAPACITY);
        }
    }

    @Test
    void shouldRefuseWhenFullAndTakeEventsAgainAfterATrim() {
        try (Spool spool = fixture.acquire()) {
            for (int round = 0; round < 50; round++) {
                while (SpoolFixture.append(spool) > 0) {
                    assertThat(spool.tailPosition() - spool.headPosition()).isLessThanOrEqualTo(SpoolFixture.CAPACITY);
                }
                final long last = spool.lastSequence();
                assertThat(SpoolFixture.append(spool)).isEqualTo(-1);
                assertThat(SpoolFixture.waiting(spool)).isEqualTo(
                    SpoolFixture.range(spool.trimmedSequence() + 1, last));

                spool.trim(spool.trimmedSequence() + 3);

                assertThat(SpoolFixture.append(spool)).isEqualTo(last + 1);
            }
        }
    }

    @Test
    void shouldFillToTheLastByte() {
        try (Spool spool = fixture.acquire()) {
            final int body = 1024 - SpoolDescriptor.FRAME_HEADER_LENGTH;
            for (int i = 0; i < SpoolFixture.CAPACITY / 1024; i++) {
                assertThat(spool.claim(body)).isPositive();
                spool.publish(body);
            }
            assertThat(spool.claim(0)).isEqualTo(-1);
        }
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.lastSequence()).isEqualTo(SpoolFixture.CAPACITY / 1024);
            assertThat(spool.claim(0)).isEqualTo(-1);
            spool.trim(Long.MAX_VALUE);
            assertThat(spool.isEmpty()).isTrue();
            assertThat(spool.claim(0)).isPositive();
        }
    }

    @Test
    void shouldFindTheEventOfASequence() {
        try (Spool spool = fixture.acquire()) {
            SpoolFixture.append(spool, 100);
            spool.trim(40);
            for (long sequence = 41; sequence <= 100; sequence++) {
                assertThat(spool.sequenceAt(spool.positionOf(sequence))).isEqualTo(sequence);
            }
            assertThat(spool.positionOf(101)).isEqualTo(spool.tailPosition());
            assertThat(spool.positionOf(1)).isEqualTo(spool.headPosition());
        }
    }

    @Test
    void shouldGoOnAfterEveryClose() {
        final UUID id;
        try (Spool spool = fixture.acquire()) {
            id = spool.recorderId();
        }
        long last = 0;
        for (int i = 0; i < 200; i++) {
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.recorderId()).isEqualTo(id);
                assertThat(spool.lastSequence()).isEqualTo(last);
                assertThat(spool.nextAttempt()).isEqualTo(i + 1);
                SpoolFixture.append(spool, 1 + i % 30);
                last = spool.lastSequence();
                spool.trim(last - 17);
                assertThat(SpoolFixture.waiting(spool))
                    .isEqualTo(SpoolFixture.range(spool.trimmedSequence() + 1, last));
            }
        }
    }

    @Test
    void shouldCountNoEventInPaddingAlone() {
        try (Spool spool = fixture.acquire()) {
            final int body = SpoolFixture.CAPACITY * 3 / 4;
            spool.claim(body);
            spool.publish(body);
            spool.trim(1);
            assertThat(spool.claim(SpoolFixture.CAPACITY / 2)).isPositive();
            assertThat(spool.isEmpty()).isTrue();
        }
        try (Spool spool = fixture.acquire()) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(SpoolFixture.append(spool)).isEqualTo(2);
            assertThat(SpoolFixture.waiting(spool)).containsExactly(2L);
        }
    }

    @Test
    void shouldKeepEveryAcceptedEventWhenItsProcessIsKilled() throws Exception {
        UUID id = null;
        long accepted = 0;
        for (int round = 0; round < 3; round++) {
            try (ChildJvm child = new ChildJvm(Recording.class, fixture.dir.toString())) {
                for (int i = 0; i < 3_000 + 777 * round; i++) {
                    final String[] words = child.readLine().split(" ", 2);
                    assertThat(id).isIn(null, UUID.fromString(words[0]));
                    id = UUID.fromString(words[0]);
                    assertThat(Long.parseLong(words[1])).isGreaterThan(accepted);
                    accepted = Long.parseLong(words[1]);
                }
                child.kill();
            }
            try (Spool spool = fixture.acquire()) {
                assertThat(spool.recorderId()).isEqualTo(id);
                assertThat(spool.lostSequence()).isZero();
                assertThat(spool.lastSequence()).isGreaterThanOrEqualTo(accepted);
                assertThat(spool.trimmedSequence()).isGreaterThanOrEqualTo(accepted - LAG - 1);
                assertThat(SpoolFixture.waiting(spool)).isEqualTo(
                    SpoolFixture.range(spool.trimmedSequence() + 1, spool.lastSequence()));
                accepted = spool.lastSequence();
            }
        }
        assertThat(SystemDisk.INSTANCE.list(fixture.dir, "")).hasSize(3);
    }
}
