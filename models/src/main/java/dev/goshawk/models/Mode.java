package dev.goshawk.models;

/** Which statistics batch normalization uses. */
public enum Mode {
    /** The running statistics, as parameters: images of a batch do not influence each other. */
    EVALUATION,
    /** The batch's own, through which derivatives flow; the traced network reports them for the running averages. */
    TRAINING
}
