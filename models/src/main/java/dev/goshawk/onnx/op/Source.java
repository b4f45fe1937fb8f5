package dev.goshawk.onnx.op;

import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Value;
import dev.goshawk.models.ParameterSpec.Kind;
import dev.goshawk.onnx.format.ConstantArray;
import dev.goshawk.onnx.format.OnnxNode;
import dev.goshawk.tensor.DType;

/** Where a translation puts what it finds: a network's layers, or inputs of a plain function. */
public interface Source {
    /** Element type of what is traced. */
    DType dtype();

    /** Says which node is translated next. */
    default void begins(OnnxNode node) {
    }

    /** Says in which node the weight that is asked for next is used; its name may be empty. */
    default void layer(String node) {
    }

    /**
     * A parameter, asked for once a name.
     *
     * @param array its elements, filters as [out, in, height, width], matrices as [out, in]
     * @param frozen whether it is a constant that gradient descent leaves alone
     * @return the parameter in Goshawk's layout: filters [height, width, in, out], matrices [in, out]
     */
    Value parameter(String name, ConstantArray array, Kind kind, boolean frozen);

    /** An array with the layout of a file, in Goshawk's. */
    static Value fromFile(Value array, Kind kind) {
        return switch (kind) {
            case CONV_WEIGHT -> array.permute(2, 3, 1, 0);
            case LINEAR_WEIGHT -> array.transpose();
            case BIAS, BN_WEIGHT, BN_BIAS, BN_MEAN, BN_VARIANCE, ARRAY, CONSTANT -> array;
        };
    }

    /** Adds multiply-adds of one image to the layer whose weight was asked for last; a plain function does not count them. */
    default void addMacs(long count) {
    }

    /** Whether it is a network, trained or evaluated as it is told; layers that a file has in training mode are then like any other. */
    default boolean hasMode() {
        return false;
    }

    /** Whether values are rounded where the file says so. */
    default boolean rounds() {
        return true;
    }

    /** Hears what a node gives, as it was traced. */
    default void computed(String node, Value value) {
    }

    /** What follows a rectifier in place of its result. */
    default Value activation(String name, Value rectified) {
        return rectified;
    }

    /** The batch normalization of [batch, ..., channels] by parameters of these names. */
    default Value batchNorm(Value x, Normalized names, double epsilon) {
        return Functions.batchNormEvaluation(x, vector(names.gamma()), vector(names.beta()), vector(names.mean()),
                vector(names.variance()), epsilon);
    }

    private Value vector(Named named) {
        return parameter(named.name(), named.array(), Kind.ARRAY, true);
    }

    /** Names of a batch normalization's parameters, with their arrays. */
    record Normalized(Named gamma, Named beta, Named mean, Named variance) {
    }

    /** An array with its name. */
    record Named(String name, ConstantArray array) {
    }
}
