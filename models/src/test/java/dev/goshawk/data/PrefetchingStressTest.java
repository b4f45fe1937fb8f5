package dev.goshawk.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * Passes whose images take random times to decode, written a half at a time, with random numbers of threads, images ahead and faults.
 * {@code -Dgoshawk.passes=N} passes; a failure names its seed.
 */
class PrefetchingStressTest {
    private static final int PASSES = Integer.getInteger("goshawk.passes", 100);
    private static final int BYTES = 3 * 2 * 2;

    /** Images of one value each, which is their number. */
    private static class Slow implements ImageDataset {
        private final long seed;
        private final boolean[] bad;
        private final Set<Thread> decoders = ConcurrentHashMap.newKeySet();

        Slow(long seed, boolean[] bad) {
            this.seed = seed;
            this.bad = bad;
        }

        @Override
        public int size() {
            return bad.length;
        }

        @Override
        public int height() {
            return 2;
        }

        @Override
        public int width() {
            return 2;
        }

        @Override
        public int label(int image) {
            return image % 3;
        }

        @Override
        public String name(int image) {
            return "image " + image;
        }

        @Override
        public List<String> classes() {
            return List.of("a", "b", "c");
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            decoders.add(Thread.currentThread());
            Random random = new Random(seed * 31 + image);
            pause(random);
            Arrays.fill(rgb, offset, offset + BYTES / 2, (byte) image);
            pause(random);
            if (bad[image]) {
                throw new DataException(name(image) + ": bad");
            }
            Arrays.fill(rgb, offset + BYTES / 2, offset + BYTES, (byte) image);
        }

        private static void pause(Random random) {
            switch (random.nextInt(4)) {
                case 0 -> LockSupport.parkNanos(random.nextInt(400_000));
                case 1 -> Thread.yield();
                default -> {
                }
            }
        }
    }

    private static Batches batches(ImageDataset dataset, long seed) {
        return new Batches(dataset, Normalization.IMAGENET, seed);
    }

    @Test
    void everyPassGivesItsImagesInOrderAndEndsItsThreads() throws InterruptedException {
        for (long seed = 0; seed < PASSES; seed++) {
            Random random = new Random(seed);
            boolean[] bad = new boolean[1 + random.nextInt(40)];
            for (int i = 1; i < bad.length; i++) {
                bad[i] = random.nextInt(8) == 0;
            }
            int batch = 1 + random.nextInt(7);
            int threads = 1 + random.nextInt(6);
            int ahead = 1 + random.nextInt(12);
            pass(seed, bad, batch, threads, ahead, random.nextInt(4) == 0 ? random.nextInt(bad.length) : bad.length);
        }
    }

    /** Ends after so many images or a few more. */
    private static void pass(long seed, boolean[] bad, int batch, int threads, int ahead, int end)
            throws InterruptedException {
        String what = "seed " + seed;
        Slow dataset = new Slow(seed, bad);
        Batches batches = batches(dataset, seed);
        int[] order = batches.order(1);
        int[] expected = Arrays.stream(order).filter(i -> !bad[i]).toArray();
        Tensor x = Tensor.zeros(DType.FLOAT32, batches.imageShape(batch));
        Tensor y = Tensor.zeros(DType.FLOAT32, batches.labelShape(batch));
        List<String> told = new ArrayList<>();
        int given = 0;
        try (PrefetchingBatches pass = new PrefetchingBatches(batches, order, Augmentation.NONE, 1, threads, ahead,
                ImageFaults.counted(told::add))) {
            while (given < end) {
                int count = pass.next(x, y);
                for (int row = 0; row < count; row++) {
                    int image = expected[given++];
                    assertEquals(image, pass.image(row), what);
                    assertImage(image, x, y, row, what);
                }
                if (count < batch) {
                    break;
                }
            }
        }
        for (Thread decoder : dataset.decoders) {
            assertTrue(decoder.join(Duration.ofMinutes(1)), () -> what + ": " + decoder.getName() + " still runs");
        }
        if (end == bad.length) {
            assertEquals(expected.length, given, what);
            assertEquals(Arrays.stream(order).filter(i -> bad[i]).mapToObj(i -> "image " + i + ": bad").toList(), told,
                    what);
        }
    }

    private static void assertImage(int image, Tensor x, Tensor y, int row, String what) {
        Tensor one = Tensor.zeros(DType.FLOAT32, Shape.of(1, 2, 2, 3));
        Tensor label = Tensor.zeros(DType.FLOAT32, Shape.of(1, 3));
        Batches alone = batches(new Slow(0, new boolean[image + 1]), 0);
        byte[] pixels = new byte[BYTES];
        Arrays.fill(pixels, (byte) image);
        alone.put(image, pixels, 0, one, label);
        assertArrayEquals(one.floats(), Arrays.copyOfRange(x.floats(), row * BYTES, (row + 1) * BYTES), what);
        assertArrayEquals(label.floats(), Arrays.copyOfRange(y.floats(), row * 3, (row + 1) * 3), what);
    }

    /** Close may come while images are being decoded, and an interrupt while one is waited for. */
    @Test
    void anInterruptEndsTheWaitAndCloseTheThreads() throws InterruptedException {
        for (long seed = 0; seed < PASSES / 5; seed++) {
            AtomicBoolean entered = new AtomicBoolean();
            AtomicBoolean left = new AtomicBoolean();
            ImageDataset endless = new Slow(seed, new boolean[3]) {
                @Override
                public void pixels(int image, byte[] rgb, int offset) {
                    entered.set(true);
                    while (!Thread.currentThread().isInterrupted()) {
                        LockSupport.park();
                    }
                    left.set(true);
                }
            };
            Batches batches = batches(endless, seed);
            PrefetchingBatches pass = new PrefetchingBatches(batches, batches.inOrder(), Augmentation.NONE, 0, 1, 2,
                    ImageFaults.strict());
            Tensor x = Tensor.zeros(DType.FLOAT32, batches.imageShape(1));
            Tensor y = Tensor.zeros(DType.FLOAT32, batches.labelShape(1));
            Thread.currentThread().interrupt();
            assertEquals("prefetching: interrupted while waiting for image 0",
                    assertThrows(IllegalStateException.class, () -> pass.next(x, y)).getMessage());
            assertTrue(Thread.interrupted(), "the interrupt is passed on");
            while (!entered.get()) {
                Thread.onSpinWait();
            }
            assertFalse(left.get());
            pass.close();
            for (int i = 0; i < 60_000 && !left.get(); i++) {
                Thread.sleep(1);
            }
            assertTrue(left.get(), "the thread that decodes ends");
        }
    }
}
