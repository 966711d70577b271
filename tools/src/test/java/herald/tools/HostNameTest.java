package herald.tools;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * Hosts with names that nothing resolves, in UTS namespaces of their own.
 */
@Timeout(120)
class HostNameTest {
    @TempDir
    private Path dir;

    private String readyLine(final String hostName) throws Exception {
        final List<String> command = new ArrayList<>(List.of("unshare", "--uts", "sh", "-c",
            "echo " + hostName + " > /proc/sys/kernel/hostname && exec \"$@\"", "sh"));
        command.addAll(HeraldProcess.command("proxy", "--data-dir=" + dir.resolve(hostName)));
        final Process proxy = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader said = proxy.inputReader(StandardCharsets.UTF_8)) {
            final StringBuilder all = new StringBuilder();
            String line = said.readLine();
            while (line != null && !line.startsWith("herald proxy ready")) {
                all.append(line).append('\n');
                line = said.readLine();
            }
            return all.append(line).toString();
        } finally {
            proxy.toHandle().destroy();
            proxy.waitFor();
        }
    }

    @Test
    void shouldCallTheNodeWhatTheHostIsCalled() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");

        assertThat(readyLine("no-such-name-anywhere")).contains(" node=no-such-name-anywhere ");
        assertThat(readyLine("localhost")).contains(" node=localhost ",
            "this host has no name: its node is localhost, as others may be; set node, or give --node");
    }
}
