package herald.tools.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.io.FileAccess;
import herald.tools.CommandFailure;
import herald.tools.ExitCode;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Asks a proxy of this node through its admin endpoint, which it finds in the proxy's data directory. What goes wrong
 * ends the command, with the proxy's own words.
 */
public final class AdminClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path dataDir;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

    /**
     * Of one proxy.
     *
     * @param dataDir its data directory.
     */
    public AdminClient(final Path dataDir) {
        this.dataDir = dataDir;
    }

    /**
     * Asks for something.
     *
     * @param path below the address.
     * @return the answer.
     */
    public JsonNode get(final String path) {
        return send("GET", path, "");
    }

    /**
     * Sets something.
     *
     * @param path below the address.
     * @param body its new state.
     * @return the answer.
     */
    public JsonNode put(final String path, final String body) {
        return send("PUT", path, body);
    }

    /**
     * Deletes something.
     *
     * @param path below the address.
     * @return the answer.
     */
    public JsonNode delete(final String path) {
        return send("DELETE", path, "");
    }

    private JsonNode send(final String method, final String path, final String body) {
        try {
            final AdminAddress admin = AdminAddress.read(dataDir);
            final HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create("http://" + admin.address() + path))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer " + admin.token())
                    .method(method, BodyPublishers.ofString(body))
                    .build(),
                BodyHandlers.ofString());
            return answer(response);
        } catch (final NoSuchFileException | ConnectException e) {
            throw new CommandFailure(ExitCode.IO, "no proxy runs in " + dataDir +
                ": start one, or name its data directory with --data-dir", e);
        } catch (final IOException e) {
            throw new CommandFailure(ExitCode.IO, "cannot reach the proxy of " + dataDir + ": " +
                FileAccess.reason(e), e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.IO, "interrupted while the proxy of " + dataDir + " was asked", e);
        }
    }

    private JsonNode answer(final HttpResponse<String> response) throws JsonProcessingException {
        final JsonNode answer = MAPPER.readTree(response.body());
        switch (response.statusCode()) {
            case 200 -> {
                return answer;
            }
            case BAD_REQUEST -> throw new CommandFailure(ExitCode.DATA, answer.path("message").asText());
            case NOT_FOUND -> throw new CommandFailure(ExitCode.IO, answer.path("message").asText());
            default -> throw new CommandFailure(ExitCode.IO, "the proxy of " + dataDir + " answered " +
                response.statusCode() + ": " + answer.path("message").asText());
        }
    }
}
