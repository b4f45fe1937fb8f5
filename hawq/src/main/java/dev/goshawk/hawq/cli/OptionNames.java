package dev.goshawk.hawq.cli;

import dev.goshawk.hawq.setting.Setting;

/** The option of each setting: the one place where what the library speaks of meets the command line. */
final class OptionNames {
    private OptionNames() {
    }

    /** As a user types it. */
    static String of(Setting setting) {
        return switch (setting) {
            case RUN_FOLDER -> "--out";
            case RESUME -> "--resume";
            case OVERWRITE -> "--overwrite";
            case BATCH -> "--batch";
            case MICRO_BATCH -> "--micro-batch";
            case SAMPLE_SIZE -> "--sample-size";
            case SUBSAMPLE -> "--subsample";
            case TOLERANCE -> "--tolerance";
            case LEARNING_RATE -> "--lr";
            case EPOCHS -> "--epochs";
            case EPOCHS_PER_BLOCK -> "--epochs-per-block";
            case FINAL_EPOCHS -> "--final-epochs";
            case MOMENTUM -> "--momentum";
            case WEIGHT_DECAY -> "--weight-decay";
            case HEAP -> "GOSHAWK_OPTS=-Xmx";
        };
    }
}
