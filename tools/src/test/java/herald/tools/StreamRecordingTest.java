package herald.tools;

import herald.events.Catalogs;
import herald.events.EventCatalog;
import herald.recorder.EventRecorder;
import herald.recorder.RecorderCounter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stream that a full spool can't take.
 */
@Timeout(120)
class StreamRecordingTest {
    private static final String LINE = "{\"type\":\"network.LinkUp\",\"message\":\"" + "x".repeat(1_000) + "\"}\n";

    @TempDir
    private Path tempDir;

    @Test
    void shouldReportRangeOfLinesThatFullSpoolTookNot() throws IOException {
        final EventRecorder.Context context = new EventRecorder.Context()
            .component("cmd")
            .eventTypes(Catalogs.all().toArray(new EventCatalog[0]))
            .spoolDir(tempDir)
            .aeronDirectoryName(tempDir.resolve("aeron").toString())
            .spoolLength(64 * 1024)
            .fullSpoolWaitNs(1);
        final StringWriter err = new StringWriter();
        try (EventRecorder recorder = EventRecorder.launch(context)) {
            final int exitCode = new StreamRecording(recorder, new EventLineParser("t", "n"), 4_096,
                new PrintWriter(err, true), 0, new LinkErrors(null), () -> "kept")
                .run(new ByteArrayInputStream(LINE.repeat(1_000).getBytes(StandardCharsets.UTF_8)));

            final long recorded = recorder.lastSequence();
            assertThat(exitCode).isEqualTo(ExitCode.IO);
            assertThat(recorded).isBetween(40L, 64L);
            assertThat(recorder.counter(RecorderCounter.SPOOL_FULL)).isEqualTo(1);
            assertThat(err.toString()).contains(
                "lines " + (recorded + 1) + " to 1000: ", "68KiB",
                "recorded=" + recorded + " acknowledged=0 rejected=" + (1_000 - recorded) + " spooled=" + recorded);
        }
    }
}
