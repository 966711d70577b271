package herald.tools.admin;

import herald.link.Endpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection to an admin endpoint. A client that pools connections might send what one peer has earned to another:
 * here the one that gets the token is the one that proved to have it. Who is at the other end is not known at first, so
 * lengths and times have bounds.
 */
final class AdminConnection implements AutoCloseable {
    private static final long TIMEOUT_NS = TimeUnit.SECONDS.toNanos(30);
    private static final int MAX_LINE_LENGTH = 8 * 1024;
    private static final int MAX_LINES = 100;
    private static final int BUFFER_LENGTH = 8 * 1024;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})( .*)?");
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d{1,9}) *");

    /**
     * What came back.
     *
     * @param code of HTTP.
     * @param body in UTF-8.
     */
    record Answer(int code, String body) {
    }

    private final Socket socket = new Socket();
    private final String address;
    private final byte[] buffer = new byte[BUFFER_LENGTH];
    private int position;
    private int limit;
    private long startNs;

    /**
     * Connects.
     *
     * @param address HOST:PORT.
     * @throws IOException where nobody listens there.
     */
    AdminConnection(final String address) throws IOException {
        this.address = address;
        final Endpoint endpoint = Endpoint.parse("address", address);
        try {
            socket.connect(new InetSocketAddress(endpoint.host(), endpoint.port()),
                (int)TimeUnit.NANOSECONDS.toMillis(TIMEOUT_NS));
        } catch (final IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Asks for something.
     *
     * @param method    of HTTP.
     * @param path      with parameters, escaped.
     * @param token     that is sent; null for none.
     * @param body      empty for none.
     * @param maxLength of the answer's body in bytes.
     * @return the answer.
     * @throws IOException where none comes, or something else does.
     */
    Answer ask(final String method, final String path, final String token, final String body, final int maxLength)
        throws IOException {
        startNs = System.nanoTime();
        final byte[] content = body.getBytes(StandardCharsets.UTF_8);
        final String head = method + ' ' + path + " HTTP/1.1\r\nHost: " + address + "\r\n" +
            (token == null ? "" : "Authorization: Bearer " + token + "\r\n") +
            "Content-Length: " + content.length + "\r\n\r\n";
        socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().write(content);
        final Matcher status = STATUS.matcher(line());
        if (!status.matches()) {
            throw new ProtocolException("what answers is no HTTP");
        }
        int length = 0;
        int lines = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            final Matcher its = LENGTH.matcher(line);
            length = its.matches() ? Integer.parseInt(its.group(1)) : length;
            if (++lines > MAX_LINES) {
                throw new ProtocolException("the answer has more than " + MAX_LINES + " headers");
            }
        }
        if (length > maxLength) {
            throw new ProtocolException("the answer has " + length + " bytes");
        }
        return new Answer(Integer.parseInt(status.group(1)), body(length));
    }

    private String line() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int b = read(); b != '\n'; b = read()) {
            if (line.length() == MAX_LINE_LENGTH) {
                throw new ProtocolException("the answer has a line of more than " + MAX_LINE_LENGTH + " bytes");
            }
            line.append((char)b);
        }
        return line.toString().stripTrailing();
    }

    private String body(final int length) throws IOException {
        final byte[] body = new byte[length];
        for (int i = 0; i < length; i++) {
            body[i] = (byte)read();
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private int read() throws IOException {
        if (position == limit) {
            final long leftMs = TimeUnit.NANOSECONDS.toMillis(TIMEOUT_NS - (System.nanoTime() - startNs));
            if (leftMs <= 0) {
                throw new SocketTimeoutException("no whole answer within " +
                    TimeUnit.NANOSECONDS.toSeconds(TIMEOUT_NS) + " s");
            }
            socket.setSoTimeout((int)leftMs);
            final InputStream in = socket.getInputStream();
            limit = Math.max(0, in.read(buffer));
            position = 0;
            if (limit == 0) {
                throw new EOFException("the connection was closed before the answer was whole");
            }
        }
        return buffer[position++] & 0xFF;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
