package dev.goshawk.benchmarks.work;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.data.Normalization;
import dev.goshawk.graph.Graph;
import dev.goshawk.hawq.packing.Packer;
import dev.goshawk.models.Mode;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.onnx.export.CodeFormat;
import dev.goshawk.onnx.export.OnnxExport;
import dev.goshawk.packed.PackedModel;
import dev.goshawk.packed.integer.IntegerModel;
import dev.goshawk.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The logits of a batch of images: what networks are for where they run. */
public final class Logits {
    private static final String LOGITS = "logits";

    private Logits() {
    }

    /** What two implementations of the same network must agree on. */
    public static Map<String, Double> facts(double[] logits, int images) {
        Map<String, Double> facts = new LinkedHashMap<>();
        double squares = 0;
        for (double z : logits) {
            squares += z * z;
        }
        facts.put("norm of all logits", Math.sqrt(squares));
        for (int i = 0; i < images; i++) {
            int classes = logits.length / images;
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
            }
            facts.put("note answer " + i, (double) best);
        }
        return facts;
    }

    /** By the engine in float32. */
    public static Workload floats(Problem problem, Backend backend) {
        TracedNetwork traced = problem.trace(Mode.EVALUATION);
        Executable forward = backend.compile(Graph.of(LOGITS, traced.logits()));
        problem.parameters().bindTo(forward);
        forward.bind(TracedNetwork.IMAGES, problem.images());
        return new Workload() {
            @Override
            public Map<String, Double> facts() {
                run();
                Map<String, Double> facts = Logits.facts(forward.output(LOGITS).toDoubles(), problem.batch());
                facts.put(Workload.BYTES, (double) forward.plannedBytes());
                return facts;
            }

            @Override
            public void run() {
                forward.run();
            }
        };
    }

    /** In integers, one image after the other: {@link FewBits} of the problem's network, on its images. */
    public static Workload integers(Problem problem, int bits, Backend backend) {
        PackedModel packed = FewBits.of(problem.network(), bits);
        IntegerModel model = new IntegerModel(packed, packed.info().height(), packed.info().width(),
                backend.integers());
        Tensor images = problem.images();
        int size = images.size() / problem.batch();
        int classes = problem.network().classes();
        double[] logits = new double[problem.batch() * classes];
        return new Workload() {
            @Override
            public Map<String, Double> facts() {
                run();
                Map<String, Double> facts = Logits.facts(logits, problem.batch());
                facts.put(Workload.BYTES, (double) model.bytes());
                return facts;
            }

            @Override
            public void run() {
                for (int i = 0; i < problem.batch(); i++) {
                    double[] row = model.logits(images.floats(), images.offset() + i * size).values();
                    System.arraycopy(row, 0, logits, i * classes, classes);
                }
            }
        };
    }

    /** Writes the problem's network as a float ONNX file, its batch normalization folded. */
    public static void writeFloats(Problem problem, Path file) {
        write(file, PackedModel.of(problem.network(), Packer.ofFloats(problem.network(), problem.parameters(),
                Normalization.IMAGENET, Backends.defaultBackend())));
    }

    /** Writes {@link FewBits} of the problem's network as a QCDQ file. */
    public static void writeCodes(Problem problem, int bits, Path file) {
        write(file, FewBits.of(problem.network(), bits));
    }

    private static void write(Path file, PackedModel model) {
        try {
            OnnxExport.write(file, model, CodeFormat.QCDQ);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
