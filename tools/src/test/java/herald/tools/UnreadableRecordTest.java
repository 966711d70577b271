package herald.tools;

import herald.disk.JournaledEventEncoder;
import herald.disk.MessageHeaderEncoder;
import herald.engine.DataDirectory;
import herald.engine.EventProxy;
import herald.events.ClusterEvents;
import herald.events.Severity;
import herald.io.SystemDisk;
import herald.log.SegmentedLog;
import herald.recorder.EventRecorder;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What commands say of a journal with a record that holds a message which is no event, and that the proxy starts on it.
 */
@Timeout(120)
class UnreadableRecordTest {
    @TempDir
    private Path dataDir;

    @Test
    void shouldSayWhereItIsAndGoOn() {
        record("m1");
        final long position = appendMessageOfAnotherTemplate();
        record("m2");

        final Cli tail = Cli.run("tail", "--data-dir=" + dataDir, "--stream=journal", "--output=json");
        assertThat(tail.exitCode()).as(tail.err()).isZero();
        assertThat(tail.out().lines()).hasSize(2);
        assertThat(tail.err()).contains("positions " + position + " to ", "can't be read");

        final Cli verify = Cli.run("verify", "--data-dir=" + dataDir);
        assertThat(verify.exitCode()).as(verify.out()).isEqualTo(ExitCode.DIFFERENCE);
        assertThat(verify.out()).contains(" " + position + "..", "is passed over", "verify: 1 damages");
        assertThat(Cli.run("stat", "--data-dir=" + dataDir).out()).contains("1  records of journal and dispatch log");

        assertThat(Cli.run("verify", "--data-dir=" + dataDir, "--repair").exitCode()).isZero();
        record("m3");
        final Cli repaired = Cli.run("verify", "--data-dir=" + dataDir);
        assertThat(repaired.exitCode()).as(repaired.out()).isZero();
        assertThat(repaired.out()).contains("known: journal/", "verify: whole");
    }

    private void record(final String message) {
        try (EventProxy proxy = EventProxy.launch(Recorded.proxyContext(dataDir));
            EventRecorder recorder = Recorded.recorder(proxy, "cmd")) {
            assertThat(recorder.record(ClusterEvents.ELECTION_STARTED, Severity.INFO, message, null)).isPositive();
            Recorded.awaitJournaled(recorder);
        }
    }

    private long appendMessageOfAnotherTemplate() {
        final byte[] wire = new byte[120];
        new UnsafeBuffer(wire).putShort(0, (short)34);
        new UnsafeBuffer(wire).putShort(2, (short)9);
        new UnsafeBuffer(wire).putShort(4, (short)4801);
        final ExpandableArrayBuffer body = new ExpandableArrayBuffer();
        final int length = MessageHeaderEncoder.ENCODED_LENGTH + new JournaledEventEncoder()
            .wrapAndApplyHeader(body, 0, new MessageHeaderEncoder())
            .journalTimeNs(1).wallTimeNs(1).putWireEvent(wire, 0, wire.length).encodedLength();
        try (SegmentedLog log = SegmentedLog.open(new SegmentedLog.Config(SystemDisk.INSTANCE,
            DataDirectory.journal(dataDir), 256 * 1024, new UUID(1, 2), () -> 0), 0, damage -> { })) {
            log.claim(length).putBytes(log.bodyOffset(), body, 0, length);
            return log.commit();
        }
    }
}
