package dev.goshawk.benchmarks.compare;

import dev.goshawk.benchmarks.work.Density;
import dev.goshawk.benchmarks.function.Operation;
import dev.goshawk.benchmarks.work.Traces;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of the table.
 *
 * @param name what {@code --only} takes
 * @param title what is measured
 * @param kind how
 * @param work the work's name for the workers
 * @param parts how many of what the title names one run of the work does: times are those of one
 * @param least the ratio that has to be reached (for {@link Kind#START}: the seconds not to be exceeded), 0 for none
 * @param aim the ratio (the seconds) aimed at
 */
record Bar(String name, String title, Kind kind, String work, int parts, double least, double aim) {
    /** How a line is measured. */
    enum Kind {
        /** Milliseconds, in turn with libtorch. */
        TORCH,
        /** Milliseconds, in turn with OpenBLAS. */
        BLAS,
        /** Peak resident memory of a process of its own. */
        MEMORY,
        /** Milliseconds from the start of a process to its first result. */
        START,
        /** Milliseconds of a packed network, in turn with the engine in float32 and with ONNX Runtime: a line for each. */
        PACKED,
        /** Milliseconds of a whole program that classifies one image, in turn with one that calls ONNX Runtime, and of its loading. */
        PROGRAM
    }

    private static final int[] SIZES = {256, 512, 1024, 2048};

    /** Every line, in the table's order. */
    static List<Bar> all() {
        List<Bar> bars = new ArrayList<>();
        bars.add(torch("hvp-eval", "ResNet20 HVP, all parameters, eval BN", "hvp/resnet20-128/eval", 2.0, 2.5));
        bars.add(torch("hvp-train", "ResNet20 HVP, all parameters, train BN", "hvp/resnet20-128/train", 2.0, 2.8));
        bars.add(torch("gradient-eval", "ResNet20 gradient, eval BN", "gradient/resnet20-128/eval", 1.3, 1.6));
        bars.add(torch("gradient-train", "ResNet20 gradient, train BN", "gradient/resnet20-128/train", 1.3, 1.6));
        bars.add(torch("convs", "one HVP for each of the 19 convs, eval BN", "convs/resnet20-128/eval", 2.5, 3.5));
        bars.add(torch("blocks", "one HVP for each of the 11 blocks, eval BN", "blocks/resnet20-128/eval", 0, 0));
        bars.add(torch("eigen", "top eigenvalue of all 11 blocks to residual 1e-2", "eigen/resnet20-128/eval", 4, 10));
        bars.add(torch("density", "spectral density, " + Density.PROBES + " probes of " + Density.STEPS + " steps",
                "density/resnet20-128/eval", 2.5, 2.5));
        bars.add(torch("traces", "trace of all 11 blocks, " + Traces.DRAWS + " draws each", "traces/resnet20-128/eval",
                2.5,
                2.5));
        bars.add(torch("training-step", "ResNet20 training step", "training/resnet20-128/train", 0, 0));
        bars.add(torch("resnet50-hvp", "ResNet50 224 px batch 4 HVP, eval BN", "hvp/resnet50-4/eval", 1.6, 2.2));
        bars.add(products("resnet50-blocks", "ResNet50 224 px batch 2, HVP by a block, mean of 18", "resnet50-2", 18));
        bars.add(products("inception_v3-blocks", "Inception-V3 299 px batch 2, HVP by a block, mean of 17",
                "inception_v3-2", 17));
        bars.add(products("sqnxt23_w2-blocks", "SqueezeNext 224 px batch 2, HVP by a block, mean of 24", "sqnxt23_w2-2",
                24));
        bars.add(torch("transformer-gradient", "transformer block, gradient", "transformer/gradient", 0, 0));
        bars.add(torch("transformer-hvp", "transformer block, HVP", "transformer/hvp", 0, 0));
        for (Operation o : Operation.values()) {
            bars.add(torch("op-" + o.key(), o.title(), "op/" + o.key(), 0, 0));
        }
        for (int n : SIZES) {
            bars.add(new Bar("sgemm-" + n, "SGEMM " + n, Kind.BLAS, "sgemm/" + n, 1, 0.95, 1.0));
        }
        bars.add(new Bar("memory", "peak memory, ResNet20 HVP", Kind.MEMORY, "hvp/resnet20-128/eval", 1, 2, 3));
        bars.add(new Bar("start", "process start to first ResNet20 HVP result", Kind.START, "hvp/resnet20-128/eval", 1,
                3, 1.5));
        for (String problem : List.of("resnet20-1", "resnet20-32", "resnet50-1", "resnet50-32")) {
            bars.add(new Bar("packed-" + problem, "packed " + problem, Kind.PACKED, problem, 1, 0, 0));
        }
        bars.add(new Bar("packed-program", "ResNet50, one image", Kind.PROGRAM, "resnet50", 1, 0, 0));
        return List.copyOf(bars);
    }

    /** A line of its own of what this one measures. */
    Bar part(String part, String title, double least) {
        return new Bar(name + "-" + part, title, kind, work, parts, least, 0);
    }

    private static Bar torch(String name, String title, String work, double least, double aim) {
        return new Bar(name, title, Kind.TORCH, work, 1, least, aim);
    }

    /** The mean time of a product by the weights of one block, in evaluation mode. */
    private static Bar products(String name, String title, String problem, int blocks) {
        return new Bar(name, title, Kind.TORCH, "blocks/" + problem + "/eval", blocks, 0, 0);
    }
}
