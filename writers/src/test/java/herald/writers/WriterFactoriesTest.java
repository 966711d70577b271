package herald.writers;

import herald.writer.EventWriterFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ServiceLoader;

import static org.assertj.core.api.Assertions.assertThat;

/** What the service loader finds. */
@Timeout(30)
class WriterFactoriesTest {
    @Test
    void shouldBeFoundByTheirSchemes() {
        assertThat(ServiceLoader.load(EventWriterFactory.class)).extracting(EventWriterFactory::scheme)
            .containsExactlyInAnyOrder("file", "stdout", "syslog");
    }
}
