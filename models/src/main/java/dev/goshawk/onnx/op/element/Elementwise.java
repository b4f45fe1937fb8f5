package dev.goshawk.onnx.op.element;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.ElementKind;
import dev.goshawk.onnx.format.OnnxException;
import dev.goshawk.onnx.op.Node;
import dev.goshawk.onnx.op.Operator;
import dev.goshawk.onnx.op.Rounding;
import dev.goshawk.onnx.op.Term;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Functions of one operand. */
public final class Elementwise {
    private static final double SELU_ALPHA = 1.67326319217681884765625;
    private static final double SELU_GAMMA = 1.05070102214813232421875;

    private Elementwise() {
    }

    /** Puts the operators into a table, by ONNX's names. */
    public static void register(Map<String, Operator> all) {
        plain(all, "Identity", x -> x);
        all.put("Dropout", Elementwise::dropout);
        all.put("Cast", Operator.single(n -> cast(n, ElementKind.of(n.onnx().whole("to", 1)))));
        all.put("CastLike", Operator.single(n -> {
            ConstantArray like = n.term(1).constant();
            boolean whole = like != null && like.isInteger() || n.term(1).rounding() != null;
            return cast(n, n.isTruth(1) ? ElementKind.BOOL : whole ? ElementKind.INT64 : ElementKind.FLOAT);
        }));
        Inverses.register(all);
        Bits.register(all);
        plain(all, "Sigmoid", Value::sigmoid);
        plain(all, "Tanh", Value::tanh);
        plain(all, "Exp", Value::exp);
        plain(all, "Log", Value::log);
        plain(all, "Sqrt", Value::sqrt);
        plain(all, "Abs", Value::abs);
        plain(all, "Neg", Value::negate);
        plain(all, "Reciprocal", Value::reciprocal);
        plain(all, "Softplus", Value::softplus);
        plain(all, "Sin", Value::sin);
        plain(all, "Cos", Value::cos);
        plain(all, "Tan", x -> x.sin().divide(x.cos()));
        plain(all, "Sinh", x -> halfSinh(x).multiply(x.scale(0.5).exp().add(x.scale(-0.5).exp())));
        plain(all, "Cosh", x -> halfSinh(x).square().scale(2).add(1));
        plain(all, "Atanh", x -> x.log1p().subtract(x.negate().log1p()).scale(0.5));
        plain(all, "IsNaN", x -> x.atLeast(x).negate().add(1));
        all.put("IsInf", Operator.single(n -> {
            boolean above = n.onnx().whole("detect_positive", 1) == 1;
            boolean below = n.onnx().whole("detect_negative", 1) == 1;
            return n.map(0, x -> {
                Value infinity = x.like(Double.POSITIVE_INFINITY);
                Value either = above && below ? x.abs() : above ? x : x.negate();
                return above || below ? either.atLeast(infinity) : x.like(0);
            });
        }));
        plain(all, "Erf", Value::erf);
        plain(all, "Floor", Value::floor);
        plain(all, "Ceil", x -> x.negate().floor().negate());
        plain(all, "Round", Value::round);
        plain(all, "Sign", Value::sign);
        plain(all, "Not", x -> x.negate().add(1));
        plain(all, "Softsign", Elementwise::softsign);
        plain(all, "Mish", x -> x.multiply(x.softplus().tanh()));
        plain(all, "HardSwish", x -> x.multiply(Activations.clamp(x.scale(1.0 / 6).add(0.5), 0, 1)));
        all.put("Swish", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 1);
            return n.map(0, x -> x.multiply(x.scale(alpha).sigmoid()));
        }));
        all.put("Relu", Operator.single(n -> n.map(0, x -> n.source().activation(n.activation(), x.relu()))));
        all.put("LeakyRelu", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 0.01);
            return n.map(0, x -> leaky(x, x.negate().relu().scale(alpha)));
        }));
        all.put("Elu", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 1);
            return n.map(0, x -> elu(x, alpha, 1));
        }));
        all.put("Celu", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 1);
            return n.map(0, x -> elu(x, alpha, alpha));
        }));
        all.put("Selu", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", SELU_ALPHA);
            double gamma = n.onnx().real("gamma", SELU_GAMMA);
            return n.map(0, x -> elu(x, alpha, 1).scale(gamma));
        }));
        all.put("HardSigmoid", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 0.2);
            double beta = n.onnx().real("beta", 0.5);
            return n.map(0, x -> Activations.clamp(x.scale(alpha).add(beta), 0, 1));
        }));
        all.put("ThresholdedRelu", Operator.single(n -> {
            double alpha = n.onnx().real("alpha", 1);
            return n.map(0, x -> Functions.where(x.subtract(alpha), x, x.like(0)));
        }));
        all.put("Shrink", Operator.single(n -> {
            double bias = n.onnx().real("bias", 0);
            double lambda = n.onnx().real("lambd", 0.5);
            return n.map(0, x -> x.subtract(x.sign().scale(bias)).multiply(x.abs().subtract(lambda).step()));
        }));
        all.put("Gelu", Operator.single(Elementwise::gelu));
        all.put("Clip", Operator.single(Elementwise::clip));
        all.put("PRelu", Operator.single(Elementwise::prelu));
    }

    /** The identity, with a mask that drops nothing. */
    private static List<Term> dropout(Node n) {
        boolean training = !n.source().hasMode() && n.has(2) && n.constant(2).scalar() != 0
                && n.number("ratio", 1, 0.5) != 0;
        if (training) {
            throw new OnnxException("training_mode true is not supported; export the network in evaluation mode");
        }
        Shape s = n.shape(0);
        return List.of(n.map(0, x -> x), Term.constant("", ConstantArray.of(s, 1L), false));
    }

    private static void plain(Map<String, Operator> all, String name, UnaryOperator<Value> function) {
        all.put(name, Operator.single(n -> n.map(0, function)));
    }

    /** sinh(x / 2): differences of numbers of unlike sign lose no digits near 0, and half of x overflows later. */
    private static Value halfSinh(Value x) {
        return x.scale(0.5).expm1().subtract(x.scale(-0.5).expm1()).scale(0.5);
    }

    /** x / (1 + |x|), which is 1 in magnitude where x is infinite. */
    public static Value softsign(Value x) {
        double most = x.dtype() == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        Value finite = x.max(x.like(-most)).min(x.like(most));
        return finite.divide(finite.abs().add(1));
    }

    /** The whole part, towards zero. */
    static Value truncated(Value x) {
        return x.abs().floor().multiply(x.sign());
    }

    /** To whole numbers the fraction is dropped, to truth values all but 0 are 1; floating types are all one. */
    private static Term cast(Node n, ElementKind to) {
        ConstantArray known = n.term(0).constant();
        boolean whole = n.term(0).rounding() != null || known != null && known.isInteger();
        if (!to.isInteger() || whole && to != ElementKind.BOOL) {
            return n.map(0, x -> x);
        }
        return n.map(0, to == ElementKind.BOOL ? x -> x.sign().abs() : Elementwise::truncated);
    }

    /** x where it is positive, else minus what is given for its negative part. */
    private static Value leaky(Value x, Value negative) {
        return x.relu().subtract(negative);
    }

    private static Value elu(Value x, double alpha, double width) {
        return x.relu().add(x.min(x.like(0)).scale(1 / width).expm1().scale(alpha));
    }

    private static Term gelu(Node n) {
        boolean tanh = "tanh".equals(n.onnx().text("approximate", "none"));
        return n.map(0, tanh ? Activations::geluTanh : Activations::gelu);
    }

    private static Term clip(Node n) {
        if (n.has(1) && !n.term(1).isConstant() || n.has(2) && !n.term(2).isConstant()) {
            return n.map(0, x -> {
                Value y = n.has(1) ? x.max(n.logical(1)) : x;
                return n.has(2) ? y.min(n.logical(2)) : y;
            });
        }
        double low = n.number("min", 1, Double.NEGATIVE_INFINITY);
        double high = n.number("max", 2, Double.POSITIVE_INFINITY);
        Rounding rounding = n.term(0).rounding();
        if (rounding != null) {
            return rounding.within(low, high).codes(n.term(0), n.source().rounds());
        }
        // From 0 up it is a rectifier, such as ReLU6: its result is what a quantizer acts on.
        return n.map(0, x -> {
            Value y = low == 0 ? x.relu() : low == Double.NEGATIVE_INFINITY ? x : x.max(x.like(low));
            Value clipped = high == Double.POSITIVE_INFINITY ? y : y.min(y.like(high));
            return low == 0 ? n.source().activation(n.activation(), clipped) : clipped;
        });
    }

    private static Term prelu(Node n) {
        Value x = n.logical(0);
        Value slope = n.logical(1);
        if (slope.shape().rank() == 1 && x.shape().rank() > 2 && n.opset() < Node.NUMPY_BROADCAST) {
            int[] perChannel = new int[x.shape().rank() - 1];
            Arrays.fill(perChannel, 1);
            perChannel[0] = slope.shape().dim(0);
            slope = slope.reshape(Shape.of(perChannel));
        }
        return Term.traced(leaky(x, x.negate().relu().multiply(slope)));
    }
}
