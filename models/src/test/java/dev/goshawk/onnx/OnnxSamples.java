package dev.goshawk.onnx;

import java.util.Arrays;
import java.util.List;

/** Networks as ONNX files. */
public final class OnnxSamples {
    private OnnxSamples() {
    }

    /** What Goshawk's own networks have not: filters with gaps, groups with a bias, a rectifier that ends at 1.1, and a vector of all pixels. */
    public static OnnxBytes mixed(int side) {
        int pixels = (side / 2) / 2 * ((side / 2) / 2);
        return of(side).initializer(weight("a", 6, 3, 3, 3)).initializer(weight("b", 8, 3, 3, 3))
                .initializer(weight("b.bias", 8)).initializer(weight("c", 5, 8 * pixels))
                .initializer(weight("c.bias", 5)).initializer(OnnxBytes.floats("low", new long[0], 0))
                .initializer(OnnxBytes.floats("high", new long[0], 1.1f))
                .node("Conv", List.of("x", "a"), List.of("1"), OnnxBytes.attribute("dilations", 2, 3),
                        OnnxBytes.attribute("pads", 2, 3, 2, 3))
                .node("Clip", List.of("1", "low", "high"), List.of("2"))
                .node("Conv", List.of("2", "b", "b.bias"), List.of("3"), OnnxBytes.attribute("group", 2),
                        OnnxBytes.attribute("strides", 2, 2), OnnxBytes.attribute("pads", 1, 1, 1, 1))
                .node("Relu", List.of("3"), List.of("4"))
                .node("MaxPool", List.of("4"), List.of("5"), OnnxBytes.attribute("kernel_shape", 2, 2),
                        OnnxBytes.attribute("strides", 2, 2))
                .node("Flatten", List.of("5"), List.of("6"))
                .node("Gemm", List.of("6", "c", "c.bias"), List.of("y"), OnnxBytes.attribute("transB", 1)).output("y");
    }

    /** A file of images "x" with nothing in it. */
    public static OnnxBytes of(int side) {
        return new OnnxBytes(13).input("x", 1, 0, 3, side, side);
    }

    /** A float array of those extents. */
    public static byte[] weight(String name, long... dims) {
        float[] values = new float[(int) Arrays.stream(dims).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return OnnxBytes.floats(name, dims, values);
    }
}
