package herald.admission;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many streams a media driver lets in.
 */
@Timeout(60)
class StreamAdmissionTest {
    /** Each takes four descriptors with its way back; 512 are kept for the journal and everything else. */
    @ParameterizedTest
    @CsvSource({"256, 8", "1024, 128", "2048, 384", "65536, 4096", "9223372036854775807, 4096"})
    void shouldKeepDescriptorsForTheJournal(final long maxDescriptors, final int streams) {
        assertThat(StreamAdmission.maxStreams(maxDescriptors)).isEqualTo(streams);
    }
}
