package dev.goshawk.hawq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.backend.Backends;
import dev.goshawk.data.Batches;
import dev.goshawk.hawq.allocate.AllocationTask;
import dev.goshawk.hawq.allocate.BitAllocation;
import dev.goshawk.hawq.allocate.BitPolicy;
import dev.goshawk.hawq.allocate.Compression;
import dev.goshawk.hawq.method.Methods;
import dev.goshawk.hawq.method.NamedMethod;
import dev.goshawk.hawq.allocate.PolicySettings;
import dev.goshawk.hawq.allocate.SearchSettings;
import dev.goshawk.hawq.allocate.SizeTarget;
import dev.goshawk.hawq.evaluation.Evaluator;
import dev.goshawk.hawq.perturbation.SiteCurvature;
import dev.goshawk.hawq.quantize.BitWidth;
import dev.goshawk.hawq.quantize.family.Quantizers;
import dev.goshawk.hawq.quantize.family.StoredActivations;
import dev.goshawk.hawq.report.RunReport;
import dev.goshawk.hawq.run.RunFolder;
import dev.goshawk.hawq.run.RunStart;
import dev.goshawk.hawq.training.SmallTraining;
import dev.goshawk.hawq.training.TrainingData;
import dev.goshawk.models.ActivationSite;
import dev.goshawk.models.Block;
import dev.goshawk.models.Mode;
import dev.goshawk.models.Network;
import dev.goshawk.models.Objective;
import dev.goshawk.models.TracedNetwork;
import dev.goshawk.models.parameters.Parameters;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.weights.WeightFile;
import dev.goshawk.weights.Weights;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every method that has a name, on a small network. */
class MethodsTest {
    private static final HawqOptions OPTIONS = HawqOptions.standard().withTarget(SizeTarget.ratio(9))
            .withCurvature(CurvatureSettings.standard().withSampleSize(20).withTolerance(0.1).withDraws(20))
            .withFineTuning(FineTuning.standard().withEpochs(0.5, 0))
            .withTraining(SmallTraining.settings(BitWidth.B4));

    @TempDir
    private Path folder;

    private static Method method(NamedMethod named) {
        String quantizer = named.quantizer();
        SearchSettings brief = SearchSettings.standard().withLength(1, 2);
        return new Method(named.name(), named.label(),
                named.policy(PolicySettings.standard().withSearch(brief)),
                Quantizers.byName(quantizer == null ? "uniform" : quantizer), false);
    }

    private static HawqResult quantize(Network network, HawqOptions options, RunStart start) throws Exception {
        return Hawq.quantize(network, Parameters.load(network, SmallTraining.parameters().toWeights("test"),
                DType.FLOAT32), SmallTraining.data(), options, start, HawqListener.NONE);
    }

