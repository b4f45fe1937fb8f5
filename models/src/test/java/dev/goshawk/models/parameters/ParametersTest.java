package dev.goshawk.models.parameters;

import dev.goshawk.models.Network;
import dev.goshawk.models.Networks;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import dev.goshawk.weights.Weights;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ParametersTest {
    private final Network resnet20 = Networks.byName("resnet20");

    @Test
    void initialWeightsHaveHesVarianceAndTheRestIsTheIdentity() {
        Parameters p = Parameters.initialize(resnet20, DType.FLOAT64, 42);

        Tensor filter = p.get("layer3.1.conv2.weight");
        double mean = 0;
        double square = 0;
        double fourth = 0;
        for (double w : filter.toDoubles()) {
            mean += w / filter.size();
            square += w * w / filter.size();
            fourth += w * w * w * w / filter.size();
        }
        // 36,864 draws: standard errors of mean, variance and kurtosis are 0.0052 deviations, 0.0074 and 0.026.
        double variance = 2.0 / (9 * 64);
        assertEquals(0, mean / Math.sqrt(variance), 0.02);
        assertEquals(1, square / variance, 0.03);
        assertEquals(3, fourth / (square * square), 0.1);
        assertArrayEquals(new double[10], p.get("linear.bias").toDoubles());
        assertEquals(1, p.get("bn1.weight").get(15));
        assertEquals(0, p.get("bn1.bias").get(15));
        assertEquals(0, p.get("bn1.running_mean").get(15));
        assertEquals(1, p.get("bn1.running_var").get(15));
    }

    @Test
    void initialWeightsAreAFunctionOfTheSeed() {
        double[] first = Parameters.initialize(resnet20, DType.FLOAT64, 42).get("conv1.weight").toDoubles();

        assertArrayEquals(first, Parameters.initialize(resnet20, DType.FLOAT64, 42).get("conv1.weight").toDoubles());
        assertNotEquals(first[0], Parameters.initialize(resnet20, DType.FLOAT64, 43).get("conv1.weight").get(0));
        Parameters p = Parameters.initialize(resnet20, DType.FLOAT32, 42);
        assertEquals((float) first[7], p.get("conv1.weight").floats()[7]);
        assertNotEquals(p.get("layer1.0.conv1.weight").get(0), p.get("layer1.0.conv2.weight").get(0));
    }

    @Test
    void weightsGoToPyTorchsLayoutAndBack() {
        Parameters p = Parameters.initialize(resnet20, DType.FLOAT64, 1);

        Weights torch = p.toWeights("memory");
        assertEquals(Shape.of(32, 16, 3, 3), torch.get("layer2.0.conv1.weight").shape());
        assertEquals(Shape.of(10, 64), torch.get("linear.weight").shape());
        assertEquals(p.get("linear.weight").get(5 * 10 + 3), torch.get("linear.weight").get(3 * 64 + 5));
        Parameters back = Parameters.load(resnet20, torch, DType.FLOAT64);
        p.tensors().forEach((name, t) -> assertArrayEquals(t.toDoubles(), back.get(name).toDoubles(), name));
    }

    @Test
    void copiesShareNothing() {
        Parameters p = Parameters.initialize(resnet20, DType.FLOAT32, 1);
        Parameters copy = p.copy();
        Parameters wide = p.to(DType.FLOAT64);
        double before = p.get("conv1.weight").get(0);

        p.get("conv1.weight").set(0, 5);

        assertEquals(before, copy.get("conv1.weight").get(0));
        assertEquals(before, wide.get("conv1.weight").get(0));
        copy.copyFrom(p);
        assertEquals(5, copy.get("conv1.weight").get(0));
        assertEquals("parameters: none is named 'conv9'",
                assertThrows(IllegalArgumentException.class, () -> p.get("conv9")).getMessage());
    }

    @Test
    void aPrefixAndBatchCountersAreTolerated() {
        Map<String, Tensor> prefixed = new LinkedHashMap<>();
        torch().forEach((name, t) -> prefixed.put("module." + name, t));
        prefixed.put("module.bn1.num_batches_tracked", Tensor.of(Shape.scalar(), 7f));

        Parameters p = Parameters.load(resnet20, Weights.of("file", prefixed), DType.FLOAT32);

        assertEquals(resnet20.parameters().size(), p.tensors().size());
    }

    private Weights renamed(UnaryOperator<String> names) {
        return Weights.of("file", torch()).renamed(names::apply);
    }

    private List<String> notes(Weights weights) {
        List<String> notes = new ArrayList<>();
        assertEquals(resnet20.parameters().size(),
                Parameters.load(resnet20, weights, DType.FLOAT32, notes::add).tensors().size());
        return notes;
    }

    @Test
    void whatFrameworksPutBeforeNamesComesOff() {
        assertEquals(List.of(), notes(renamed(name -> name)));
        for (String prefix : List.of("module.", "_orig_mod.", "model.", "net.", "backbone.body.")) {
            assertEquals(List.of("the names fit resnet20 without '" + prefix + "'"),
                    notes(renamed(name -> prefix + name)));
        }
        assertEquals(List.of("the names fit resnet20 without '_orig_mod.' and 'model.'"),
                notes(renamed(name -> "model._orig_mod." + name)));
        assertEquals(List.of("the names fit resnet20 without 'module.'"),
                notes(renamed(name -> name.replace("layer1.", "layer1.module."))), "a part wrapped");
        assertEquals(List.of("the names fit resnet20 without 'module.' and '_orig_mod.'"),
                notes(renamed(name -> name.startsWith("linear") ? name : "module._orig_mod." + name)));
    }

    @Test
    void onlyWhatFitsWithoutItLosesItsPrefix() {
        Map<String, Tensor> both = new LinkedHashMap<>();
        torch().forEach((name, t) -> {
            both.put("teacher." + name, t);
            both.put("student." + name, t);
        });
        assertEquals(
                "file: not the weights of resnet20 with 10 classes: they are there more than once, as teacher.* and "
                        + "student.*",
                refusal(both));
        assertEquals(List.of("the names fit resnet20 without 'student.'"),
                notes(Weights.of("file", both).without("teacher.*")));
        Map<String, Tensor> more = new LinkedHashMap<>();
        torch().forEach((name, t) -> more.put("model." + name, t));
        more.put("criterion.scale", Tensor.of(Shape.scalar(), 1f));
        ParameterMismatchException e = assertThrows(ParameterMismatchException.class,
                () -> Parameters.load(resnet20, Weights.of("file", more), DType.FLOAT32));
        assertEquals("file: not the weights of resnet20 with 10 classes: 1 unexpected (criterion.scale)",
                e.getMessage());
        assertEquals(List.of("scale"), e.tooMany());
        assertEquals("file: not the weights of resnet20 with 10 classes: "
                + "96 missing (bn1.weight, bn1.bias, bn1.running_mean, bn1.running_var, ...); "
                + "1 of another shape or type (conv1.weight: expected [16,3,3,3], got float32[2])",
                refusal(Map.of("_orig_mod.conv1.weight", Tensor.zeros(DType.FLOAT32, Shape.of(2)))));
    }

    @Test
    void entriesOfNoUseCanBeLeftOut() {
        Map<String, Tensor> counted = torch();
        torch().keySet().stream().map(name -> name.substring(0, name.lastIndexOf('.') + 1)).distinct().forEach(m -> {
            counted.put(m + "total_ops", Tensor.of(Shape.of(1), 0.));
            counted.put(m + "total_params", Tensor.of(Shape.of(1), 0.));
        });
        ParameterMismatchException e = assertThrows(ParameterMismatchException.class,
                () -> Parameters.load(resnet20, Weights.of("file", counted), DType.FLOAT32));
        assertEquals(List.of("total_ops", "total_params"), e.tooMany());
        assertEquals(List.of(), notes(Weights.of("file", counted).without("total_ops").without("total_params")));
    }

    @Test
    void everythingThatDiffersIsInOneLine() {
        Map<String, Tensor> t = torch();
        t.remove("bn1.bias");
        t.put("extra.weight\n", Tensor.zeros(DType.FLOAT32, Shape.of(2)));
        t.put("linear.weight", Tensor.zeros(DType.FLOAT32, Shape.of(100, 64)));
        t.put("linear.bias", Tensor.zeros(DType.INT32, Shape.of(10)));

        assertEquals(
                "file: not the weights of resnet20 with 10 classes: 1 missing (bn1.bias); "
                        + "1 unexpected (extra.weight?); "
                        + "2 of another shape or type (linear.weight: expected [10,64], got float32[100,64], "
                        + "linear.bias: expected [10], got int32[10])",
                refusal(t));
    }

    @Test
    void anotherNetworksWeightsAreNamed() {
        Weights other = Parameters.initialize(Networks.byName("resnet32"), DType.FLOAT32, 1).toWeights("file");

        assertEquals("file: not the weights of resnet20 with 10 classes: 60 unexpected (layer1.3.conv1.weight, "
                + "layer1.3.bn1.weight, layer1.3.bn1.bias, layer1.3.bn1.running_mean, ...); "
                + "these are the weights of resnet32",
                refusal(other.tensors()));
    }

    /** As BSQ and others who start from the option-A network's code name them. */
    @Test
    void shortcutsWithWeightsHaveTwoSetsOfNames() {
        Network network = Networks.byName("resnet20b");
        Weights own = Parameters.initialize(network, DType.FLOAT32, 1).toWeights("file");
        Weights other = own.renamed(n -> "module." + n.replace("downsample", "shortcut").replace("fc.", "linear."));

        Parameters loaded = Parameters.load(network, other, DType.FLOAT32);

        assertTrue(other.contains("module.layer2.0.shortcut.0.weight"));
        assertArrayEquals(own.get("layer3.0.downsample.1.weight").toDoubles(),
                loaded.get("layer3.0.downsample.1.weight").toDoubles());
        assertArrayEquals(own.get("fc.bias").toDoubles(), loaded.get("fc.bias").toDoubles());
        assertTrue(refusal(other.tensors()).endsWith("; these are the weights of resnet20b"), refusal(other.tensors()));
    }

    @Test
    void numbersThatAreNotFiniteAreRefusedByName() {
        for (double bad : new double[] {Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
            Map<String, Tensor> t = torch();
            Tensor wide = t.get("layer1.2.bn2.running_var").to(DType.FLOAT64);
            wide.set(3, bad);
            t.put("layer1.2.bn2.running_var", wide);
            assertTrue(refusal(t).startsWith(
                    "file: parameter 'layer1.2.bn2.running_var' holds a number that is not finite in float32: "),
                    refusal(t));
        }
    }

    private Map<String, Tensor> torch() {
        return new LinkedHashMap<>(Parameters.initialize(resnet20, DType.FLOAT32, 1).toWeights("file").tensors());
    }

    private String refusal(Map<String, Tensor> tensors) {
        return String.valueOf(assertThrows(ParameterMismatchException.class,
                () -> Parameters.load(resnet20, Weights.of("file", tensors), DType.FLOAT32)).getMessage());
    }
}
