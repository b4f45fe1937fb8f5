package dev.goshawk.cpu.exec.loop;

import dev.goshawk.cpu.kernel.element.ElementOp;
import dev.goshawk.graph.Op;

/** The pass that computes each function of an elementwise op. */
final class FunctionPasses {
    private FunctionPasses() {
    }

    static ElementOp of(Op.Unary.Function f) {
        return switch (f) {
            case EXP -> ElementOp.EXP;
            case EXPM1 -> ElementOp.EXPM1;
            case LOG -> ElementOp.LOG;
            case LOG1P -> ElementOp.LOG1P;
            case SQRT -> ElementOp.SQRT;
            case RECIPROCAL -> ElementOp.RECIPROCAL;
            case TANH -> ElementOp.TANH;
            case SIGMOID -> ElementOp.SIGMOID;
            case SIGMOID_SLOPE -> ElementOp.SIGMOID_SLOPE;
            case SOFTPLUS -> ElementOp.SOFTPLUS;
            case ERF -> ElementOp.ERF;
            case ERFC -> ElementOp.ERFC;
            case ERF_SLOPE -> ElementOp.ERF_SLOPE;
            case SIN -> ElementOp.SIN;
            case COS -> ElementOp.COS;
            case RELU -> ElementOp.RELU;
            case ABS -> ElementOp.ABS;
        };
    }

    static ElementOp of(Op.Binary.Function f) {
        return switch (f) {
            case DIVIDE -> ElementOp.DIVIDE;
            case MAX -> ElementOp.MAX;
            case MIN -> ElementOp.MIN;
        };
    }

    static ElementOp of(Op.Piecewise.Function f) {
        return switch (f) {
            case STEP -> ElementOp.STEP;
            case SIGN -> ElementOp.SIGN;
            case ROUND -> ElementOp.ROUND;
            case FLOOR -> ElementOp.FLOOR;
        };
    }
}
