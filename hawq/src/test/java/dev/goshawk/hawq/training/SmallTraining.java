package dev.goshawk.hawq.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.data.Augmentation;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.data.Normalization;
import dev.goshawk.graph.Value;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.UniformQuantizer;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.Layers;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.models.Window;
import dev.goshawk.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** A network of three blocks on random images of 8x8 pixels, and a training of it in a dozen steps. */
public final class SmallTraining {
    public static final Network NETWORK = new Net();
    static final int BATCH = 8;
    static final UniformQuantizer QUANTIZER = UniformQuantizer.standard();
    static final List<Turn> TURNS = List.of(new Turn("middle", BitWidth.B2), new Turn("last", BitWidth.B3),
            new Turn("first", BitWidth.B4));

    private SmallTraining() {
    }

    private record Net() implements Network {
        @Override
        public String name() {
            return "small";
        }

        @Override
        public int inputSize() {
            return 8;
        }

        @Override
        public int classes() {
            return 3;
        }

        @Override
        public Value logits(Layers net, Value images) {
            Layers first = net.block("first");
            Value x = first.relu("relu", first.batchNorm("bn", first.conv("conv", images, 4, Window.window(3).same())));
            Layers middle = net.block("middle").in("middle");
            Value y = middle.relu("relu1",
                    middle.batchNorm("bn1", middle.conv("conv1", x, 4, Window.window(3).same())));
            y = middle.relu("relu2",
                    middle.batchNorm("bn2", middle.conv("conv2", y, 4, Window.window(3).same())).add(x));
            return net.block("last").linear("fc", net.globalAvgPool(y), 3);
        }
    }

    /** Noise on a color for each class. */
    public record Images(String split, int size) implements ImageDataset {
        @Override
        public int height() {
            return 8;
        }

        @Override
        public int width() {
            return 8;
        }

        @Override
        public int label(int image) {
            return image % 3;
        }

        @Override
        public String name(int image) {
            return split + "/" + image;
        }

        @Override
        public List<String> classes() {
            return List.of("red", "green", "blue");
        }

        @Override
        public void pixels(int image, byte[] rgb, int offset) {
            SplittableRandom random = new SplittableRandom(31L * split.hashCode() + image);
            for (int i = 0; i < imageBytes(); i++) {
                rgb[offset + i] = (byte) (random.nextInt(120) + (i % 3 == label(image) ? 60 : 0));
            }
        }
    }

    public static TrainingData data() {
        return new TrainingData(new Images("train", 50), new Images("test", 21), Normalization.IMAGENET);
    }

    public static TrainingSettings settings(BitWidth activationBits) {
        return new TrainingSettings(BATCH, 11, 0.9, 1e-3, new Augmentation(1, true), QUANTIZER, activationBits, 2);
    }

    public static Parameters parameters() {
        return Parameters.initialize(NETWORK, DType.FLOAT32, 4);
    }

    /** Six steps an epoch: stages of 4 steps, and 3 at the end. */
    static Schedule schedule() {
        return Schedule.blockByBlock(TURNS, 0.7, 0.5, new LearningRate.Cosine(0.05, 0), false);
    }

    static Trainer trainer(Parameters parameters, Backend backend) {
        return new Trainer(NETWORK, parameters, data(), settings(BitWidth.B4), schedule(), backend);
    }

    static Trainer trainer() {
        return trainer(parameters(), Backends.defaultBackend());
    }

    /** The line with which a trainer refuses the checkpoints of a folder. */
    static String refusal(Trainer trainer, Path run) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class,
                () -> trainer.run(new Checkpoints(run, "t"), TrainingListener.NONE));
        String message = String.valueOf(e.getMessage());
        assertEquals(1, message.lines().count(), message);
        return message;
    }
}
