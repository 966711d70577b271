package herald.recorder;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One thread at a time, and each sees what the one before wrote.
 */
@Timeout(120)
class SpinLockTest {
    private static final int THREADS = 4;
    private static final int TURNS = 200_000;

    private final SpinLock lock = new SpinLock();
    private long first;
    private long second;
    private boolean torn;

    @Test
    void shouldBeHeldByOneThreadAtATime() throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            final boolean tries = i % 2 == 0;
            threads.add(new Thread(() -> takeTurns(tries)));
        }
        threads.forEach(Thread::start);
        for (final Thread thread : threads) {
            thread.join();
        }
        assertThat(first).isEqualTo((long)THREADS * TURNS).isEqualTo(second);
        assertThat(torn).isFalse();
    }

    private void takeTurns(final boolean tries) {
        int turns = 0;
        while (turns < TURNS) {
            if (tries && !lock.tryLock()) {
                Thread.onSpinWait();
                continue;
            }
            if (!tries) {
                lock.lock();
            }
            torn |= first != second;
            first++;
            second++;
            turns++;
            lock.unlock();
        }
    }

    @Test
    void shouldRefuseWhileItIsHeld() {
        assertThat(lock.tryLock()).isTrue();
        assertThat(lock.tryLock()).isFalse();
        lock.unlock();
        assertThat(lock.tryLock()).isTrue();
    }
}
