package herald.http;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A client that sends any bytes, well-formed or not, and reads what comes back.
 */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;

    /** What came back. */
    record Answer(int code, Map<String, String> headers, String body) {
    }

    private final Socket socket;
    private final InputStream in;

    /**
     * Connects.
     *
     * @param server        to connect to.
     * @param from          address of its own, 127.0.0.1 or another one of loopback.
     * @param receiveBuffer for what comes; 0 for the system's.
     */
    RawClient(final InetSocketAddress server, final String from, final int receiveBuffer) throws IOException {
        socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(server);
        in = new BufferedInputStream(socket.getInputStream(), 1);
    }

    RawClient send(final String bytes) throws IOException {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(final byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Answer read() throws IOException {
        final String[] status = line().split(" ", 3);
        final Map<String, String> headers = new TreeMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            final int colon = header.indexOf(':');
            headers.put(header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).trim());
        }
        final byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        return new Answer(Integer.parseInt(status[1]), headers, new String(body, StandardCharsets.UTF_8));
    }

    /** Of an answer to HEAD, whose length is that of a body that does not come. */
    Map<String, String> readHead() throws IOException {
        final Map<String, String> headers = new TreeMap<>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            headers.put(header.replaceFirst("[: ].*", "").toLowerCase(Locale.ROOT), header);
        }
        return headers;
    }

    private String line() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("closed behind \"" + line + '"');
            }
            line.append((char)b);
        }
        return line.toString().stripTrailing();
    }

    /** Whether the server has closed it; waits until it has. */
    boolean awaitClosed() {
        try {
            return in.skip(Long.MAX_VALUE) >= 0 && in.read() < 0;
        } catch (final IOException e) {
            return e.getMessage().contains("reset");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
