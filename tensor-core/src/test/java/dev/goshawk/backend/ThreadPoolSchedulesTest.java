package dev.goshawk.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Threads under Lincheck, which runs them one at a time and tries the orders in which they can go on at each access to what they share;
 * what processors may reorder is not tried. How many orders: {@code -Dgoshawk.schedules=N}; fifty find a count that is not
 * atomic, but not every caller that does not wait.
 */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class ThreadPoolSchedulesTest {
    private static final int SCHEDULES = Integer.getInteger("goshawk.schedules", 1000);

    @Test
    void everyTaskOnce() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> {
            AtomicIntegerArray done = new AtomicIntegerArray(3);
            try (Workers workers = ThreadPool.ofThreads(2)) {
                workers.run(3, (i, worker) -> done.incrementAndGet(i));
                assertDone(done, 1, 1, 1);
                workers.run(2, (i, worker) -> done.incrementAndGet(i));
            }
            assertDone(done, 2, 2, 1);
        });
    }

    @Test
    void resultsOfThreeThreadsAreThereAfterwards() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> {
            int[] results = new int[3];
            try (Workers workers = ThreadPool.ofThreads(3)) {
                workers.run(3, (i, worker) -> results[i] = i + 1);
                assertArrayEquals(new int[] {1, 2, 3}, results);
            }
        });
    }

    @Test
    void aFailureIsTheCallersAndTheOthersAreDone() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> {
            AtomicIntegerArray done = new AtomicIntegerArray(3);
            try (Workers workers = ThreadPool.ofThreads(2)) {
                assertThrows(IllegalStateException.class, () -> workers.run(2, (i, worker) -> {
                    done.incrementAndGet(i);
                    if (i == 1) {
                        throw new IllegalStateException("task");
                    }
                }));
                assertDone(done, 1, 1, 0);
                workers.run(3, (i, worker) -> done.incrementAndGet(i));
            }
            assertDone(done, 2, 2, 1);
        });
    }

    @Test
    void closingEndsTheThreads() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> {
            Workers workers = ThreadPool.ofThreads(2);
            workers.close();
            workers.close();
            assertThrows(IllegalStateException.class, () -> workers.run(2, (i, worker) -> {
            }));
        });
    }

    private static void assertDone(AtomicIntegerArray done, int... expected) {
        int[] got = new int[expected.length];
        for (int i = 0; i < got.length; i++) {
            got[i] = done.get(i);
        }
        assertArrayEquals(expected, got);
    }
}
