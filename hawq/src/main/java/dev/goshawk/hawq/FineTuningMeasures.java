package dev.goshawk.hawq;

import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.setting.InvalidSettingException;
import dev.goshawk.hawq.setting.Setting;
import dev.goshawk.hawq.training.Schedule;
import dev.goshawk.hawq.training.objective.Distillation;
import dev.goshawk.hawq.training.objective.TrainingObjective;
import dev.goshawk.hawq.training.optimizer.LearningRate;
import dev.goshawk.models.Network;
import dev.goshawk.models.parameters.Parameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What helps a quantized network back to the float one's accuracy, apart from the settings of training and of the quantizer.
 *
 * @param finalRate learning rate of the final epochs, or null for that of the other stages
 * @param progressive widths in descending order through which all weights come down together before their own
 * @param progressiveEpochs epochs at each of these widths
 * @param distillation weight of the float network's predictions in the loss, in [0, 1]
 * @param temperature of distillation, above 0
 */
public record FineTuningMeasures(@Nullable LearningRate finalRate, List<BitWidth> progressive, double progressiveEpochs,
        double distillation, double temperature) {
    /** None of them. */
    public static final FineTuningMeasures NONE = new FineTuningMeasures(null, List.of(), 1, 0, 1);

    public FineTuningMeasures {
        progressive = List.copyOf(progressive);
        if (!(distillation >= 0 && distillation <= 1)) {
            throw new InvalidSettingException(Setting.DISTILLATION, "a weight from 0 to 1", distillation);
        }
        if (!(temperature > 0) || Double.isInfinite(temperature)) {
            throw new InvalidSettingException(Setting.DISTILLATION_TEMPERATURE, "a finite number above 0",
                    temperature);
        }
        if (!(progressiveEpochs >= 0) || Double.isInfinite(progressiveEpochs)) {
            throw new InvalidSettingException(Setting.PROGRESSIVE_EPOCHS, "a finite number of epochs, 0 or more",
                    progressiveEpochs);
        }
        for (int i = 0; i < progressive.size(); i++) {
            if (progressive.get(i).isFloat()
                    || i > 0 && progressive.get(i).bits() >= progressive.get(i - 1).bits()) {
                throw new InvalidSettingException(Setting.PROGRESSIVE_WIDTHS, "descending widths of 1 to 8 bits",
                        progressive);
            }
        }
    }

    /** The same with a learning rate of its own for the final epochs. */
    public FineTuningMeasures withFinalRate(LearningRate value) {
        return new FineTuningMeasures(value, progressive, progressiveEpochs, distillation, temperature);
    }

    /** The same with widths to come down through. */
    public FineTuningMeasures withProgressive(List<BitWidth> widths, double epochs) {
        return new FineTuningMeasures(finalRate, widths, epochs, distillation, temperature);
    }

    /** The same with distillation from the float network. */
    public FineTuningMeasures withDistillation(double weight, double atTemperature) {
        return new FineTuningMeasures(finalRate, progressive, progressiveEpochs, weight, atTemperature);
    }

    Schedule apply(Schedule plain) {
        Schedule schedule = progressive.isEmpty() ? plain : plain.progressive(progressive, progressiveEpochs);
        return finalRate == null ? schedule : schedule.withFinalRate(finalRate);
    }

    TrainingObjective objective(Network network, Parameters floats) {
        return distillation == 0
                ? TrainingObjective.crossEntropy()
                : new Distillation(network, floats, distillation, temperature);
    }
}
