package herald.writers.syslog;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.TrustManagerFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import static org.awaitility.Awaitility.await;

/**
 * Reads syslog messages from connections, one connection at a time, in a thread of its own. What it read is kept.
 */
final class StreamReceiver implements AutoCloseable {
    /** What is done with a connection before it is read. */
    @FunctionalInterface
    interface Greeting {
        void greet(Socket accepted) throws IOException;
    }

    private final ServerSocket server;
    private final boolean octetCounting;
    private final List<byte[]> messages = new CopyOnWriteArrayList<>();
    private final Thread thread = new Thread(this::run, "receiver");
    private final Greeting greeting;
    private volatile Socket connection;
    private volatile int connections;

    StreamReceiver(final ServerSocket server, final boolean octetCounting, final Greeting greeting) {
        this.server = server;
        this.octetCounting = octetCounting;
        this.greeting = greeting;
        thread.start();
    }

    static StreamReceiver tcp(final boolean octetCounting) throws IOException {
        return new StreamReceiver(
            new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), octetCounting, accepted -> { });
    }

    static StreamReceiver tcp(final Greeting greeting) throws IOException {
        return new StreamReceiver(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), true, greeting);
    }

    static StreamReceiver tls(final Certificates certificates, final String alias, final boolean asksForCertificate)
        throws IOException, GeneralSecurityException {
        return tls(certificates, alias, asksForCertificate, accepted -> { });
    }

    static StreamReceiver tls(final Certificates certificates, final String alias, final boolean asksForCertificate,
        final Greeting greeting) throws IOException, GeneralSecurityException {
        final KeyStore store = certificates.storeOf(alias);
        final KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, certificates.password());
        final TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        final SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        final SSLServerSocket socket = (SSLServerSocket)context.getServerSocketFactory()
            .createServerSocket(0, 10, InetAddress.getLoopbackAddress());
        socket.setNeedClientAuth(asksForCertificate);
        return new StreamReceiver(socket, true, greeting);
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections;
    }

    List<byte[]> messages() {
        return messages;
    }

    List<String> texts() {
        return messages.stream().map(message -> SyslogMessage.parse(message).message()).toList();
    }

    private void run() {
        int count = 0;
        while (!server.isClosed()) {
            try (Socket accepted = server.accept()) {
                connection = accepted;
                connections = ++count;
                greeting.greet(accepted);
                read(accepted.getInputStream());
            } catch (final IOException e) {
                // The connection broke, or the test is over.
            } finally {
                connection = null;
            }
        }
    }

    private void read(final InputStream in) throws IOException {
        while (true) {
            final ByteArrayOutputStream head = new ByteArrayOutputStream();
            int b = in.read();
            while (b >= 0 && b != (octetCounting ? ' ' : '\n')) {
                head.write(b);
                b = in.read();
            }
            if (b < 0) {
                return;
            }
            messages.add(octetCounting ?
                in.readNBytes(Integer.parseInt(head.toString(StandardCharsets.US_ASCII))) : head.toByteArray());
        }
    }

    /** Hangs up; only where there is a connection. The kernel has ended it when this returns. */
    void hangUp() throws IOException {
        end(connection);
    }

    /** Breaks the connection, so that the sender gets a reset; only where there is one. */
    void reset() throws IOException {
        final Socket current = connection;
        current.setSoLinger(true, 0);
        end(current);
    }

    /** The kernel ends a connection once nobody is reading from it any more. */
    private void end(final Socket current) throws IOException {
        current.close();
        await().until(() -> connection != current);
    }

    @Override
    public void close() throws IOException {
        server.close();
        final Socket current = connection;
        if (current != null) {
            current.close();
        }
        try {
            thread.join();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
