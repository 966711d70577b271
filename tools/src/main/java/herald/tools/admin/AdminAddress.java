package herald.tools.admin;

import com.fasterxml.jackson.databind.json.JsonMapper;
import herald.io.SecretFile;
import herald.io.SmallFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

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
        final Path fresh = dataDir.resolve("admin.tmp");
        Files.deleteIfExists(fresh);
        Files.createFile(fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, MAPPER.writeValueAsString(this) + "\n");
        Files.move(fresh, file(dataDir), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
