package dev.goshawk.hawq.training;

import dev.goshawk.data.Augmentation;
import dev.goshawk.data.Batches;
import dev.goshawk.data.PrefetchingBatches;
import dev.goshawk.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The batches of a training, each a function of the seed and its place (epoch, step). Images that stay in files are decoded
 * ahead while the network computes. Used by one thread.
 */
final class TrainingImages implements AutoCloseable {
    private final TrainingData data;
    private final TrainingSettings settings;
    private final Batches batches;
    private final int stepsPerEpoch;
    private int orderOf = -1;
    private int[] order = {};
    private @Nullable PrefetchingBatches pass;
    private long next = -1;

    TrainingImages(TrainingData data, TrainingSettings settings) {
        this.data = data;
        this.settings = settings;
        this.batches = new Batches(data.train(), data.normalization(), settings.seed());
        this.stepsPerEpoch = data.train().size() / settings.batch();
    }

    /** Steps in which each image comes once, but for those left over by the last full batch. */
    int stepsPerEpoch() {
        return stepsPerEpoch;
    }

    /** Fills the batch of a step, counted from the start of the training, as the settings vary it. */
    void fill(long step, Tensor images, Tensor labels) {
        int epoch = Math.toIntExact(step / stepsPerEpoch);
        int from = (int) (step % stepsPerEpoch) * settings.batch();
        if (!data.train().decodesOnDemand()) {
            batches.fill(order(epoch), from, images, labels, settings.augmentation(), epoch);
            return;
        }
        PrefetchingBatches running = pass;
        if (running == null || step != next || from == 0) {
            close();
            running = PrefetchingBatches.training(batches, order(epoch), from, stepsPerEpoch * settings.batch(),
                    settings.augmentation(), epoch, data.faults());
            pass = running;
        }
        running.next(images, labels);
        next = step + 1;
    }

    /** Fills a batch with images of the first epoch as they are, without variation. */
    void fillPlain(int batch, Tensor images, Tensor labels) {
        int from = batch * settings.batch();
        try (PrefetchingBatches plain = PrefetchingBatches.training(batches, order(0), from,
                from + settings.batch(), Augmentation.NONE, 0, data.faults())) {
            plain.next(images, labels);
        }
    }

    private int[] order(int epoch) {
        if (epoch != orderOf) {
            order = batches.order(epoch);
            orderOf = epoch;
        }
        return order;
    }

    /** Stops decoding ahead; the next batch starts it again. */
    @Override
    public void close() {
        PrefetchingBatches running = pass;
        if (running != null) {
            running.close();
            pass = null;
        }
    }
}
