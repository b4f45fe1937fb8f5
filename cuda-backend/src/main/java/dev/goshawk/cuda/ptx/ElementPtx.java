package dev.goshawk.cuda.ptx;

import dev.goshawk.cuda.ptx.PtxKernel.Kind;
import dev.goshawk.graph.Op;
import dev.goshawk.tensor.DType;
import java.util.List;
import java.util.Locale;

/**
 * Arithmetic on registers of one element type, as the reference backend defines it: NaN operands give NaN, comparisons with NaN are
 * false. Values are register names or immediates.
 */
final class ElementPtx {
    /** How a float32 immediate begins. */
    private static final String IMMEDIATE = "0f";

    private final PtxKernel kernel;
    private final boolean single;
    private final String type;
    private final Kind kind;

    ElementPtx(PtxKernel kernel, DType dtype) {
        this.kernel = kernel;
        this.single = dtype == DType.FLOAT32;
        this.type = single ? "f32" : "f64";
        this.kind = single ? Kind.FLOAT : Kind.DOUBLE;
    }

    PtxKernel kernel() {
        return kernel;
    }

    boolean isSingle() {
        return single;
    }

    /** {@code f32} or {@code f64}. */
    String type() {
        return type;
    }

    /** Registers of this type. */
    Kind kind() {
        return kind;
    }

    int bytes() {
        return single ? Float.BYTES : Double.BYTES;
    }

    /** An immediate, rounded to the type. */
    String number(double x) {
        return single
                ? String.format(Locale.ROOT, IMMEDIATE + "%08X", Float.floatToIntBits((float) x))
                : String.format(Locale.ROOT, "0d%016X", Double.doubleToLongBits(x));
    }

    String add(String a, String b) {
        return kernel.result(kind, "add.rn." + type, a, b);
    }

    String subtract(String a, String b) {
        return kernel.result(kind, "sub.rn." + type, a, b);
    }

    String multiply(String a, String b) {
        return kernel.result(kind, "mul.rn." + type, a, b);
    }

    String divide(String a, String b) {
        return kernel.result(kind, "div.rn." + type, a, b);
    }

    /** a b + c, rounded once. */
    String multiplyAdd(String a, String b, String c) {
        return kernel.result(kind, "fma.rn." + type, a, b, c);
    }

    String negate(String a) {
        return kernel.result(kind, "neg." + type, a);
    }

    String absolute(String a) {
        return kernel.result(kind, "abs." + type, a);
    }

    /** The smaller one; of a NaN and a number the number. */
    String least(String a, String b) {
        return kernel.result(kind, "min." + type, a, b);
    }

    /** The larger one; of a NaN and a number the number. */
    String greatest(String a, String b) {
        return kernel.result(kind, "max." + type, a, b);
    }

    /** A predicate: {@code comparison} as in PTX ({@code gt}, {@code ge}, ..., {@code nan} where either is NaN). */
    String test(String comparison, String a, String b) {
        return kernel.result(Kind.PREDICATE, "setp." + comparison + "." + type, a, b);
    }

    String select(String predicate, String yes, String no) {
        return kernel.result(kind, "selp." + type, yes, no, predicate);
    }

    /** The nearest whole number, ties to even. */
    String rounded(String a) {
        return integral("rni", a);
    }

    /** The sum of coefficients times powers of t, the constant first. */
    String polynomial(double[] coefficients, String t) {
        int last = coefficients.length - 1;
        String sum = number(coefficients[last]);
        for (int i = last - 1; i >= 0; i--) {
            sum = multiplyAdd(sum, t, number(coefficients[i]));
        }
        return sum;
    }

    /** These on registers of float64. */
    private ElementPtx wide() {
        return single ? new ElementPtx(kernel, DType.FLOAT64) : this;
    }

    /** A number of this type in float64; exact. */
    private String widened(String a) {
        if (!single) {
            return a;
        }
        return a.startsWith(IMMEDIATE)
                ? wide().number(Float.intBitsToFloat(Integer.parseUnsignedInt(a, IMMEDIATE.length(), a.length(), 16)))
                : kernel.result(Kind.DOUBLE, "cvt.f64.f32", a);
    }

