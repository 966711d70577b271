package herald.tools;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import herald.link.HeraldDirectory;
import org.agrona.IoUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What folding may not hide, through a proxy in a process of its own: that a link failed for another reason, and that
 * it is down now.
 */
@Tag("slow")
@Timeout(120)
class FoldingSystemTest {
    /** A batch that is closed by the stop of the proxy, and by nothing before. */
    private static final String CONFIG = """
        node: node-1
        dedup:
          interval: 1h
          ignore-attributes: [pid, "x-*"]
        batch:
          interval: 1h
        writers:
          - spec: file:%1$s/all.ndjson
            name: all
          - spec: file:%1$s/burnt.ndjson
            name: burnt
            filter:
              attributes:
                reason: transceiver burnt
        """;

    @TempDir
    private Path dir;
    private final ObjectMapper mapper = new ObjectMapper();

    @AfterEach
    void tearDown() {
        IoUtil.delete(HeraldDirectory.aeronDir(dataDir()).toFile(), true);
    }

    private Path dataDir() {
        return dir.resolve("data");
    }

    private void deliver(final String... lines) throws Exception {
        final Path config = dir.resolve("herald.yaml");
        Files.writeString(config, CONFIG.formatted(dir));
        final Path input = dir.resolve("events.ndjson");
        Files.write(input, List.of(lines));
        try (HeraldProcess proxy = HeraldProcess.proxy(dir, dataDir(), "--config=" + config);
            HeraldProcess record = HeraldProcess.startWith(ProcessBuilder.Redirect.from(input.toFile()), dir,
                "record", "--data-dir=" + dataDir(), "--component=cmd", "--stdin")) {
            assertThat(record.exitCode()).as(record.err()).isZero();
            assertThat(proxy.terminate()).as(proxy.err()).isZero();
        }
        final Cli verify = Cli.run("verify", "--data-dir=" + dataDir());
        assertThat(verify.exitCode()).as(verify.out()).isZero();
    }

    private static String link(final String type, final String attributes) {
        return "{\"type\":\"network." + type + "\",\"ref\":\"Link/eth0\",\"message\":\"eth0\",\"attributes\":{" +
            attributes + "}}";
    }

    private List<String> delivered(final String file) throws IOException {
        final List<String> events = new ArrayList<>();
        for (final String line : Files.readAllLines(dir.resolve(file))) {
            final JsonNode event = mapper.readTree(line);
            events.add(event.get("type").asText() + ' ' + event.get("count").asLong());
        }
        return events;
    }

    @Test
    void shouldDeliverAnEventOfAnotherReasonToTheWriterThatWantsIt() throws Exception {
        deliver(
            link("LinkDown", "\"reason\":\"cable pulled\",\"pid\":\"1\""),
            link("LinkDown", "\"reason\":\"transceiver burnt\",\"x-id\":\"1\""),
            link("LinkDown", "\"x-id\":\"2\",\"reason\":\"cable pulled\",\"pid\":\"2\""));

        assertThat(delivered("all.ndjson")).containsExactly("network.LinkDown 1", "network.LinkDown 2");
        assertThat(delivered("burnt.ndjson")).containsExactly("network.LinkDown 1");
    }

    @Test
    void shouldTellTheLastStateLast() throws Exception {
        deliver(link("LinkDown", ""), link("LinkUp", ""), link("LinkDown", ""));

        assertThat(delivered("all.ndjson")).containsExactly("network.LinkUp 1", "network.LinkDown 2");
        String before = "";
        for (final String line : Files.readAllLines(dir.resolve("all.ndjson"))) {
            final String time = mapper.readTree(line).get("meta").get("mod-time").asText();
            assertThat(time).isGreaterThanOrEqualTo(before);
            before = time;
        }
    }

    @Test
    void shouldLeaveOutWhatTheTypeLeavesOut() throws Exception {
        final String started =
            "{\"type\":\"system.ServiceStarted\",\"message\":\"m\",\"attributes\":{\"process\":\"%s\"}}";
        deliver(started.formatted("1"), started.formatted("2"),
            started.formatted("1").replace("process", "pid"), started.formatted("2").replace("process", "pid"));

        assertThat(delivered("all.ndjson")).containsExactly(
            "system.ServiceStarted 1", "system.ServiceStarted 1", "system.ServiceStarted 2");
    }
}
