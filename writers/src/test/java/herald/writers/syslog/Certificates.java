package herald.writers.syslog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Certificates for tests, made by the JDK's {@code keytool} and signed by an authority of their own: PEM files in a
 * directory, and one key store.
 */
final class Certificates {
    private static final String PASSWORD = "changeit";

    private final Path dir;
    private final Path store;

    Certificates(final Path dir) throws IOException, InterruptedException, GeneralSecurityException {
        this.dir = Files.createDirectories(dir);
        this.store = dir.resolve("store.p12");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=CA of " + dir.getFileName(), "-keyalg", "EC",
            "-ext", "bc:critical=ca:true");
        export("ca");
    }

    /** A certificate for names such as {@code dns:localhost,ip:127.0.0.1}, valid from now on or from a past date. */
    Certificates add(final String alias, final String names, final String startDate, final int days)
        throws IOException, InterruptedException, GeneralSecurityException {
        return add(alias, "EC", names, startDate, days);
    }

    /** The same with a key of an algorithm. */
    Certificates add(
        final String alias, final String algorithm, final String names, final String startDate, final int days)
        throws IOException, InterruptedException, GeneralSecurityException {
        keytool("-genkeypair", "-alias", alias, "-dname", "CN=" + alias, "-keyalg", algorithm, "-signer", "ca",
            "-ext", "san=" + names, "-startdate", startDate, "-validity", Integer.toString(days));
        export(alias);
        return this;
    }

    Path certificate(final String alias) {
        return dir.resolve(alias + ".pem");
    }

    Path key(final String alias) {
        return dir.resolve(alias + ".key");
    }

    /** The store with the one entry that a server is to show, and whom it trusts. */
    KeyStore storeOf(final String alias) throws IOException, GeneralSecurityException {
        final KeyStore all = load();
        final KeyStore one = KeyStore.getInstance("PKCS12");
        one.load(null, null);
        one.setKeyEntry(alias, all.getKey(alias, PASSWORD.toCharArray()), PASSWORD.toCharArray(),
            all.getCertificateChain(alias));
        one.setCertificateEntry("trusted", all.getCertificate("ca"));
        return one;
    }

    char[] password() {
        return PASSWORD.toCharArray();
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        final KeyStore loaded = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            loaded.load(in, PASSWORD.toCharArray());
        }
        return loaded;
    }

    private void export(final String alias) throws IOException, GeneralSecurityException {
        final KeyStore loaded = load();
        final StringBuilder chain = new StringBuilder();
        for (final Certificate certificate : loaded.getCertificateChain(alias)) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Files.writeString(certificate(alias), chain);
        final Key key = loaded.getKey(alias, PASSWORD.toCharArray());
        Files.writeString(key(alias), pem("PRIVATE KEY", key.getEncoded()));
        Files.setPosixFilePermissions(key(alias), PosixFilePermissions.fromString("rw-------"));
    }

    private static String pem(final String what, final byte[] der) {
        return "-----BEGIN " + what + "-----\n" +
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der) +
            "\n-----END " + what + "-----\n";
    }

    private void keytool(final String... arguments) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
        final Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }
}
