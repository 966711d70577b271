package herald.receiver;

import herald.link.Acknowledger;
import herald.link.DirectoryIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a recorder remembers tells a directory that was put back from one that forgot the recorder.
 */
@Timeout(10)
class DirectoryPastTest {
    private static final UUID NOW = new UUID(3, 3);
    private static final UUID BEFORE = new UUID(1, 1);

    private final DirectoryPast past = new DirectoryPast(ReceiverFixture.IDENTITY);

    private boolean isGone(final UUID directory, final long generation, final long runId, final long position) {
        return past.isGone(new Acknowledged(10, new Acknowledger(directory, generation, runId, position)));
    }

    @Test
    void shouldTellWhatWasJournaledBehindTheEndAtTheNextStart() {
        assertThat(isGone(NOW, 2, 32, 1_999)).isFalse();
        assertThat(isGone(NOW, 2, 32, 2_000)).isTrue();
        assertThat(isGone(BEFORE, 1, 31, 999)).isFalse();
        assertThat(isGone(BEFORE, 1, 31, 1_000)).isTrue();
    }

    @Test
    void shouldTellStartsThatTheDirectoryDidNotHave() {
        assertThat(isGone(NOW, 4, 34, 0)).isTrue();
        assertThat(isGone(BEFORE, 2, 32, 0)).isTrue();
        assertThat(isGone(NOW, 2, 99, 0)).isTrue();
    }

    @Test
    void shouldSayNothingOfTheRunOfNowAndOfOtherDirectories() {
        assertThat(isGone(NOW, 3, 33, Long.MAX_VALUE)).isFalse();
        assertThat(isGone(new UUID(9, 9), 7, 7, Long.MAX_VALUE)).isFalse();
        assertThat(isGone(DirectoryIdentity.NO_ID, 7, 7, Long.MAX_VALUE)).isFalse();
        assertThat(past.isGone(Acknowledged.UNTOLD)).isFalse();
        assertThat(past.isGone(new Acknowledged(0, new Acknowledger(NOW, 4, 34, 0)))).isFalse();
    }

    @Test
    void shouldTellWhoseProxyIsWanted() {
        assertThat(past.isOther(NOW)).isFalse();
        assertThat(past.isOther(DirectoryIdentity.NO_ID)).isFalse();
        assertThat(past.isOther(BEFORE)).isTrue();
        assertThat(past.isOurs(new Acknowledger(BEFORE, 1, 1, 1))).isTrue();
        assertThat(past.isOurs(Acknowledger.NONE)).isTrue();
        assertThat(past.isOurs(new Acknowledger(new UUID(9, 9), 1, 1, 1))).isFalse();
    }
}
