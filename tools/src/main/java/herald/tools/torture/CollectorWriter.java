package herald.tools.torture;

import herald.dispatch.EventBatch;
import herald.writer.EventWriter;
import herald.writer.WriterException;
import org.agrona.CloseHelper;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Delivers to a {@link Collector} over TCP: a line for each event, each answered with itself. Some events at a time;
 * what was not answered is sent again on a new connection.
 */
final class CollectorWriter implements EventWriter {
    private static final int TIMEOUT_MS = 300;

    private final String name;
    private final InetSocketAddress address;
    private final int chunkLength;
    private Socket socket;
    private BufferedReader answers;
    private BufferedWriter lines;

    CollectorWriter(final String name, final int port, final int chunkLength) {
        this.name = name;
        this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.chunkLength = chunkLength;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int write(final EventBatch batch, final int index) throws WriterException {
        final int chunk = Math.min(chunkLength, batch.size() - index);
        int answered = 0;
        try {
            connect();
            final String[] sent = new String[chunk];
            for (int i = 0; i < chunk; i++) {
                sent[i] = Delivery.of(batch, index + i).line();
                lines.write(sent[i] + '\n');
            }
            lines.flush();
            while (answered < chunk) {
                final String answer = answers.readLine();
                if (!sent[answered].equals(answer)) {
                    throw new IOException("answered with " + answer + " instead of " + sent[answered]);
                }
                answered++;
            }
            return chunk;
        } catch (final IOException e) {
            disconnect();
            throw WriterException.retryable(answered, e.toString(), e);
        }
    }

    private void connect() throws IOException {
        if (socket != null) {
            return;
        }
        final Socket fresh = new Socket();
        try {
            fresh.setTcpNoDelay(true);
            fresh.setSoTimeout(TIMEOUT_MS);
            fresh.connect(address, TIMEOUT_MS);
            answers = new BufferedReader(new InputStreamReader(fresh.getInputStream(), StandardCharsets.US_ASCII));
            lines = new BufferedWriter(new OutputStreamWriter(fresh.getOutputStream(), StandardCharsets.US_ASCII));
            socket = fresh;
        } finally {
            if (socket == null) {
                fresh.close();
            }
        }
    }

    private void disconnect() {
        CloseHelper.quietClose(socket);
        socket = null;
    }

    @Override
    public void close() {
        disconnect();
    }
}
