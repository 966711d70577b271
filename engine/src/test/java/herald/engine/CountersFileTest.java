package herald.engine;

import herald.io.SystemDisk;
import herald.link.CounterId;
import herald.receiver.ReceiverCounter;
import herald.stage.ProxyCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counters in their file: they go on over restarts and are read from elsewhere.
 */
@Timeout(120)
class CountersFileTest {
    @TempDir
    private Path dir;

    private CountersFile open() throws IOException {
        return CountersFile.open(SystemDisk.INSTANCE, dir.resolve("counters.dat"));
    }

    @Test
    void shouldGoOnAfterARestart() throws IOException {
        for (int i = 0; i < 3; i++) {
            try (CountersFile counters = open()) {
                counters.increment(ProxyCounter.BATCHES);
                counters.add(ProxyCounter.DISPATCHED, 10);
                counters.set(ProxyCounter.CLOCK_OFFSET_MS, -i);
            }
        }
        try (CountersFile counters = open()) {
            assertThat(counters.get(ProxyCounter.BATCHES)).isEqualTo(3);
            assertThat(counters.get(ProxyCounter.DISPATCHED)).isEqualTo(30);
            assertThat(counters.get(ProxyCounter.CLOCK_OFFSET_MS)).isEqualTo(-2);
        }
    }

    @Test
    void shouldBeReadWhileTheyAreCounted() throws IOException {
        try (CountersFile counters = open();
            CountersFile reader = CountersFile.read(SystemDisk.INSTANCE, dir.resolve("counters.dat"))) {
            assertThat(reader.get(ReceiverCounter.ADOPTED)).isZero();
            counters.add(ReceiverCounter.ADOPTED, 7);
            assertThat(reader.get(ReceiverCounter.ADOPTED)).isEqualTo(7);
        }
    }

    @Test
    void shouldBeThoseOfTheFormatPage() throws IOException {
        final String page = Files.readString(Path.of("../docs/format.md"));

        for (final CounterId counter : CountersFile.all()) {
            assertThat(page).contains("\n| " + counter.id() + " | " + counter.label() + " |\n");
        }
    }

    @Test
    void shouldGiveEachCounterAPlaceAndALabelOfItsOwn() throws IOException {
        final List<CounterId> all = CountersFile.all();
        assertThat(all).hasSize(ReceiverCounter.values().length + ProxyCounter.values().length);
        assertThat(all).extracting(CounterId::id).doesNotHaveDuplicates();
        assertThat(all).extracting(CounterId::label).doesNotHaveDuplicates();
        try (CountersFile counters = open()) {
            for (final CounterId counter : all) {
                counters.add(counter, counter.id() + 1);
            }
            for (final CounterId counter : all) {
                assertThat(counters.get(counter)).isEqualTo(counter.id() + 1);
            }
        }
    }

    @Test
    void shouldSayAndBeginAnewWhereABitOfThemFlipped() throws IOException {
        final Path file = dir.resolve("counters.dat");
        try (CountersFile counters = open()) {
            counters.add(ProxyCounter.BATCHES, 5);
        }
        final byte[] whole = Files.readAllBytes(file);
        for (int offset = 0; offset < whole.length; offset += offset < whole.length - 64 ? 4_093 : 3) {
            final byte[] flipped = whole.clone();
            flipped[offset] ^= 4;
            Files.write(file, flipped);
            if (offset < whole.length - 52) {
                assertThat(CountersFile.damageOf(SystemDisk.INSTANCE, file)).as("byte %s", offset).isNotNull();
                try (CountersFile counters = open()) {
                    assertThat(counters.get(ProxyCounter.BATCHES)).isZero();
                    assertThat(counters.get(ProxyCounter.COUNTERS_DAMAGED)).isEqualTo(1);
                }
                assertThat(Files.readAllBytes(dir.resolve("counters.dat.damaged"))).isEqualTo(flipped);
            }
        }
        Files.write(file, whole);
        try (CountersFile counters = open()) {
            assertThat(counters.get(ProxyCounter.BATCHES)).isEqualTo(5);
            assertThat(counters.get(ProxyCounter.COUNTERS_DAMAGED)).isZero();
        }
    }

    @Test
    void shouldKnowNothingOfThemAfterAKill() throws IOException {
        final Path file = dir.resolve("counters.dat");
        try (CountersFile counters = open()) {
            counters.add(ProxyCounter.BATCHES, 5);
            Files.copy(file, dir.resolve("killed"));
        }
        Files.move(dir.resolve("killed"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(CountersFile.damageOf(SystemDisk.INSTANCE, file)).isNull();
        try (CountersFile counters = open()) {
            assertThat(counters.get(ProxyCounter.BATCHES)).isEqualTo(5);
        }
    }

    @Test
    void shouldTakeCountersFromBeforeTheyHadAChecksum() throws IOException {
        final byte[] old = new byte[512 * 64];
        old[64 * ProxyCounter.BATCHES.id()] = 9;
        Files.write(dir.resolve("counters.dat"), old);
        try (CountersFile counters = open()) {
            assertThat(counters.get(ProxyCounter.BATCHES)).isEqualTo(9);
        }
    }

    @Test
    void shouldBeginAnewWhereTheFileHasAnotherLength() throws IOException {
        Files.write(dir.resolve("counters.dat"), new byte[] {1, 2, 3});
        try (CountersFile counters = open()) {
            for (final CounterId counter : CountersFile.all()) {
                assertThat(counters.get(counter)).isEqualTo(counter == ProxyCounter.COUNTERS_DAMAGED ? 1 : 0);
            }
        }
    }
}
