package dev.goshawk.graph;

/** The functions of one number that a {@link Value} applies to its elements. */
abstract sealed class ElementFunctions permits Value {
    private Value self() {
        return (Value) this;
    }

    private Value unary(Op.Unary.Function function) {
        return Value.of(new Op.Unary(function), self());
    }

    private Value piecewise(Op.Piecewise.Function function) {
        return Value.of(new Op.Piecewise(function), self());
    }

    public Value exp() {
        return unary(Op.Unary.Function.EXP);
    }

    /** Natural logarithm. */
    public Value log() {
        return unary(Op.Unary.Function.LOG);
    }

    /** exp(x) - 1, with all digits near 0. */
    public Value expm1() {
        return unary(Op.Unary.Function.EXPM1);
    }

    /** log(1 + x), with all digits near 0. */
    public Value log1p() {
        return unary(Op.Unary.Function.LOG1P);
    }

    /** log(1 + exp(x)), without overflow. */
    public Value softplus() {
        return unary(Op.Unary.Function.SOFTPLUS);
    }

    /** The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
    public Value erf() {
        return unary(Op.Unary.Function.ERF);
    }

    /** 1 - erf(x), with all its digits where erf is near 1. */
    public Value erfc() {
        return unary(Op.Unary.Function.ERFC);
    }

    /** The derivative of {@link #erf()}: 2 / sqrt(pi) exp(-x^2). */
    public Value erfSlope() {
        return unary(Op.Unary.Function.ERF_SLOPE);
    }

    /** Exact to the last places at any finite number, however large; NaN at infinity. */
    public Value sin() {
        return unary(Op.Unary.Function.SIN);
    }

    /** As {@link #sin()}. */
    public Value cos() {
        return unary(Op.Unary.Function.COS);
    }

    /**
     * x^y, with derivatives by both. 0^0 is 1; a negative number has powers with whole exponents only, and no derivative by the exponent
     * (NaN).
     */
    public Value pow(Value exponent) {
        return self().broadcastBinary(new Op.Power(0, 0), exponent);
    }

    /**
     * x^c for a fixed c; x^2, x^3, x^4, x^-1 and x^0.5 are products, the reciprocal and the square root. Derivatives of a whole power of
     * 0 are right: the second of x^2 is 2 there, the third 0.
     */
    public Value pow(double exponent) {
        if (exponent == 1) {
            return self();
        }
        if (exponent == 2 || exponent == 4) {
            return exponent == 2 ? self().square() : self().square().square();
        }
        if (exponent == 3) {
            return self().square().multiply(self());
        }
        if (exponent == -1) {
            return reciprocal();
        }
        return exponent == 0.5 ? sqrt() : pow(self().like(exponent));
    }

    /** log(sigmoid(x)) = -softplus(-x), finite for every finite x. */
    public Value logSigmoid() {
        return self().negate().softplus().negate();
    }

    public Value sqrt() {
        return unary(Op.Unary.Function.SQRT);
    }

    public Value reciprocal() {
        return unary(Op.Unary.Function.RECIPROCAL);
    }

    public Value tanh() {
        return unary(Op.Unary.Function.TANH);
    }

    /** 1 / (1 + exp(-x)). */
    public Value sigmoid() {
        return unary(Op.Unary.Function.SIGMOID);
    }

    /** sigmoid(x) sigmoid(-x), the derivative of {@link #sigmoid}. */
    public Value sigmoidSlope() {
        return unary(Op.Unary.Function.SIGMOID_SLOPE);
    }

    /** max(x, 0), derivative 0 at 0. */
    public Value relu() {
        return unary(Op.Unary.Function.RELU);
    }

    public Value abs() {
        return unary(Op.Unary.Function.ABS);
    }

    /** 1 where positive, 0 elsewhere; a constant to differentiation. */
    public Value step() {
        return piecewise(Op.Piecewise.Function.STEP);
    }

    /** -1, 0 or 1; a constant to differentiation. */
    public Value sign() {
        return piecewise(Op.Piecewise.Function.SIGN);
    }

    /** Nearest integer, ties to even; a constant to differentiation. */
    public Value round() {
        return piecewise(Op.Piecewise.Function.ROUND);
    }

    /** Largest integer not above; a constant to differentiation. */
    public Value floor() {
        return piecewise(Op.Piecewise.Function.FLOOR);
    }
}
