package herald.tools.admin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.io.SecretFile;
import herald.io.SmallFile;
import herald.io.UnnamedFile;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where a running proxy's admin endpoint is, and the secret that it asks for: {@code admin.json} in the data directory,
 * which only the proxy's user can read. Who may read the file may administer the proxy.
 *
 * @param address HOST:PORT on loopback.
 * @param token   in the {@code Authorization} header of each request, after {@code Bearer }.
 */
record AdminAddress(String address, String token) {
    private static final int MAX_LENGTH = 64 * 1024;
    private static final JsonMapper MAPPER = new JsonMapper();

    static Path file(final Path dataDir) {
        return dataDir.resolve("admin.json");
    }

    static AdminAddress read(final Path dataDir) throws IOException {
        SecretFile.require(file(dataDir), dataDir);
        return MAPPER.readValue(SmallFile.readOwn(file(dataDir), MAX_LENGTH), AdminAddress.class);
    }

    void write(final Path dataDir) throws IOException {
        final Path file = file(dataDir);
        UnnamedFile.removeLeft(dataDir, file.getFileName().toString()::equals);
        UnnamedFile.replace(file, (MAPPER.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
