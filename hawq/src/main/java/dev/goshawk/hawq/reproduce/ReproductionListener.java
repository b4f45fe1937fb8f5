package dev.goshawk.hawq.reproduce;

import dev.goshawk.hawq.HawqListener;
import dev.goshawk.hawq.training.TrainingListener;

/** Told how a table goes on; throwing from it ends the work, which can be taken up again. */
public interface ReproductionListener {
    /** A row is in the ledger already. */
    default void known(LedgerRow row, int number, int rows) {
    }

    /** A row begins, or goes on; the first has the number 1. */
    default void begins(Experiment experiment, int number, int rows) {
    }

    /** Is told how the float network's training goes on. */
    default TrainingListener floats() {
        return TrainingListener.NONE;
    }

    /** Is told how a row goes on. */
    default HawqListener row(Experiment experiment) {
        return HawqListener.NONE;
    }

    /** A row is finished and in the ledger. */
    default void finished(LedgerRow row, int number, int rows) {
    }

    /**
     * The loss around the float network is being measured.
     *
     * @param what is measured now
     * @param fraction of this kind of measurement that is done, 0 to 1
     */
    default void surveying(String what, double fraction) {
    }

    /** Something that a person should know, in one line. */
    default void note(String line) {
    }

    /** A row came to nothing, which the line explains; the others go on. */
    default void failed(Experiment experiment, String line) {
    }
}