    /** A float64 number in this type, rounded once. */
    private String narrowed(String a) {
        return single ? kernel.result(Kind.FLOAT, "cvt.rn.f32.f64", a) : a;
    }

    private String integral(String rounding, String a) {
        return kernel.result(kind, "cvt." + rounding + "." + type + "." + type, a);
    }

    /** The result of a pointwise op. */
    String apply(Op op, List<String> in) {
        String a = in.get(0);
        return switch (op) {
            case Op.Add _ -> add(a, in.get(1));
            case Op.Subtract _ -> subtract(a, in.get(1));
            case Op.Multiply _ -> multiply(a, in.get(1));
            case Op.Scale(var factor) -> multiply(a, number(factor));
            case Op.AtLeast _ -> select(test("ge", a, in.get(1)), number(1), number(0));
            case Op.Unary(var f) -> unary(f, a);
            case Op.Power(var byX, var byY) ->
                narrowed(new PowerPtx(wide(), byX, byY).of(widened(a), widened(in.get(1))));
            case Op.Where _ -> select(test("gt", a, number(0)), in.get(1), in.get(2));
            case Op.Binary(var f) -> switch (f) {
                case DIVIDE -> divide(a, in.get(1));
                case MAX -> orNaN(greatest(a, in.get(1)), a, in.get(1));
                case MIN -> orNaN(least(a, in.get(1)), a, in.get(1));
            };
            case Op.Piecewise(var f) -> switch (f) {
                case STEP -> select(test("gt", a, number(0)), number(1), number(0));
                case SIGN -> select(test("gt", a, number(0)), number(1),
                        select(test("lt", a, number(0)), number(-1), a));
                case ROUND -> rounded(a);
                case FLOOR -> integral("rmi", a);
            };
            case Op.StraightThrough _ -> a;
            case Op.StraightThroughSlope _ -> number(1);
            case Op.Leaf _, Op.Reshape _, Op.Permute _, Op.Broadcast _, Op.Sum _, Op.CumulativeSum _, Op.MaxOver _, Op.Pad _, Op.Slice _, Op.Concat _, Op.AvgPool _, Op.AvgPoolTranspose _, Op.MaxPoolIndices _, Op.PoolGather _, Op.PoolScatter _, Op.MatMul _, Op.Conv _ ->
                throw new IllegalStateException("not a loop op: " + op.label());
        };
    }

    private String unary(Op.Unary.Function f, String a) {
        TranscendentalPtx functions = new TranscendentalPtx(this);
        return switch (f) {
            case EXP -> functions.exp(a);
            case EXPM1 -> functions.expm1(a);
            case LOG -> functions.log(a);
            case LOG1P -> functions.log1p(a);
            case TANH -> functions.tanh(a);
            case SIGMOID -> functions.sigmoid(a);
            case SIGMOID_SLOPE -> functions.sigmoidSlope(a);
            case SOFTPLUS -> functions.softplus(a);
            case ERF -> new ErrorFunctionPtx(this).erf(a);
            case ERFC -> new ErrorFunctionPtx(this).erfc(a);
            case ERF_SLOPE -> new ErrorFunctionPtx(this).slope(a);
            case SIN -> narrowed(new TrigonometryPtx(wide()).sin(widened(a)));
            case COS -> narrowed(new TrigonometryPtx(wide()).cos(widened(a)));
            case SQRT -> kernel.result(kind, "sqrt.rn." + type, a);
            case RECIPROCAL -> kernel.result(kind, "rcp.rn." + type, a);
            case RELU -> orNaN(greatest(a, number(0)), a, a);
            case ABS -> absolute(a);
        };
    }

    /** {@code value}, or NaN where one of the operands is. */
    String orNaN(String value, String a, String b) {
        return select(test("nan", a, b), number(Double.NaN), value);
    }
}
