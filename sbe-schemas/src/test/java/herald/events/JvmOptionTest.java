package herald.events;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user of the library sees who forgot the JVM option.
 */
@Timeout(120)
class JvmOptionTest {
    /** Touches a catalog, as every recording program does first. */
    static final class Main {
        private Main() {
        }

        public static void main(final String[] args) {
            System.out.println(ClusterEvents.CATALOG.service());
        }
    }

    @Test
    void shouldNameTheOptionThatIsMissing() throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp", System.getProperty("java.class.path"), Main.class.getName())
            .redirectErrorStream(true)
            .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(output).contains("Herald needs the JVM option " + JvmOption.ADD_OPENS);
    }
}
