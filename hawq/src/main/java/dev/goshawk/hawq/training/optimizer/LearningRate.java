package dev.goshawk.hawq.training.optimizer;

import java.util.List;

/** A learning rate as a function of progress. */
public sealed interface LearningRate {
    /**
     * The rate for a step.
     *
     * @param step from 0 to {@code totalSteps - 1}
     * @param totalSteps length of the schedule, 1 or more
     */
    double at(long step, long totalSteps);

    /** The same rate throughout. */
    record Constant(double rate) implements LearningRate {
        public Constant {
            positive(rate);
        }

        @Override
        public double at(long step, long totalSteps) {
            check(step, totalSteps);
            return rate;
        }
    }

    /**
     * The initial rate times {@code factor} for each milestone passed.
     *
     * @param milestones fractions of the schedule in (0, 1), ascending
     */
    record Step(double initial, double factor, List<Double> milestones) implements LearningRate {
        public Step {
            positive(initial);
            if (!(factor > 0 && factor <= 1)) {
                throw new IllegalArgumentException("learning rate factor: expected a number in (0, 1], got " + factor);
            }
            milestones = List.copyOf(milestones);
            double previous = 0;
            for (double m : milestones) {
                if (!(m > previous && m < 1)) {
                    throw new IllegalArgumentException(
                            "learning rate milestones: expected ascending fractions in (0, 1), got " + milestones);
                }
                previous = m;
            }
        }

        @Override
        public double at(long step, long totalSteps) {
            check(step, totalSteps);
            double rate = initial;
            for (double m : milestones) {
                if (step >= m * totalSteps) {
                    rate *= factor;
                }
            }
            return rate;
        }
    }

    /**
     * From {@code initial} down to {@code last} along half a cosine (Loshchilov and Hutter, ICLR 2017, eq. 5, no
     * restarts).
     */
    record Cosine(double initial, double last) implements LearningRate {
        public Cosine {
            positive(initial);
            if (!(last >= 0 && last <= initial)) {
                throw new IllegalArgumentException(
                        "learning rate: expected a last rate in [0, " + initial + "], got " + last);
            }
        }

        @Override
        public double at(long step, long totalSteps) {
            check(step, totalSteps);
            return last + (initial - last) / 2 * (1 + Math.cos(Math.PI * step / totalSteps));
        }
    }

    /**
     * A linear rise over the first steps, then another schedule over the rest.
     *
     * @param steps length of the rise; where it is the whole schedule or more, the rise never ends
     */
    record WarmUp(long steps, LearningRate then) implements LearningRate {
        public WarmUp {
            if (steps < 1) {
                throw new IllegalArgumentException("learning rate warm-up: expected at least 1 step, got " + steps);
            }
        }

        @Override
        public double at(long step, long totalSteps) {
            check(step, totalSteps);
            long rest = Math.max(1, totalSteps - steps);
            return step < steps ? then.at(0, rest) * (step + 1) / steps : then.at(step - steps, rest);
        }
    }

    private static void positive(double rate) {
        if (!(rate > 0) || Double.isInfinite(rate)) {
            throw new IllegalArgumentException("learning rate: expected a finite number above 0, got " + rate);
        }
    }

    private static void check(long step, long totalSteps) {
        if (step < 0 || step >= totalSteps) {
            throw new IllegalArgumentException(
                    "learning rate: expected a step in 0.." + (totalSteps - 1) + ", got " + step);
        }
    }
}
