package dev.goshawk.hawq.search.haq;

import dev.goshawk.data.Batches;
import dev.goshawk.data.ImageDataset;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.search.SearchTask;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Checkpoints;
import dev.goshawk.hawq.training.DivergedException;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.Schedule.Stage;
import dev.goshawk.hawq.training.Schedule.Turn;
import dev.goshawk.hawq.training.Trainer;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.hawq.training.TrainingListener;
import dev.goshawk.hawq.training.TrainingSettings;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.LayerHooks;
import dev.goshawk.models.Mode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How well a choice of widths does: all blocks are quantized, trained for an epoch of some images, and measured on held-out ones. */
final class Trial {
    private static final double RATE = 1e-3;
    private static final int MOST_IMAGES = 5000;
    /** A ninth of the training images. */
    private static final int PART = 9;
    private static final int HELD_OUT_PART = 10;
    /** A forward pass as a part of a step of training. */
    private static final double FORWARD = 1 / 3.0;

    private final SearchTask task;
    private final TrainingData data;
    private final TrainingSettings settings;
    private final boolean trains;

    /**
     * Trials of a task.
     *
     * @param images to train on, 0 to measure without training, or null for the usual number
     * @throws InvalidSettingException if there are not as many
     */
    Trial(SearchTask task, @Nullable Integer images) {
        this.task = task;
        this.trains = images == null || images > 0;
        TrainingData all = task.data();
        long seed = task.settings().seed();
        ImageDataset held = all.validation();
        TrainingData rest = all;
        if (held == null) {
            TrainingData.Divided d = all.setAside(heldOut(all.train().size()), seed);
            held = d.aside();
            rest = d.rest();
        }
        int most = rest.train().size();
        if (images != null && images > most) {
            throw new InvalidSettingException(Setting.SEARCH_IMAGES,
                    "0 to " + most + " training images that are not held out", images);
        }
        int used = images == null || images == 0 ? usual(most) : images;
        ImageDataset train = used == most ? rest.train() : rest.setAside(used, seed).aside();
        this.data = new TrainingData(train, held, all.normalization(), all.faults());
        this.settings = task.settings().withBatch(Math.min(task.settings().batch(), train.size()))
                .withStatisticsBatches(0).withEvaluateEvery(0);
    }

    private static int usual(int images) {
        return Math.max(1, Math.min(MOST_IMAGES, images / PART));
    }

    private static int heldOut(int images) {
        return Math.max(1, Math.min(MOST_IMAGES, images / HELD_OUT_PART));
    }

    /**
     * About how long a trial takes, in epochs of training.
     *
     * @param wanted images to train on, or null for the usual number
     * @param images there are
     */
    static double epochs(@Nullable Integer wanted, int images) {
        return ((wanted == null ? usual(images) : wanted) + FORWARD * heldOut(images)) / images;
    }

    /** Images that are trained on. */
    int images() {
        return trains ? data.train().size() : 0;
    }

    /** Images that accuracy is measured on. */
    int heldOut() {
        return data.test().size();
    }

    /** Accuracy of the float network, in [0, 1]. */
    double floatAccuracy() {
        ImageDataset held = data.test();
        int batch = Math.min(settings.batch(), held.size());
        return new Evaluator(task.network().trace(task.weights().dtype(), batch, held.height(), held.width(),
                Mode.EVALUATION, LayerHooks.NONE), task.weights(), task.backend())
                .evaluate(new Batches(held, data.normalization(), 0), data.faults(), Evaluator.LogitsListener.NONE)
                .accuracy();
    }

    /** Accuracy with these widths, in [0, 1]; 0 where the training diverges. */
    double accuracy(BitAllocation allocation) {
        List<Turn> turns = allocation.blocks().stream().map(b -> new Turn(b.name(), allocation.of(b))).toList();
        Schedule schedule = new Schedule(List.of(new Stage("trial", turns, trains ? 1 : 0)),
                new LearningRate.Constant(RATE), false);
        Trainer trainer = new Trainer(task.network(), task.weights().copy(), data, settings, schedule, task.backend());
        try {
            Double accuracy = trainer.run(Checkpoints.none(), TrainingListener.NONE).getLast().testAccuracy();
            return accuracy == null ? 0 : accuracy;
        } catch (DivergedException e) {
            return 0;
        }
    }
}
