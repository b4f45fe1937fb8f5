package dev.goshawk.schedules;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.backend.ThreadPool;
import dev.goshawk.backend.Workers;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Threads under Lincheck, which runs them one at a time and tries the orders in which they can go on at each access to what they share;
 * what processors may reorder is not tried. How many orders: {@code -Dgoshawk.schedules=N}.
 */
@EnabledIfSystemProperty(named = "goshawk.slowTests", matches = "true",
        disabledReason = "takes long (set -Dgoshawk.slowTests=true)")
class SchedulesTest {
    /** Makes a level of the first channel its number. */
    private static final Normalization BRIGHTNESS = new Normalization(new double[3], new double[] {1 / 255.0, 1, 1});
    private static final int SCHEDULES = Integer.getInteger("goshawk.schedules", 1_000);

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

    /** Made beforehand: what it is made with is not under test. */
    private static final DataException CORRUPT = new DataException("corrupt image (test)");

    /** Images of one pixel whose brightness is their number; one of them cannot be read. */
    private record Pixels(int size, int bad) implements ImageDataset {
        @Override
        public int height() {
            return 1;
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public int label(int image) {
            return image % 2;
        }

        @Override
        public String name(int image) {
            return "image" + image;
        }

        @Override
        public List<String> classes() {
            return List.of("even", "odd");
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            if (image == bad) {
                throw CORRUPT;
            }
            rgb[offset] = (byte) image;
        }
    }

    /** With two threads and two images ahead, buffers are used again while others are being decoded. */
    private static void assertInOrder(int bad, int... expected) {
        Batches batches = new Batches(new Pixels(4, bad), BRIGHTNESS, 0);
        Tensor images = Tensor.zeros(DType.FLOAT32, batches.imageShape(2));
        Tensor labels = Tensor.zeros(DType.FLOAT32, batches.labelShape(2));
        int[] got = new int[expected.length];
        int at = 0;
        try (PrefetchingBatches pass = new PrefetchingBatches(batches, batches.inOrder(), Augmentation.NONE, 0, 2, 2,
                ImageFaults.counted(line -> {
                }))) {
            for (int count = pass.next(images, labels); count > 0; count = pass.next(images, labels)) {
                for (int row = 0; row < count; row++) {
                    got[at++] = Math.round(images.floats()[3 * row]);
                    assertEquals(1, labels.floats()[2 * row + got[at - 1] % 2]);
                }
            }
        }
        assertArrayEquals(expected, got);
    }

    @Test
    void batchesAreInOrder() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> assertInOrder(-1, 0, 1, 2, 3));
    }

    @Test
    void whatCannotBeReadIsLeftOut() {
        Lincheck.runConcurrentTest(SCHEDULES, () -> assertInOrder(1, 0, 2, 3));
    }
}
