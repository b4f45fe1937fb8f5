package dev.goshawk.cuda.ptx;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.autodiff.HessianVectorProduct;
import dev.goshawk.autodiff.HessianVectorProduct.Mode;
import dev.goshawk.autodiff.Linearization;
import dev.goshawk.autodiff.OpSample;
import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.compile.Plan;
import dev.goshawk.compile.Step;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NVIDIA's compiler takes every loop of the op table and of the compositions' second derivatives. */
class LoopPtxCompilesTest {

    private static void add(Map<String, PtxText> kernels, Graph graph) {
        for (Step step : Plan.of(graph).steps()) {
            if (step instanceof Step.Loop(var nest) && nest.size() > 0) {
                LoopCode code = LoopCode.of(nest);
                LoopTiling tiling = LoopTiling.of(code, nest.rows(), nest.columns());
                PtxText text = LoopKernelPtx.write(code, tiling);
                kernels.put(text.name(), text);
            }
        }
    }

    private static SequencedMap<String, PtxText> kernels() {
        SequencedMap<String, PtxText> kernels = new LinkedHashMap<>();
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            for (OpSample s : OpSamples.all()) {
                Value y = s.trace(dtype, s.inputs(dtype));
                add(kernels, Graph.of("y", y));
            }
            for (Compositions.Row row : Compositions.all()) {
                List<Value> inputs = new ArrayList<>();
                row.at().forEach(t -> inputs.add(Value.input("x" + inputs.size(), dtype, t.shape())));
                Value loss = row.function().apply(inputs).square().sum();
                // Some compositions have an input that their value does not depend on.
                List<Value> reached = Graph.of("loss", loss).nodes().stream().filter(inputs::contains).toList();
                Linearization h = HessianVectorProduct.trace(loss, reached, Mode.FORWARD_OVER_REVERSE, true);
                add(kernels, h.primal());
                add(kernels, h.tangent());
            }
            // Long sums and wide rows, which several blocks share.
            Value x = Value.input("x", dtype, Shape.of(1000, 300));
            SequencedMap<String, Value> outputs = new LinkedHashMap<>();
            outputs.put("columns", x.square().sum(0));
            outputs.put("all", x.square().sum());
            add(kernels, Graph.of(outputs));
            for (boolean reverse : new boolean[] {false, true}) {
                PtxText text = CumulativeSumPtx.write(dtype, reverse);
                kernels.put(text.name(), text);
            }
        }
        return kernels;
    }

    @ParameterizedTest
    @ValueSource(strings = {"sm_75", "sm_80", "sm_90"})
    void theDriversCompilerTakesThem(String architecture) {
        assumeTrue(NvPtxCompiler.isAvailable(), "NVIDIA's PTX compiler is there for Linux on x86-64 only");
        assumeTrue(architecture.equals("sm_80") || Boolean.getBoolean("goshawk.slowTests"),
                "skipped: takes long (set -Dgoshawk.slowTests=true)");
        String info = NvPtxCompiler.compile(PtxText.module(kernels().values()), architecture);
        assertTrue(info.contains("registers"), info);
        List<MatchResult> spills = Pattern.compile("(\\d+) bytes spill stores, (\\d+) bytes spill loads").matcher(info)
                .results().toList();
        assertTrue(!spills.isEmpty(), info);
        for (MatchResult s : spills) {
            assertTrue(Integer.parseInt(s.group(1)) == 0 && Integer.parseInt(s.group(2)) == 0,
                    () -> s.group() + " in\n" + info);
        }
    }

    @Test
    void oneTextHasOneName() {
        SequencedMap<String, PtxText> first = kernels();
        assertTrue(first.size() > 50, first.keySet().toString());
        assertTrue(first.equals(kernels()));
    }
}
