package dev.goshawk.hawq.curvature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.data.Batches;
import dev.goshawk.data.Normalization;
import dev.goshawk.hawq.evaluation.Evaluation;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.spectral.Spectrum;
import dev.goshawk.models.Mode;
import dev.goshawk.models.ParameterSpec;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.spectral.EigenOptions;
import dev.goshawk.spectral.EigenResult;
import dev.goshawk.spectral.Lanczos;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The public ResNet20 against PyTorch in float64: logits, loss, gradient, a product with the whole Hessian, eigenvalues. */
class PublicCheckpointTest {
    private static final int BATCH = 100;

    private final PublicCheckpoint data = PublicCheckpoint.require();
    private final Backend backend = Backends.defaultBackend();

    @BeforeEach
    void needsTheVectorBackend() {
        assumeTrue(backend.name().equals("vector"), "skipped: ResNet20's curvature in plain loops would take an hour");
    }

    private LossProblem problem(DType dtype) {
        return LossProblem.of(PublicCheckpoint.RESNET20, data.parameters("resnet20-12fca82f.th", dtype), data.sample(),
                Normalization.IMAGENET, backend);
    }

    private double expected(String name) {
        return data.reference().get(name).asDouble();
    }

    @Test
    void bothFilesGiveTheReferencesLogitsLossAndAccuracy() {
        for (String file : List.of("resnet20-12fca82f.th", "resnet20-state-dict-zip.pt")) {
            List<double[]> logits = new ArrayList<>();
            Evaluation e = new Evaluator(PublicCheckpoint.RESNET20.trace(DType.FLOAT64, 32, Mode.EVALUATION),
                    data.parameters(file, DType.FLOAT64), backend).evaluate(
                            new Batches(data.sample(), Normalization.IMAGENET, 0), (image, row) -> logits.add(row));
            assertEquals(expected("loss"), e.loss(), 1e-12);
            assertEquals(expected("acc"), e.accuracy());
            assertEquals(100, e.samples());
            double[] first = data.reference().get("logits0").valueStream().mapToDouble(JsonNode::asDouble).toArray();
            assertArrayEquals(first, logits.getFirst(), 1e-12);
        }
    }

    @Test
    void theProductWithTheWholeHessianIsTheReferences() {
        LossProblem problem = problem(DType.FLOAT64);
        HessianOperator h = HessianOperator.full(problem, BATCH);
        double[] v = new double[h.size()];
        Parameters direction = direction(problem.parameters().specs());
        h.variables().gather(direction::get, v);
        double[] hv = new double[h.size()];
        h.apply(v, hv);

        double product = 0;
        double squares = 0;
        for (int i = 0; i < v.length; i++) {
            product += v[i] * hv[i];
            squares += hv[i] * hv[i];
        }
        assertEquals(expected("loss"), h.loss(), 1e-12);
        assertRelative(expected("grad_norm"), h.gradientNorm(), "gradient norm");
        assertRelative(expected("vHv"), product, "v'Hv");
        assertRelative(expected("Hv_norm"), Math.sqrt(squares), "||Hv||");
        JsonNode norms = data.reference().get("Hv_by_param");
        assertEquals(norms.size(), h.variables().names().size());
        for (String name : h.variables().names()) {
            double part = 0;
            int size = problem.parameters().get(name).size();
            for (int i = h.variables().offset(name); i < h.variables().offset(name) + size; i++) {
                part += hv[i] * hv[i];
            }
            assertRelative(norms.get(name).asDouble(), Math.sqrt(part), name);
        }
    }

    private static void assertRelative(double expected, double got, String what) {
        assertEquals(expected, got, 1e-10 * Math.abs(expected), what);
    }

    /** v_k = sin(0.37 k + 0.1), k through all trainable parameters in PyTorch's order and layout, brought into Goshawk's. */
    private static Parameters direction(List<ParameterSpec> specs) {
        Map<String, Tensor> torch = new LinkedHashMap<>(
                Parameters.initialize(PublicCheckpoint.RESNET20, DType.FLOAT64, 0)
                        .toWeights("shapes").tensors());
        long k = 0;
        for (ParameterSpec spec : specs) {
            if (spec.isTrainable()) {
                Tensor t = torch.get(spec.name());
                for (int i = 0; i < t.size(); i++) {
                    t.set(i, Math.sin(0.37 * k++ + 0.1));
                }
            }
        }
        return Parameters.load(PublicCheckpoint.RESNET20, Weights.of("direction", torch), DType.FLOAT64);
    }

    @Test
    void someBlocksEigenvaluesAreTheReferences() {
        agree(DType.FLOAT64, List.of("layer3.2", "linear"), 1e-6, 1e-9);
        agree(DType.FLOAT32, List.of("conv1", "linear"), 1e-4, 1e-5);
    }

    @Test
    void allBlocksEigenvaluesAreTheReferences() {
        assumeTrue(Boolean.getBoolean("goshawk.slowTests"), "skipped: takes a minute (set -Dgoshawk.slowTests=true)");
        List<String> all = HessianOperator.blocks(problem(DType.FLOAT32)).stream().map(b -> b.name()).toList();
        agree(DType.FLOAT64, all, 1e-6, 1e-9);
        agree(DType.FLOAT32, all, 1e-4, 1e-5);
    }

    @Test
    void aSubsamplesHelpFindsTheReferencesEigenvalues() {
        assumeTrue(Boolean.getBoolean("goshawk.slowTests"), "skipped: takes a minute (set -Dgoshawk.slowTests=true)");
        for (long seed = 0; seed < 4; seed++) {
            List<Spectrum.Entry> entries = Spectrum.of(problem(DType.FLOAT32), BATCH,
                    EigenOptions.defaults().withTolerance(1e-2).withSeed(seed), Spectrum.Listener.NONE);
            for (int i = 0; i < entries.size(); i++) {
                double lambda = data.reference().get("blocks").get(i).get("eigenvalue").asDouble();
                Spectrum.Entry e = entries.get(i);
                assertTrue(e.top().converged() && e.subsampleProducts() > 0, e.block().name());
                assertEquals(lambda, e.top().eigenvalue(), 1e-3 * lambda, e.block().name() + ", seed " + seed);
            }
        }
    }

    private void agree(DType dtype, List<String> blocks, double tolerance, double relative) {
        LossProblem problem = problem(dtype);
        int found = 0;
        for (JsonNode block : data.reference().get("blocks")) {
            String name = block.get("name").asString();
            if (blocks.contains(name)) {
                found++;
                HessianOperator h = HessianOperator.block(problem, name, BATCH);
                assertEquals(block.get("weights").asInt(), h.size(), name);
                assertEquals(block.get("parameters").valueStream().map(JsonNode::asString).toList(),
                        h.variables().names());
                EigenResult top = new Lanczos().top(h, EigenOptions.defaults().withTolerance(tolerance));
                assertTrue(top.converged(), name + " in " + dtype + ": residual " + top.relativeResidual());
                double lambda = block.get("eigenvalue").asDouble();
                assertEquals(lambda, top.eigenvalue(), relative * lambda, name + " in " + dtype);
            }
        }
        assertEquals(blocks.size(), found);
    }
}
