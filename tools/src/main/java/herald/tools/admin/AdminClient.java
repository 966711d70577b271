package herald.tools.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.io.FileAccess;
import herald.tools.CommandFailure;
import herald.tools.ExitCode;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Asks a proxy of this node through its admin endpoint, which it finds in the proxy's data directory. What goes wrong
 * ends the command, with the proxy's own words.
 */
public final class AdminClient {
    private static final String REMEDY = ": start one, or name its data directory with --data-dir";
    private static final int NONCE_LENGTH = 32;
    private static final int MAX_PROOF_LENGTH = 4 * 1024;
    private static final int MAX_ANSWER_LENGTH = 256 * 1024 * 1024;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path dataDir;

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
        final AdminAddress admin;
        try {
            admin = AdminAddress.read(dataDir);
        } catch (final NoSuchFileException e) {
            throw new CommandFailure(ExitCode.IO, "no proxy runs in " + dataDir + REMEDY, e);
        } catch (final IOException e) {
            throw unreachable(e);
        }
        try (AdminConnection connection = new AdminConnection(admin.address())) {
            requireProof(connection, admin);
            return answer(connection.ask(method, path, admin.token(), body, MAX_ANSWER_LENGTH));
        } catch (final ConnectException e) {
            throw new CommandFailure(ExitCode.IO, "no proxy runs in " + dataDir + REMEDY, e);
        } catch (final IOException e) {
            throw unreachable(e);
        }
    }

    private CommandFailure unreachable(final IOException cause) {
        return new CommandFailure(ExitCode.IO, "cannot reach the proxy of " + dataDir + ": " +
            FileAccess.reason(cause), cause);
    }

    /**
     * Keeps the token from whoever has the address now: a proxy that was killed leaves {@code admin.json} behind, and
     * its port is free for others.
     */
    private void requireProof(final AdminConnection connection, final AdminAddress admin) {
        final byte[] bytes = new byte[NONCE_LENGTH];
        new SecureRandom().nextBytes(bytes);
        final String nonce = HexFormat.of().formatHex(bytes);
        String proof;
        try {
            proof = MAPPER.readTree(connection.ask("GET", AdminProof.PATH + '?' + AdminProof.NONCE + '=' + nonce, null,
                "", MAX_PROOF_LENGTH).body()).path(AdminProof.PROOF).asText();
        } catch (final IOException e) {
            throw notTheProxy(admin, FileAccess.reason(e), e);
        }
        if (!MessageDigest.isEqual(AdminProof.of(admin.token(), admin.address(), nonce)
            .getBytes(StandardCharsets.UTF_8), proof.getBytes(StandardCharsets.UTF_8))) {
            throw notTheProxy(admin, "it does not know the token", null);
        }
    }

    private CommandFailure notTheProxy(final AdminAddress admin, final String reason, final IOException cause) {
        return new CommandFailure(ExitCode.IO, "no proxy runs in " + dataDir + ", or it is of an older version or " +
            "stuck: what answers at " + admin.address() + " did not prove that it wrote " + AdminAddress.file(dataDir) +
            " (" + reason + "), and was not sent its token" + REMEDY, cause);
    }

    private JsonNode answer(final AdminConnection.Answer response) throws JsonProcessingException {
        final JsonNode answer = MAPPER.readTree(response.body());
        switch (response.code()) {
            case 200 -> {
                return answer;
            }
            case BAD_REQUEST -> throw new CommandFailure(ExitCode.DATA, answer.path("message").asText());
            case NOT_FOUND -> throw new CommandFailure(ExitCode.IO, answer.path("message").asText());
            default -> throw new CommandFailure(ExitCode.IO, "the proxy of " + dataDir + " answered " +
                response.code() + ": " + answer.path("message").asText());
        }
    }
}
