package herald.writers.syslog;

import herald.io.ErrorText;
import herald.io.SecretFile;
import herald.io.SmallFile;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a TLS connection trusts and who this side is (RFC 5425, sections 4.2 and 5). The files are read again for each
 * connection, so that a renewed certificate needs no restart.
 *
 * @param caFile     certificates that sign the receiver's, in PEM; null: those that the Java runtime trusts.
 * @param certFile   this node's certificate and what leads from it to its root, in PEM; null: none is shown.
 * @param keyFile    the key of {@code certFile}: PKCS #8 in PEM, without a password.
 * @param serverName that the receiver's certificate must name; null: the host that is connected to.
 */
record TlsSettings(Path caFile, Path certFile, Path keyFile, String serverName) {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "Ed25519");
    /** By the name that a key of each has. */
    private static final Map<String, String> SIGNATURES =
        Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "Ed25519", "Ed25519", "Ed25519");
    private static final Pattern KEY =
        Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final char[] NO_PASSWORD = {};
    private static final byte[] ANYTHING = {1};

    /**
     * Reads the files.
     *
     * @return what connections are made from.
     * @throws IOException naming the file that is missing or wrong, and what it should hold.
     */
    SSLContext load() throws IOException {
        try {
            final SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(), trustManagers(), null);
            return context;
        } catch (final GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + ErrorText.of(e), e);
        }
    }

    /**
     * Makes what encrypts a connection.
     *
     * @param host that is connected to.
     * @param port that is connected to.
     * @return an engine that takes no receiver that does not prove its name.
     * @throws IOException naming the file that is missing or wrong.
     */
    SSLEngine engine(final String host, final int port) throws IOException {
        final SSLEngine engine = load().createSSLEngine(serverName == null ? host : serverName, port);
        engine.setUseClientMode(true);
        final SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(PROTOCOLS);
        engine.setSSLParameters(parameters);
        return engine;
    }

    private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
        if (caFile == null) {
            return null;
        }
        final KeyStore trusted = emptyStore();
        int count = 0;
        for (final Certificate certificate : certificates(caFile)) {
            trusted.setCertificateEntry("ca-" + count++, certificate);
        }
        final TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private KeyManager[] keyManagers() throws GeneralSecurityException, IOException {
        if (certFile == null) {
            return null;
        }
        final Certificate[] chain = certificates(certFile).toArray(new Certificate[0]);
        final PrivateKey key = privateKey();
        requirePair(key, chain[0].getPublicKey());
        final KeyStore own = emptyStore();
        own.setKeyEntry("node", key, NO_PASSWORD, chain);
        final KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** Each receiver would end the handshake, and not say why. */
    private void requirePair(final PrivateKey key, final PublicKey certified)
        throws GeneralSecurityException, IOException {
        if (!isPair(key, certified)) {
            throw new IOException(keyFile + " is not the key of the first certificate in " + certFile +
                ": put the node's own certificate first, before those that signed it, and its key in the other file");
        }
    }

    private static boolean isPair(final PrivateKey key, final PublicKey certified) throws GeneralSecurityException {
        final Signature signature = Signature.getInstance(SIGNATURES.get(key.getAlgorithm()));
        signature.initSign(key);
        signature.update(ANYTHING);
        final byte[] signed = signature.sign();
        try {
            signature.initVerify(certified);
            signature.update(ANYTHING);
            return signature.verify(signed);
        } catch (final InvalidKeyException | SignatureException e) {
            // Of another algorithm, or another curve.
            return false;
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        final KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(final Path file) throws IOException {
        try {
            final Collection<? extends Certificate> found =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(read(file)));
            if (found.isEmpty()) {
                throw new IOException(file + " holds no certificate: it must be PEM, with BEGIN CERTIFICATE");
            }
            return found;
        } catch (final CertificateException e) {
            throw new IOException(file + " holds no certificates that can be read (" + ErrorText.of(e) +
                "): it must be PEM, with BEGIN CERTIFICATE", e);
        }
    }

    private PrivateKey privateKey() throws GeneralSecurityException, IOException {
        final Matcher pem = KEY.matcher(new String(read(keyFile), StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new IOException(keyFile + " holds no key of the form BEGIN PRIVATE KEY (PKCS #8 without a " +
                "password): convert it with openssl pkcs8 -topk8 -nocrypt");
        }
        SecretFile.require(keyFile);
        final PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1)));
        InvalidKeySpecException wrong = null;
        for (final String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (final InvalidKeySpecException e) {
                wrong = e;
            }
        }
        throw new IOException(keyFile + " holds a key of none of " + KEY_ALGORITHMS + ": make one of these", wrong);
    }

    private static byte[] read(final Path file) throws IOException {
        try {
            return SmallFile.readRegular(file);
        } catch (final NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }
}
