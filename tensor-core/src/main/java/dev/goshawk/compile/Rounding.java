package dev.goshawk.compile;

import dev.goshawk.tensor.DType;

/** Which numbers of a type round to a bound, ties to even: what a comparison needs to know to do without the rounding. */
final class Rounding {
    private Rounding() {
    }

    /** Whether the type has the numbers half way between the integers about the bound. */
    static boolean isExact(double bound, DType type) {
        return type.isFloating() && Math.abs(bound) < (type == DType.FLOAT32 ? 0x1p22 : 0x1p51);
    }

    /** The smallest number of the type that rounds to the bound, as the type has it, or above it. */
    static double least(double bound, DType type) {
        double whole = Math.ceil(type == DType.FLOAT32 ? (float) bound : bound);
        double tie = whole - 0.5;
        if (whole % 2 == 0) {
            return tie;
        }
        return type == DType.FLOAT32 ? Math.nextUp((float) tie) : Math.nextUp(tie);
    }

    /** The greatest number of the type that rounds to the bound, as the type has it, or below it. */
    static double most(double bound, DType type) {
        return -least(-bound, type);
    }
}
