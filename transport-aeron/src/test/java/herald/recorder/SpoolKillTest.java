package herald.recorder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The process is killed after any store into its spool: what it accepted is there, whole, and its sequence goes on.
 */
@Timeout(300)
class SpoolKillTest {
    @TempDir
    private Path dir;
    private final Random random = new Random(7);
    private WatchedSpool watched;
    private SpoolFixture next;
    private long accepted;
    private long acknowledged;
    private long numbered;
    private int kills;

    @BeforeEach
    void setUp() throws IOException {
        watched = new WatchedSpool(dir.resolve("spools"));
        next = new SpoolFixture(dir.resolve("next"));
    }

    @AfterEach
    void tearDown() {
        watched.close();
    }

    private void kill() {
        try {
            next.restore(watched.image());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        kills++;
        try (Spool spool = next.acquire()) {
            assertThat(spool.recorderId()).as("a kill sets nothing aside").isEqualTo(WatchedSpool.ID);
            assertThat(spool.trimmedSequence()).isLessThanOrEqualTo(acknowledged);
            assertThat(spool.lastSequence()).isBetween(accepted, numbered);
            assertThat(SpoolFixture.waiting(spool))
                .isEqualTo(SpoolFixture.range(spool.trimmedSequence() + 1, spool.lastSequence()));
            final long last = spool.lastSequence();
            assertThat(SpoolFixture.append(spool)).isIn(last + 1, -1L);
        }
        assertThat(next.errors).isEmpty();
    }

    private boolean append() {
        numbered = watched.spool.nextSequence();
        return SpoolFixture.append(watched.spool) > 0;
    }

    private void trim(final long events) {
        acknowledged = Math.min(acknowledged + events, accepted);
        watched.spool.trim(acknowledged);
    }

    @Test
    void shouldGoOnAfterAnyStore() {
        watched.onStore(this::kill);
        while (accepted < 60) {
            if (append()) {
                accepted = numbered;
            } else {
                trim(1 + random.nextInt(4));
            }
            if (random.nextInt(3) == 0) {
                trim(random.nextInt(3));
            }
        }
        assertThat(watched.spool.tailPosition()).isGreaterThan(3L * WatchedSpool.CAPACITY);
        assertThat(kills).isGreaterThan(400);
    }

    @Test
    void shouldGoOnAfterAnyStoreWhereEventsAreForced() throws IOException {
        watched.spool.forceFirst();
        watched.onStore(this::kill);
        while (accepted < 60) {
            final boolean full = !append();
            if (full) {
                trim(1 + random.nextInt(4));
            }
            if (full || random.nextInt(2) == 0) {
                force();
            }
            if (random.nextInt(3) == 0) {
                trim(random.nextInt(3));
            }
        }
        assertThat(watched.spool.tailPosition()).isGreaterThan(3L * WatchedSpool.CAPACITY);
        assertThat(kills).isGreaterThan(400);
    }

    private void force() throws IOException {
        watched.spool.prepareForce();
        watched.spool.force();
        accepted = watched.spool.lastSequence();
    }

    @Test
    void shouldGiveBackWhatWasAcceptedAfterAnyStoreOnceTheDeviceFailed() throws IOException {
        watched.spool.forceFirst();
        for (int i = 0; i < 3; i++) {
            append();
        }
        force();
        append();
        append();
        watched.onStore(() -> {
            kills++;
            assertThat(givenBack()).startsWith(1L, 2L, 3L).hasSizeLessThanOrEqualTo(5);
        });
        watched.spool.fail();
        assertThat(kills).isEqualTo(3);
        assertThat(givenBack()).containsExactly(1L, 2L, 3L);
    }

    private List<Long> givenBack() {
        final SpoolFixture fixture = new SpoolFixture(dir.resolve("failed" + kills));
        try {
            fixture.restore(watched.image());
            try (Spool fresh = SpoolFile.acquire(
                watched.disk, fixture.dir, SpoolFixture.COMPONENT, SpoolFixture.CAPACITY, () -> new UUID(7, 7),
                fixture.errors::add)) {
                assertThat(fresh.recorderId()).isEqualTo(new UUID(7, 7));
                try (OrphanSpool orphan = fixture.orphans().get(0)) {
                    assertThat(orphan.damages()).isEmpty();
                    return SpoolFixture.waiting(orphan);
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
