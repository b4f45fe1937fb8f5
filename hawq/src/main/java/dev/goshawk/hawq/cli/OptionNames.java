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
            case OTHER_BUILD -> "--other-build";
            case OVERWRITE -> "--overwrite";
            case BITS -> "--bits";
            case BATCH -> "--batch";
            case MICRO_BATCH -> "--micro-batch";
            case SAMPLE_SIZE -> "--sample-size";
            case SUBSAMPLE -> "--subsample";
            case TOLERANCE -> "--tolerance";
            case DRAWS -> "--draws";
            case LEARNING_RATE -> "--lr";
            case FINAL_LEARNING_RATE -> "--final-lr";
            case EPOCHS -> "--epochs";
            case EPOCHS_PER_BLOCK -> "--epochs-per-block";
            case FINAL_EPOCHS -> "--final-epochs";
            case VALIDATION -> "--validation";
            case MOMENTUM -> "--momentum";
            case STATISTICS_BATCHES -> "--statistics-batches";
            case EVALUATE_EVERY -> "--evaluate-every";
            case ACTIVATION_RANGE -> "--activation-range";
            case DISTILLATION -> "--distill";
            case PROGRESSIVE_WIDTHS -> "--progressive";
            case DISTILLATION_TEMPERATURE -> "--distill-temperature";
            case PROGRESSIVE_EPOCHS -> "--progressive-epochs";
            case SEARCH_EPOCHS -> "--search-epochs";
            case EPISODES -> "--episodes";
            case SEARCH_IMAGES -> "--search-images";
            case SEARCH_GAMMA -> "--search-gamma";
            case WEIGHT_DECAY -> "--weight-decay";
            case HEAP -> "GOSHAWK_OPTS=-Xmx";
        };
    }
}
