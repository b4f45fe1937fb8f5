package dev.goshawk.autodiff;

import dev.goshawk.backend.Backend;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.ShapeMismatchException;
import java.util.List;
import java.util.SequencedMap;

/**
 * Products with the Fisher information matrix of a classifier, and with the empirical one (Martens, JMLR 21, 2020, sections 5 and
 * 11). The two differ: the first takes labels from the model, the second from the data.
 */
public final class Fisher {
    private Fisher() {
    }

    /**
     * The Fisher matrix of a softmax over the last axis of the logits, exact by summing over the classes, mean over the N rows:
     * <pre>F = 1/N sum_n sum_c p_nc (d log p_nc / dw) (d log p_nc / dw)'.</pre>
     * It equals the {@link GaussNewton} matrix of the mean cross-entropy by those logits. One product is a tangent of log p and a
     * vector-Jacobian product, whatever the number of classes.
     *
     * @param loss a scalar that the value and the gradient are of; computed from the logits
     * @param logits [..., classes]
     * @param by inputs w that the matrix is taken by
     * @throws IllegalArgumentException if the loss is not computed from the logits
     * @throws ShapeMismatchException if the logits are a scalar
     */
    public static HessianVectorProduct of(Value loss, Value logits, List<Value> by, Backend backend) {
        return new CurvatureTrace(loss, Variables.named(loss, by)).compile(trace(loss, logits, by, true), backend);
    }

    /** The traced parts of {@link #of(Value, Value, List, Backend)}, before compilation. */
    public static Linearization trace(Value loss, Value logits, List<Value> by, boolean withGradient) {
        return parts(loss, logits, Variables.named(loss, by), withGradient);
    }

    /**
     * As {@link #of(Value, Value, List, Backend)} by values on the way to the logits, such as a layer's activations.
     *
     * @param by the values, each under a name; none computed from another
     */
    public static HessianVectorProduct of(Value loss, Value logits, SequencedMap<String, Value> by, Backend backend) {
        return new CurvatureTrace(loss, by).compile(trace(loss, logits, by, true), backend);
    }

    /** The traced parts of {@link #of(Value, Value, SequencedMap, Backend)}, before compilation. */
    public static Linearization trace(Value loss, Value logits, SequencedMap<String, Value> by,
            boolean withGradient) {
        CurvatureTrace.requireCut("fisher", loss, List.copyOf(by.values()));
        return parts(loss, logits, by, withGradient);
    }

    private static Linearization parts(Value loss, Value logits, SequencedMap<String, Value> by,
            boolean withGradient) {
        CurvatureTrace.requireCut("fisher", loss, List.of(logits));
        List<Value> logs = List.of(Functions.logSoftmax(logits));
        List<Value> variables = List.copyOf(by.values());
        double rows = (double) logits.shape().size() / logits.shape().dim(-1);
        return new CurvatureTrace(loss, by).parts((gradient, directions) -> {
            Value tangent = ForwardMode.jvp(logs, variables, directions).get(0);
            Value weighted = logs.get(0).exp().multiply(tangent).scale(1 / rows);
            return ReverseMode.vjp(logs, List.of(weighted), variables);
        }, withGradient);
    }

    /**
     * The empirical Fisher matrix, the mean of the outer products of the examples' own gradients,
     * <pre>E = 1/N sum_n g_n g_n',    g_n = d l_n / dw.</pre>
     * Value and gradient of the result are those of the mean loss.
     *
     * @param losses l, one for each example: [N]
     * @param by inputs w that the matrix is taken by
     * @throws ShapeMismatchException if the losses are no vector
     */
    public static HessianVectorProduct empirical(Value losses, List<Value> by, Backend backend) {
        Value mean = mean(losses);
        return new CurvatureTrace(mean, Variables.named(mean, by)).compile(parts(mean, losses, by, true), backend);
    }

    /** The traced parts of {@link #empirical}, before compilation. */
    public static Linearization traceEmpirical(Value losses, List<Value> by, boolean withGradient) {
        return parts(mean(losses), losses, by, withGradient);
    }

    private static Value mean(Value losses) {
        if (losses.shape().rank() != 1) {
            throw new ShapeMismatchException(
                    "empirical fisher: expected one loss for each example, [examples], got " + losses.shape()
                            + ": leave out the mean, as in logSoftmax(logits).multiply(targets).sum(1).negate()");
        }
        return losses.mean();
    }

    private static Linearization parts(Value mean, Value losses, List<Value> by, boolean withGradient) {
        return new CurvatureTrace(mean, Variables.named(mean, by)).parts((gradient, directions) -> {
            Value tangent = ForwardMode.jvp(List.of(losses), by, directions).get(0);
            return ReverseMode.vjp(List.of(losses), List.of(tangent.scale(1.0 / losses.shape().size())), by);
        }, withGradient);
    }
}
