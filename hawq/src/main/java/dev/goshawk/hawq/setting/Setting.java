package dev.goshawk.hawq.setting;

/** What a caller can set and a message may speak of. */
public enum Setting {
    /** Where a run keeps its files. */
    RUN_FOLDER("run folder"),
    /** Going on with the run in the folder. */
    RESUME("resuming"),
    /** Going on with what another build of Goshawk began. */
    OTHER_BUILD("accepting other builds"),
    /** Deleting the run in the folder first. */
    OVERWRITE("overwriting"),
    /** Widths of the blocks. */
    BITS("bits"),
    /** Images per training step. */
    BATCH("batch"),
    /** Images whose curvature is computed at once. */
    MICRO_BATCH("micro-batch"),
    /** Images over which curvature is taken. */
    SAMPLE_SIZE("sample size"),
    /** Images whose Hessian guides the search for eigenvalues. */
    SUBSAMPLE("subsample"),
    /** Tolerance of an eigenvalue. */
    TOLERANCE("tolerance"),
    /** Random vectors for a trace. */
    DRAWS("draws"),
    /** Initial learning rate. */
    LEARNING_RATE("learning rate"),
    /** Initial learning rate of the last stage. */
    FINAL_LEARNING_RATE("final learning rate"),
    /** Length of a training. */
    EPOCHS("epochs"),
    /** Length of the training after each block. */
    EPOCHS_PER_BLOCK("epochs per block"),
    /** Length of the training after the last block's. */
    FINAL_EPOCHS("final epochs"),
    /** Training images held out. */
    VALIDATION("validation images"),
    /** Momentum of gradient descent. */
    MOMENTUM("momentum"),
    /** Training batches from which batch normalization's statistics are measured anew. */
    STATISTICS_BATCHES("statistics batches"),
    /** Epochs between evaluations. */
    EVALUATE_EVERY("epochs between evaluations"),
    /** Factor on the measured range of activations. */
    ACTIVATION_RANGE("activation range"),
    /** Weight of the float network's predictions in the loss. */
    DISTILLATION("distillation"),
    /** Divides logits in distillation. */
    DISTILLATION_TEMPERATURE("distillation temperature"),
    /** Epochs at each width that weights come down through. */
    PROGRESSIVE_EPOCHS("progressive epochs"),
    /** Widths that weights come down through. */
    PROGRESSIVE_WIDTHS("progressive widths"),
    /** Epochs of a differentiable search. */
    SEARCH_EPOCHS("search epochs"),
    /** Trials of a search by trials. */
    EPISODES("episodes"),
    /** Training images that a search trains on. */
    SEARCH_IMAGES("search images"),
    /** Exponent of the size in a differentiable search. */
    SEARCH_GAMMA("search gamma"),
    /** L2 penalty. */
    WEIGHT_DECAY("weight decay"),
    /** The JVM's heap; the size follows without a space, as in {@code -Xmx8g}. */
    HEAP("-Xmx");

    private final String words;

    Setting(String words) {
        this.words = words;
    }

    /** What messages of the library call it. */
    public String words() {
        return words;
    }
}
