package dev.goshawk.packed.format;

import java.util.Arrays;

/**
 * What the codes of a weight stand for, given some float32 numbers of its own. All arithmetic rounds to float32, ties to even.
 *
 * @param form how values follow from codes
 * @param bits width of a code, 1 to 8; 32 where the weight is float
 * @param levels number of codes in use, at most 2^bits; 0 where the weight is float
 * @param groups 1, or the number of output channels where each has numbers of its own
 * @param first integer of code 0, of the linear form; else 0
 * @param stride step between the integers of neighboring codes, of the linear form; else 0
 */
public record LevelRule(Form form, int bits, int levels, int groups, int first, int stride) {
    private static final int MOST_BITS = 8;
    private static final int FLOAT_BITS = 32;

    /** How values follow from codes. Files hold the place in this list. */
    public enum Form {
        /** There are no codes: the weight is float. */
        FLOAT,
        /** (first + stride code) s, with a scale s for each group. */
        LINEAR,
        /** 2 (code / (2^bits - 1)) - 1, without numbers. */
        UNIT,
        /** The sums of v'e over e in {-1, 1}^bits in ascending order, with numbers v [bits, groups]. */
        BASIS,
        /** A number for each code and group, [levels, groups]. */
        TABLE
    }

    /**
     * Checks what a file claims.
     *
     * @throws IllegalArgumentException in one line, if it makes no sense
     */
    public LevelRule {
        boolean sound = form == Form.FLOAT
                ? bits == FLOAT_BITS && levels == 0
                : bits >= 1 && bits <= MOST_BITS && levels >= 1 && levels <= 1 << bits;
        if (!sound || groups < 1) {
            throw new IllegalArgumentException("expected a width of 1 to 8 bits and at most 2^width levels, got " + bits
                    + " bits and " + levels + " levels of " + groups + " groups as " + form);
        }
        if ((form == Form.UNIT || form == Form.BASIS) && levels != 1 << bits
                || form != Form.LINEAR && (first != 0 || stride != 0) || form == Form.LINEAR && stride < 1) {
            throw new IllegalArgumentException("expected the levels of " + form + " at " + bits + " bits, got " + levels
                    + " from " + first + " in steps of " + stride);
        }
    }

    /** A float weight. */
    public static LevelRule ofFloats() {
        return new LevelRule(Form.FLOAT, FLOAT_BITS, 0, 1, 0, 0);
    }

    public boolean isFloat() {
        return form == Form.FLOAT;
    }

    /** How many numbers it takes. */
    public int numbers() {
        return switch (form) {
            case FLOAT, UNIT -> 0;
            case LINEAR -> groups;
            case BASIS -> bits * groups;
            case TABLE -> levels * groups;
        };
    }

    /** The integer that a code of the linear form stands for. */
    public int integer(int code) {
        return first + stride * code;
    }

    /**
     * The values of all codes.
     *
     * @param numbers as many as {@link #numbers} says
     * @return [levels, groups], row-major
     */
    public float[] table(float[] numbers) {
        float[] table = new float[levels * groups];
        switch (form) {
            case FLOAT -> {
            }
            case LINEAR -> {
                for (int i = 0; i < table.length; i++) {
                    table[i] = integer(i / groups) * numbers[i % groups];
                }
            }
            case UNIT -> {
                int n = levels - 1;
                for (int i = 0; i < table.length; i++) {
                    table[i] = (float) (i / groups) / n * 2 - 1;
                }
            }
            case BASIS -> {
                for (int g = 0; g < groups; g++) {
                    float[] sums = sums(numbers, bits, groups, g, true);
                    for (int k = 0; k < levels; k++) {
                        table[k * groups + g] = sums[k];
                    }
                }
            }
            case TABLE -> System.arraycopy(numbers, 0, table, 0, table.length);
        }
        return table;
    }

    /**
     * The sums v'e in ascending order, added in float64 from the first number on and rounded once.
     *
     * @param numbers [bits, groups]
     * @param signed whether e is of {-1, 1}, or of {0, 1}
     */
    static float[] sums(float[] numbers, int bits, int groups, int group, boolean signed) {
        double[] sums = new double[1 << bits];
        for (int e = 0; e < sums.length; e++) {
            for (int k = 0; k < bits; k++) {
                int bit = e >> k & 1;
                sums[e] += (signed ? 2 * bit - 1 : bit) * (double) numbers[k * groups + group];
            }
        }
        Arrays.sort(sums);
        float[] rounded = new float[sums.length];
        for (int e = 0; e < rounded.length; e++) {
            rounded[e] = (float) sums[e];
        }
        return rounded;
    }
}
