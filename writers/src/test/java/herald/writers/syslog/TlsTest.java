package herald.writers.syslog;

import herald.writer.EventWriter;
import herald.writer.WriterException;
import herald.writer.WriterSpec;
import herald.writers.EventBatches;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Messages over TLS: whom the writer trusts, and what it says where it does not. */
@Timeout(120)
class TlsTest {
    private static final String LOOPBACK = "dns:localhost,ip:127.0.0.1";
    @TempDir
    private static Path dir;
    private static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(dir.resolve("certificates"))
            .add("good", LOOPBACK, "-1d", 10)
            .add("expired", LOOPBACK, "-10d", 5)
            .add("other-name", "dns:logs.example.com", "-1d", 10)
            .add("node", "dns:node-1", "-1d", 10);
    }

    private static EventWriter writer(final int port, final String... options) {
        final Map<String, String> said = new HashMap<>(Map.of("caFile", certificates.certificate("ca").toString()));
        for (int i = 0; i < options.length; i += 2) {
            said.put(options[i], options[i + 1]);
        }
        return new SyslogWriterFactory().create(new WriterSpec("s", "syslog", "tls://127.0.0.1:" + port, said));
    }

    private static void assertRefused(final StreamReceiver receiver, final String why, final String... options) {
        try (EventWriter writer = writer(receiver.port(), options)) {
            assertThatThrownBy(() -> writer.write(EventBatches.numbered(1, "m"), 0))
                .isInstanceOfSatisfying(WriterException.class, e -> assertThat(e.retryable()).isTrue())
                .hasMessageContaining("tls://127.0.0.1:" + receiver.port())
                .hasMessageContaining("TLS refused").hasMessageContaining(why);
        }
        assertThat(receiver.messages()).isEmpty();
    }

    @Test
    void shouldSendToAReceiverWhoseCertificateIsGood() throws Exception {
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "good", false);
            EventWriter writer = writer(receiver.port())) {
            assertThat(writer.write(EventBatches.numbered(50, "m"), 0)).isEqualTo(50);
            await().until(() -> receiver.texts().size() == 50);
            assertThat(writer.unsettled()).isEqualTo(50);
            assertThat(writer.finish()).isZero();
        }
    }

    @Test
    void shouldRefuseAnExpiredCertificateAndTryAgain() throws Exception {
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "expired", false)) {
            assertRefused(receiver, "NotAfter");
        }
    }

    @Test
    void shouldRefuseACertificateOfAnotherName() throws Exception {
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "other-name", false)) {
            assertRefused(receiver, "127.0.0.1");
            try (EventWriter writer = writer(receiver.port(), "serverName", "logs.example.com")) {
                assertThat(writer.write(EventBatches.numbered(1, "m"), 0)).isEqualTo(1);
                await().until(() -> receiver.texts().size() == 1);
            }
        }
    }

    @Test
    void shouldRefuseACertificateOfAnotherAuthority() throws Exception {
        final Certificates others = new Certificates(dir.resolve("others"));
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "good", false)) {
            assertRefused(receiver, "certification path", "caFile", others.certificate("ca").toString());
        }
    }

    @Test
    void shouldShowItsOwnCertificateWhereItIsAskedFor() throws Exception {
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "good", true);
            EventWriter writer = writer(receiver.port(), "certFile", certificates.certificate("node").toString(),
                "keyFile", certificates.key("node").toString())) {
            assertThat(writer.write(EventBatches.numbered(1, "m"), 0)).isEqualTo(1);
            await().until(() -> receiver.texts().size() == 1);
        }
    }

    @Test
    void shouldBeginAnotherConnectionWithARenewedCertificateOnceNothingIsOnItsWay() throws Exception {
        final Path certificate = Files.copy(certificates.certificate("node"), dir.resolve("renewed.pem"));
        final Path key = Files.copy(certificates.key("node"), dir.resolve("renewed.key"));
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "good", true);
            EventWriter writer = writer(receiver.port(), "certFile", certificate.toString(), "keyFile", key.toString(),
                "windowSeconds", "1")) {
            assertThat(writer.write(EventBatches.numbered(1, "m"), 0)).isEqualTo(1);

            Files.copy(certificates.certificate("good"), certificate, StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(writer::reopen).isInstanceOf(IOException.class)
                .hasMessageContaining("is not the key of");
            await().pollInSameThread().until(() -> writer.unsettled() == 0);
            assertThat(writer.write(EventBatches.numbered(1, "n"), 0)).isEqualTo(1);
            await().until(() -> receiver.texts().size() == 2);
            assertThat(receiver.connections()).isEqualTo(1);

            Files.copy(certificates.key("good"), key, StandardCopyOption.REPLACE_EXISTING);
            writer.reopen();
            assertThat(writer.write(EventBatches.numbered(1, "o"), 0)).isZero();
            await().pollInSameThread().until(() -> writer.unsettled() == 0);
            assertThat(writer.write(EventBatches.numbered(1, "o"), 0)).isEqualTo(1);
            await().until(() -> receiver.texts().size() == 3);
            assertThat(receiver.connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldLoseNothingWhereItsCertificateIsMissed() throws Exception {
        try (StreamReceiver receiver = StreamReceiver.tls(certificates, "good", true);
            EventWriter writer = writer(receiver.port())) {
            await().pollInSameThread().untilAsserted(() -> assertThatThrownBy(() -> {
                writer.write(EventBatches.numbered(1, "m"), 0);
                writer.unsettled();
            }).isInstanceOf(WriterException.class));
            assertThat(receiver.messages()).isEmpty();
        }
    }

    @Test
    void shouldNameAFileThatIsWrong() throws IOException, GeneralSecurityException {
        final Path text = Files.writeString(dir.resolve("text.pem"), "no certificate");
        final String good = certificates.certificate("node").toString();

        assertWrong("there is no file " + dir.resolve("none.pem"), "caFile", dir.resolve("none.pem").toString());
        assertWrong(text + " holds no certificate", "caFile", text.toString());
        assertWrong("option keyFile is missing", "certFile", good);
        assertWrong("option certFile is missing", "keyFile", good);
        assertWrong("BEGIN PRIVATE KEY", "certFile", good, "keyFile", good);
        assertWrong("has no option certificate", "certificate", good);
        final Path open = Files.copy(certificates.key("node"), dir.resolve("open.key"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        assertWrong("only its owner may read it; run chmod 600 " + open, "certFile", good, "keyFile", open.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"caFile", "certFile", "keyFile"})
    void shouldReadNoFileThatNeverEnds(final String option) throws Exception {
        final Path pipe = dir.resolve(option + ".pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        final Path huge = dir.resolve(option + ".log");
        try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(4L << 30);
        }
        for (final String[] wrong : new String[][] {{"/dev/zero", " is no regular file"},
            {pipe.toString(), " is no regular file"}, {huge.toString(), " is longer than 16MiB"}}) {
            final Map<String, String> said = new HashMap<>(Map.of(
                "certFile", certificates.certificate("node").toString(),
                "keyFile", certificates.key("node").toString()));
            said.put(option, wrong[0]);
            assertWrong(wrong[0] + wrong[1], said.entrySet().stream()
                .flatMap(entry -> Stream.of(entry.getKey(), entry.getValue())).toArray(String[]::new));
        }
    }

    @Test
    void shouldTellTheKeyOfAnotherCertificate() throws Exception {
        certificates.add("rsa", "RSA", "dns:node-1", "-1d", 10).add("edwards", "Ed25519", "dns:node-1", "-1d", 10);
        for (final String alias : List.of("node", "rsa", "edwards")) {
            for (final String other : List.of("node", "rsa", "edwards", "good")) {
                final String[] options = {"certFile", certificates.certificate(alias).toString(),
                    "keyFile", certificates.key(other).toString()};
                if (alias.equals(other)) {
                    writer(6514, options).close();
                } else {
                    assertWrong(certificates.key(other) + " is not the key of the first certificate in " +
                        certificates.certificate(alias), options);
                }
            }
        }
    }

    private static void assertWrong(final String what, final String... options) {
        assertThatThrownBy(() -> writer(6514, options)).isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("writer s (syslog): ").hasMessageContaining(what);
    }
}
