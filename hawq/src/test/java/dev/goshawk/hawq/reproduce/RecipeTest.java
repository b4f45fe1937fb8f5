package dev.goshawk.hawq.reproduce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.goshawk.data.Augmentation;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.training.TrainingSettings;
import org.junit.jupiter.api.Test;

class RecipeTest {
    private static void measured(int images, int batch, int calibration, int statistics) {
        TrainingSettings settings = new Recipe(3, batch, Augmentation.NONE).training(images, 1, BitWidth.B4);
        assertEquals(calibration, settings.calibrationBatches(), images + " images");
        assertEquals(statistics, settings.statisticsBatches(), images + " images");
    }

    @Test
    void smallTrainingSetsAreMeasuredOnFewerBatches() {
        measured(45_000, 128, 8, 50);
        measured(1_281_167, 32, 8, 50);
        measured(5_400, 128, 2, 6);
        measured(20, 4, 1, 1);
    }
}
