package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.DataException;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.ImageFaults;
import dev.goshawk.data.Normalization;
import dev.goshawk.data.synthetic.SyntheticShapes;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingImagesTest {
    private static final ImageDataset SHAPES = SyntheticShapes.generate("train", 20, 1);
    private static final TrainingSettings SETTINGS = new TrainingSettings(6, 9, 0.9, 0, Augmentation.CIFAR,
            UniformQuantizer.standard(), BitWidth.FLOAT, 1);

    /** The same images as if they lay in files, of which some are damaged. */
    private record InFiles(Set<Integer> bad) implements ImageDataset {
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
        public boolean decodesOnDemand() {
            return true;
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            if (bad.contains(image)) {
                throw new DataException(name(image) + ": damaged");
            }
            SHAPES.pixels(image, rgb, offset);
        }
    }

    private static TrainingImages images(ImageDataset dataset, ImageFaults faults) {
        return new TrainingImages(new TrainingData(dataset, dataset, Normalization.IMAGENET, faults), SETTINGS);
    }

    private static List<float[]> steps(TrainingImages images, int from, int to) {
        List<float[]> batches = new ArrayList<>();
        for (int step = from; step < to; step++) {
            Tensor x = Tensor.zeros(DType.FLOAT32, Shape.of(6, 32, 32, 3));
            images.fill(step, x, Tensor.zeros(DType.FLOAT32, Shape.of(6, 10)));
            batches.add(x.floats());
        }
        return batches;
    }

    @Test
    void imagesInFilesGiveTheBatchesOfImagesInMemory() {
        try (TrainingImages memory = images(SHAPES, ImageFaults.strict());
                TrainingImages files = images(new InFiles(Set.of()), ImageFaults.strict())) {
            List<float[]> expected = steps(memory, 0, 8);
            List<float[]> got = steps(files, 0, 8);
            for (int step = 0; step < 8; step++) {
                assertArrayEquals(expected.get(step), got.get(step), "step " + step);
            }
        }
    }

    @Test
    void aTrainingThatGoesOnSeesTheSameDespiteDamagedFiles() {
        List<String> told = new ArrayList<>();
        ImageDataset damaged = new InFiles(Set.of(2, 3, 11));
        try (TrainingImages whole = images(damaged, ImageFaults.counted(told::add))) {
            List<float[]> expected = steps(whole, 0, 7);
            for (int from = 1; from < 7; from++) {
                try (TrainingImages rest = images(damaged, ImageFaults.counted(_ -> {
                }))) {
                    List<float[]> got = steps(rest, from, 7);
                    for (int step = from; step < 7; step++) {
                        assertArrayEquals(expected.get(step), got.get(step - from), "step " + step + " from " + from);
                    }
                }
            }
        }
        assertEquals(3, told.size(), "each is named once in two epochs and a part");
    }
}
