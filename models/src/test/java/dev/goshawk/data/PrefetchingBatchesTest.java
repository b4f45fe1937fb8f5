package dev.goshawk.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.data.source.Datasets;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrefetchingBatchesTest {
    private static final ImageDataset SHAPES = SyntheticShapes.generate("train", 40, 1);

    /** Shapes of which some cannot be read. Counts the images asked for. */
    private static class Faulty implements ImageDataset {
        private final List<Integer> bad;
        private final RuntimeException other;
        private final AtomicInteger asked = new AtomicInteger();

        Faulty(RuntimeException other, Integer... bad) {
            this.bad = List.of(bad);
            this.other = other;
        }

        @Override
        public int size() {
            return SHAPES.size();
        }

        @Override
        public int height() {
            return SHAPES.height();
        }

        @Override
        public int width() {
            return SHAPES.width();
        }

        @Override
        public int label(int image) {
            return SHAPES.label(image);
        }

        @Override
        public String name(int image) {
            return SHAPES.name(image);
        }

        @Override
        public List<String> classes() {
            return SHAPES.classes();
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            asked.incrementAndGet();
            if (bad.contains(image)) {
                throw other != null ? other : new DataException(name(image) + ": corrupt image (test)");
            }
            SHAPES.pixels(image, rgb, offset);
        }
    }

    private static Batches batches(ImageDataset dataset) {
        return new Batches(dataset, Normalization.IMAGENET, 3);
    }

    private static Tensor images(int batch) {
        return Tensor.zeros(DType.FLOAT32, batches(SHAPES).imageShape(batch));
    }

    private static Tensor labels(int batch) {
        return Tensor.zeros(DType.FLOAT32, batches(SHAPES).labelShape(batch));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,100", "3,1", "3,2", "3,100"})
    void givesTheSameBatchesForAnyNumberOfThreads(int threads, int ahead) {
        Batches plain = batches(SHAPES);
        int[] order = plain.order(2);
        Tensor x = images(16);
        Tensor y = labels(16);
        Tensor expectedX = images(16);
        Tensor expectedY = labels(16);
        try (PrefetchingBatches batches = new PrefetchingBatches(batches(SHAPES), order, Augmentation.CIFAR, 2, threads,
                ahead, ImageFaults.strict())) {
            for (int from = 0; from < order.length; from += 16) {
                int count = plain.fill(order, from, expectedX, expectedY, Augmentation.CIFAR, 2);
                assertEquals(count, batches.next(x, y));
                assertArrayEquals(expectedX.floats(), x.floats());
                assertArrayEquals(expectedY.floats(), y.floats());
                assertEquals(order[from + count - 1], batches.image(count - 1));
                assertThrows(IndexOutOfBoundsException.class, () -> batches.image(count));
            }
            assertEquals(0, batches.next(x, y));
        }
    }

    @Test
    void leavesOutAndNamesWhatCannotBeRead() {
        Faulty dataset = new Faulty(null, 1, 5, 39);
        List<String> told = new ArrayList<>();
        ImageFaults faults = ImageFaults.counted(told::add);
        List<Integer> given = new ArrayList<>();
        Tensor x = images(4);
        Tensor y = labels(4);
        Batches batches = batches(dataset);
        try (PrefetchingBatches pass = new PrefetchingBatches(batches, batches.inOrder(), Augmentation.NONE, 0, 3, 7,
                faults)) {
            for (int count = pass.next(x, y); count > 0; count = pass.next(x, y)) {
                for (int row = 0; row < count; row++) {
                    given.add(pass.image(row));
                    assertEquals(1, y.get(row * 10 + dataset.label(pass.image(row))));
                }
            }
        }
        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            if (i != 1 && i != 5 && i != 39) {
                expected.add(i);
            }
        }
        assertEquals(expected, given);
        assertEquals(3, faults.count());
        assertEquals(List.of(SHAPES.name(1) + ": corrupt image (test)", SHAPES.name(5) + ": corrupt image (test)",
                SHAPES.name(39) + ": corrupt image (test)"), told);
        assertEquals(told, faults.first());
    }

    @Test
    void inTrainingTheNextImageThatCanBeReadStandsIn() {
        int[] order = {3, 5, 6, 1, 2, 5, 39};
        List<String> told = new ArrayList<>();
        ImageFaults faults = ImageFaults.counted(told::add);
        Tensor x = images(5);
        Tensor y = labels(5);
        Batches batches = batches(new Faulty(null, 1, 5, 6, 39));
        try (PrefetchingBatches pass = PrefetchingBatches.training(batches, order, 1, 6, Augmentation.NONE, 0,
                faults)) {
            assertEquals(5, pass.next(x, y));
            List<Integer> given = new ArrayList<>();
            for (int row = 0; row < 5; row++) {
                given.add(pass.image(row));
                assertEquals(1, y.get(row * 10 + SHAPES.label(pass.image(row))));
            }
            assertEquals(List.of(2, 2, 2, 2, 3), given, "the last one goes around the end of the order");
            assertEquals(0, pass.next(x, y));
        }
        assertEquals(3, faults.count(), "5 is named once, 39 is not of this part");
        Batches none = batches(new Faulty(null, 1, 5));
        try (PrefetchingBatches pass = PrefetchingBatches.training(none, new int[] {5, 1}, 0, 2, Augmentation.NONE, 0,
                ImageFaults.counted(told::add))) {
            assertEquals("none of the 2 images can be read; one of them: " + SHAPES.name(5) + ": corrupt image (test)",
                    assertThrows(DataException.class, () -> pass.next(x, y)).getMessage());
        }
    }

    @Test
    void strictlyTheFirstFaultInOrderIsThrown() {
        int[] order = {3, 2, 9, 1, 4};
        try (PrefetchingBatches pass = new PrefetchingBatches(batches(new Faulty(null, 1, 9)), order, Augmentation.NONE,
                0,
                3, 5, ImageFaults.strict())) {
            assertEquals(2, pass.next(images(2), labels(2)), "what comes before the fault is given");
            assertEquals(SHAPES.name(9) + ": corrupt image (test)",
                    assertThrows(DataException.class, () -> pass.next(images(2), labels(2))).getMessage());
        }
    }

    @Test
    void aPassWithoutAnyImageIsAFault() {
        try (PrefetchingBatches pass = PrefetchingBatches.over(batches(new Faulty(null, 6, 7)), new int[] {7, 6},
                Augmentation.NONE, 0, ImageFaults.counted(line -> assertTrue(line.contains("corrupt"))))) {
            assertEquals("none of the 2 images can be read; the first: " + SHAPES.name(7) + ": corrupt image (test)",
                    assertThrows(DataException.class, () -> pass.next(images(2), labels(2))).getMessage());
        }
    }

    @Test
    void failuresThatAreNoFaultOfAFileAreThrownAtTheirTurn() {
        Faulty dataset = new Faulty(new IllegalStateException("broken"), 2);
        ImageFaults faults = ImageFaults.counted(line -> assertTrue(line.isEmpty()));
        try (PrefetchingBatches pass = new PrefetchingBatches(batches(dataset), new int[] {0, 1, 2}, Augmentation.NONE,
                0,
                2, 3, faults)) {
            assertEquals(2, pass.next(images(2), labels(2)));
            assertEquals("prefetching: image 2 failed (java.lang.IllegalStateException: broken)",
                    assertThrows(IllegalStateException.class, () -> pass.next(images(2), labels(2))).getMessage());
        }
        assertEquals(0, faults.count());
    }

    @Test
    void wantOfMemoryIsNoFaultOfAnImage() {
        Faulty dataset = new Faulty(null) {
            @Override
            public void pixels(int image, byte[] rgb, int offset) {
                throw new OutOfMemoryError("Java heap space");
            }
        };
        try (PrefetchingBatches pass = new PrefetchingBatches(batches(dataset), new int[] {0}, Augmentation.NONE, 0, 1,
                1, ImageFaults.strict())) {
            assertEquals("Java heap space",
                    assertThrows(OutOfMemoryError.class, () -> pass.next(images(1), labels(1))).getMessage());
        }
    }

    /** With a fixed number of images ahead, no more are ever asked for than that and what was given. */
    @Test
    void holdsNoMoreImagesThanAgreed() {
        Faulty dataset = new Faulty(null);
        Batches batches = batches(dataset);
        Tensor x = images(3);
        Tensor y = labels(3);
        try (PrefetchingBatches pass = new PrefetchingBatches(batches, batches.inOrder(), Augmentation.NONE, 0, 4, 5,
                ImageFaults.strict())) {
            for (int given = 0; given < 40; given += 3) {
                int asked = dataset.asked.get();
                assertTrue(asked <= given + 5, asked + " images asked for after " + given);
                assertTrue(pass.next(x, y) > 0);
            }
        }
        assertEquals(40, dataset.asked.get());
    }

    @Test
    void loadsTheFirstImagesOfAnOrderThatCanBeRead() {
        Faulty dataset = new Faulty(null, 1, 5, 6);
        List<String> told = new ArrayList<>();
        ImageDataset loaded = Datasets.load(dataset, new int[] {5, 4, 1, 6, 0, 9, 8}, 3,
                ImageFaults.counted(told::add));
        assertEquals(3, loaded.size());
        int[] expected = {4, 0, 9};
        byte[] got = new byte[loaded.imageBytes()];
        byte[] pixels = new byte[loaded.imageBytes()];
        for (int i = 0; i < 3; i++) {
            assertEquals(SHAPES.name(expected[i]), loaded.name(i));
            assertEquals(SHAPES.label(expected[i]), loaded.label(i));
            loaded.pixels(i, got, 0);
            SHAPES.pixels(expected[i], pixels, 0);
            assertArrayEquals(pixels, got);
        }
        assertEquals(3, told.size());
        assertEquals(2, Datasets.load(dataset, new int[] {5, 4, 3}, 3, ImageFaults.counted(told::add)).size());
        assertEquals("sample: none of 1 images can be read; the first: " + SHAPES.name(5) + ": corrupt image (test)",
                assertThrows(DataException.class,
                        () -> Datasets.load(dataset, new int[] {5}, 3, ImageFaults.counted(told::add))).getMessage());
        assertThrows(DataException.class, () -> Datasets.load(dataset, new int[] {4, 5}, 2, ImageFaults.strict()));
    }

    @Test
    void refusesNonsense() {
        Batches batches = batches(SHAPES);
        assertEquals("prefetching: expected at least 1 thread and 1 image ahead, got 0 and 1",
                assertThrows(DataException.class,
                        () -> new PrefetchingBatches(batches, new int[] {0}, Augmentation.NONE, 0,
                                0, 1, ImageFaults.strict()))
                        .getMessage());
        PrefetchingBatches pass = PrefetchingBatches.over(batches, new int[] {0}, Augmentation.NONE, 0,
                ImageFaults.strict());
        pass.close();
        assertThrows(IllegalStateException.class, () -> pass.next(images(1), labels(1)));
    }
}
