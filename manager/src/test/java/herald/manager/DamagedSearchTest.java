package herald.manager;

import herald.link.Endpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** Files of an index that are damaged under a manager that runs, place by place. */
@Timeout(300)
class DamagedSearchTest {
    private static final long NOW_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final int EVENTS = 10;
    private static final int PART = 96;

    @TempDir
    private Path dir;
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void shouldTellEachFailureThatComesFromItsFiles() throws Exception {
        final ManagerCounters counters = new ManagerCounters();
        try (EventIndex index = new EventIndex(dir.resolve("index"))) {
            for (int i = 0; i < EVENTS; i++) {
                index.add(Batches.read(Batches.of(new Batches.State(new UUID(1, i), 1, NOW_NS + i, NOW_NS + i))), 0,
                    NOW_NS);
            }
            index.commit();
            try (HttpApi api = new HttpApi(new Endpoint("127.0.0.1", 0),
                new EventSearch(index, () -> NOW_NS, TimeUnit.SECONDS.toNanos(1)), counters, () -> null)) {
                assertThat(get(api, "/healthz").statusCode()).isEqualTo(200);
                final long failures = damageEachPart(api);

                assertThat(failures).isPositive();
                assertThat(counters.values()).containsEntry("damaged", failures);
                final HttpResponse<String> health = get(api, "/healthz");
                assertThat(health.statusCode()).isEqualTo(503);
                assertThat(health.body()).contains("the index is damaged", "herald manager --verify");
            }
        }
    }

    private long damageEachPart(final HttpApi api) throws IOException, InterruptedException {
        long failures = 0;
        for (final Path file : files()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                for (int offset = 0; offset < channel.size(); offset += PART) {
                    final ByteBuffer was = ByteBuffer.allocate((int)Math.min(PART, channel.size() - offset));
                    channel.read(was, offset);
                    channel.write(inverted(was.flip()), offset);
                    failures += failures(api, file + " at " + offset);
                    channel.write(was, offset);
                }
            }
        }
        return failures;
    }

    private static ByteBuffer inverted(final ByteBuffer bytes) {
        final ByteBuffer inverted = ByteBuffer.allocate(bytes.limit());
        for (int i = 0; i < bytes.limit(); i++) {
            inverted.put((byte)~bytes.get(i));
        }
        return inverted.flip();
    }

    private long failures(final HttpApi api, final String place) throws IOException, InterruptedException {
        long failures = 0;
        for (final String what : List.of("", "?q=elected", "/" + new UUID(1, EVENTS / 2))) {
            final HttpResponse<String> answer = get(api, "/events/v1/events" + what);
            if (answer.statusCode() == 500) {
                failures++;
                assertThat(answer.body()).as(place).contains("the index is damaged", "herald manager --verify");
            } else {
                assertThat(answer.statusCode()).as(place).isIn(200, 400, 404);
            }
        }
        return failures;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("index"))) {
            return files.filter(file -> file.toString().endsWith(".cfs")).sorted().toList();
        }
    }

    private HttpResponse<String> get(final HttpApi api, final String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + api.port() + path)).build(),
            BodyHandlers.ofString());
    }
}