    @Test
    void eachRunsByItsNameWithinTheSize() throws Exception {
        Path run = folder.resolve("run");
        HawqOptions options = OPTIONS.withMethods(Methods.all().stream().map(MethodsTest::method).toList());
        HawqResult result = quantize(SmallTraining.NETWORK, options, RunStart.create(run, false, Map.of()));
        assertEquals(Methods.names(), result.methods().stream().map(m -> m.method().name()).toList());
        assertTrue(result.failures().isEmpty());
        for (MethodResult m : result.methods()) {
            BitAllocation a = m.decision().allocation();
            assertTrue(a.ratio() >= 9, m.method().name() + " " + a.ratio());
            assertEquals(a.blocks().size(), m.decision().turns().size());
            assertEquals(m.method().policy().needs().contains(
                    BitPolicy.Need.PRODUCTS), m.decision().quadratic() != null);
        }
        assertEquals(List.of("DNAS", "HAQ"),
                result.report().searches().stream().map(RunReport.Search::method).toList());
        assertNotNull(result.curvature());
        result.curvature().blocks().forEach(b -> assertNotNull(b.trace(), b.block().name()));
        for (String name : Methods.names().subList(1, Methods.names().size())) {
            assertTrue(Files.exists(run.resolve(name + ".safetensors")), name);
        }
        // What was measured is read again, damaged or of another key or not: the same files come out.
        List<String> told = new ArrayList<>();
        Files.writeString(run.resolve("products.json"), "{}");
        byte[] before = Files.readAllBytes(run.resolve("quadratic.safetensors"));
        Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(), options,
                RunStart.resume(run, Map.of()), new HawqListener() {
                    @Override
                    public void note(String line) {
                        told.add(line);
                    }
                });
        assertEquals(List.of(run.resolve("products.json") + ": is damaged and is computed again"), told);
        assertArrayEquals(before,
                Files.readAllBytes(run.resolve("quadratic.safetensors")));
    }

    @Test
    void activationsOfSeveralWidthsAreTrainedReportedAndEvaluated() throws Exception {
        Path run = folder.resolve("run");
        BitPolicy mixed = new BitPolicy() {
            @Override
            public String describe() {
                return "8 bits for weights, activations by place";
            }

            @Override
            public Set<Need> needs() {
                return Set.of(Need.EIGENVALUES, Need.ACTIVATIONS);
            }

            @Override
            public List<BitWidth> widths() {
                return List.of(BitWidth.B2, BitWidth.B8);
            }

            @Override
            public void requireReachable(List<Block> blocks, SizeTarget target) {
                // Whatever the size.
            }

            @Override
            public BitAllocation choose(AllocationTask task, Consumer<String> notes) {
                return BitAllocation.uniform(task.blocks(), BitWidth.B8);
            }

            @Override
            public Map<String, BitWidth> activations(List<SiteCurvature> sites, BitWidth usual) {
                assertEquals(List.of("first", "middle", "middle"), sites.stream().map(SiteCurvature::block).toList());
                assertEquals(BitWidth.B4, usual);
                return Map.of("first", BitWidth.B8, "middle", BitWidth.B2);
            }
        };
        HawqResult result = quantize(SmallTraining.NETWORK,
                OPTIONS.withMethods(List.of(method(Methods.byName("hawq")).withPolicy(mixed))),
                RunStart.create(run, false, Map.of()));
        assertEquals(Set.of("first", "middle"), result.main().decision().activations().keySet());
        RunReport.Result row = result.report().results().get(1);
        Weights weights = WeightFile.read(run.resolve(RunFolder.MODEL));
        StoredActivations stored = StoredActivations.of(weights.metadata()).orElseThrow();
        assertEquals(BitWidth.B4, stored.bits());
        assertEquals("2 MP", row.activationBits());
        double elements = 0;
        double bits = 0;
        for (ActivationSite site : SmallTraining.NETWORK.describe().sites()) {
            elements += site.shape().size();
            bits += site.shape().size() * (site.block().equals("first") ? 8.0 : 2.0);
        }
        assertEquals(32 * elements / bits, row.activationCompression(), 1e-12);
        assertEquals(3, stored.widths().size());
        assertEquals(result.main().epochs().getLast().testLoss(), evaluated(weights, stored), 1e-6);
    }

    /** The loss that a weight file alone gives. */
    private static double evaluated(Weights weights, StoredActivations stored) {
        StoredActivations.Hooks hooks = stored.hooks();
        Parameters parameters = Parameters.load(SmallTraining.NETWORK, weights, DType.FLOAT32);
        TrainingData data = SmallTraining.data();
        TracedNetwork traced = SmallTraining.NETWORK.trace(DType.FLOAT32,
                Shape.of(7, data.test().height(), data.test().width(), 3), Mode.EVALUATION, hooks,
                Objective.CROSS_ENTROPY);
        Evaluator evaluator = new Evaluator(traced, parameters, Backends.defaultBackend());
        hooks.bindTo(evaluator.forward());
        return evaluator.evaluate(new Batches(data.test(), data.normalization(), 0), Evaluator.LogitsListener.NONE)
                .loss();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lq-nets", "rvquant", "lsq", "pact"})
    void theFileOfAnyQuantizerGivesTheRunsOwnLoss(String name) throws Exception {
        Path run = folder.resolve("run");
        HawqResult result = quantize(SmallTraining.NETWORK, OPTIONS.withMethods(List.of(method(Methods.byName(name)))),
                RunStart.create(run, false, Map.of()));
        Weights weights = WeightFile.read(run.resolve(RunFolder.MODEL));
        StoredActivations stored = StoredActivations.of(weights.metadata()).orElseThrow();
        assertEquals(result.main().epochs().getLast().testLoss(), evaluated(weights, stored), 1e-6);
        boolean large = result.main().decision().notes().stream().anyMatch(n -> n.startsWith("stored with "));
        assertEquals(name.equals("rvquant"), large, result.main().decision().notes().toString());
        Map<String, String> damaged = new HashMap<>(weights.metadata());
        if (damaged.remove(StoredActivations.STATE + "relu/levels") != null) {
            StoredActivations less = StoredActivations.of(damaged).orElseThrow();
            assertEquals("metadata goshawk.activation_state.relu/levels: expected 16 numbers, got none",
                    assertThrows(IllegalArgumentException.class, () -> evaluated(weights, less)).getMessage());
        }
    }

    @Test
    void layersMayHaveWidthsOfTheirOwn() throws Exception {
        Network layers = SmallTraining.NETWORK.byLayer();
        List<Block> blocks = layers.describe().blocks();
        assertEquals(List.of("conv", "middle.conv1", "middle.conv2", "fc"), blocks.stream().map(Block::name).toList());
        assertEquals(Compression.weights(SmallTraining.NETWORK.describe().blocks()), Compression.weights(blocks));
        assertEquals(SmallTraining.NETWORK.describe().macs(), layers.describe().macs());
        assertEquals(SmallTraining.NETWORK.parameters().stream().map(p -> p.name() + p.shape()).toList(),
                layers.parameters().stream().map(p -> p.name() + p.shape()).toList());
        assertEquals(List.of("conv", "middle.conv1", "middle.conv2"),
                layers.describe().sites().stream().map(s -> s.block()).toList());
        HawqResult result = quantize(layers, OPTIONS.withMethods(
                List.of(method(Methods.byName("quadratic")), method(Methods.byName("direct-at-size")))),
                RunStart.create(folder.resolve("layers"), false, Map.of()));
        assertEquals(4, result.main().decision().allocation().bits().size());
        assertNull(result.methods().get(1).decision().quadratic());
        Map<String, String> metadata = WeightFile.read(folder.resolve("layers").resolve(RunFolder.MODEL)).metadata();
        assertTrue(metadata.containsKey("goshawk.bits.middle.conv2"), metadata.toString());
    }

    @Test
    void searchesNeedNoCurvatureAndGoOnWhereTheyWere() throws Exception {
        HawqOptions options = OPTIONS.withMethods(
                List.of(method(Methods.byName("dnas")), method(Methods.byName("haq"))));
        HawqResult whole = quantize(SmallTraining.NETWORK, options,
                RunStart.create(folder.resolve("whole"), false, Map.of()));
        assertNull(whole.curvature());
        Path cut = folder.resolve("cut");
        assertThrows(IllegalStateException.class, () -> Hawq.quantize(SmallTraining.NETWORK,
                SmallTraining.parameters(), SmallTraining.data(), options, RunStart.create(cut), new HawqListener() {
                    @Override
                    public void measuring(String what, double fraction) {
                        if (what.startsWith("haq: episode 2")) {
                            throw new IllegalStateException("killed");
                        }
                    }
                }));
        List<String> told = new ArrayList<>();
        HawqResult resumed = Hawq.quantize(SmallTraining.NETWORK, SmallTraining.parameters(), SmallTraining.data(),
                options, RunStart.resume(cut), new HawqListener() {
                    @Override
                    public void measuring(String what, double fraction) {
                        told.add(what.substring(0, what.indexOf(',') < 0 ? what.length() : what.indexOf(',')));
                    }
                });
        assertEquals(List.of("haq: episode 2 of 2"), told);
        for (int i = 0; i < 2; i++) {
            assertEquals(whole.methods().get(i).decision().allocation(),
                    resumed.methods().get(i).decision().allocation());
            assertEquals(whole.methods().get(i).accuracy(), resumed.methods().get(i).accuracy());
        }
        for (String file : List.of(RunFolder.MODEL, "haq.safetensors")) {
            assertArrayEquals(Files.readAllBytes(folder.resolve("whole").resolve(file)),
                    Files.readAllBytes(cut.resolve(file)), file);
        }
        RunStart.create(cut, true, Map.of()).close();
    }

    @Test
    void policiesAreMadeWithTheirSettings() {
        PolicySettings wide = PolicySettings.standard().withWidths(List.of(BitWidth.B1, BitWidth.B8));
        Methods.all().forEach(m -> assertEquals(wide.widths(), m.policy(wide).widths(), m.name()));
    }
}
