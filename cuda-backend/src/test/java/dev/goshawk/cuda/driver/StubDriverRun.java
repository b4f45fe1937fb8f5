package dev.goshawk.cuda.driver;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.autodiff.SampleValues;
import dev.goshawk.backend.Backend;
import dev.goshawk.backend.Backends;
import dev.goshawk.backend.Executable;
import dev.goshawk.backend.Workers;
import dev.goshawk.cuda.device.DeviceMemoryException;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Graph;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** A process of its own that runs graphs without loops through JCuda on the stub driver; prints what it saw, ends with "right". */
final class StubDriverRun {
    private StubDriverRun() {
    }

    public static void main(String[] arguments) {
        Backend cuda = Backends.select("cuda", Workers.SINGLE);
        System.out.println(cuda.description());
        for (DType dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            products(cuda, dtype);
        }
        manyRuns(cuda);
        tooLarge(cuda);
        System.out.println("right");
    }

    private static void products(Backend cuda, DType dtype) {
        Value x = Value.input("x", dtype, Shape.of(2, 9, 7, 5));
        Value w = Value.input("w", dtype, Shape.of(3, 3, 5, 6));
        Value y = Functions.conv2d(x, w, 2, 1);
        SequencedMap<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("conv", y);
        outputs.put("permuted", y.permute(0, 3, 1, 2));
        outputs.put("pooled", Functions.maxPool(y, Functions.pool(y, 2, 2, 0)));
        outputs.put("product", y.reshape(Shape.of(40, 6)).matmul(y.reshape(Shape.of(6, 40))));
        outputs.put("sums", y.sum(1, 2));
        Map<String, Tensor> at = Map.of("x", SampleValues.normal(1, 2, 9, 7, 5).to(dtype), "w",
                SampleValues.normal(2, 3, 3, 5, 6).to(dtype));
        BackendAgreement.check(cuda, "stub driver", Graph.of(outputs), at);
    }

    /** More data than the staging memory holds, and a third run, which replays a recording with a changed input. */
    private static void manyRuns(Backend cuda) {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(5, 1_000_003));
        Executable e = cuda.compile(Graph.of("y", x.permute(1, 0)));
        Tensor t = SampleValues.normal(3, 5, 1_000_003).to(DType.FLOAT32);
        e.bind("x", t);
        for (int run = 0; run < 3; run++) {
            t.set(run, run);
            e.run();
            Tensor y = e.output("y");
            for (int i = 0; i < t.size(); i++) {
                if (y.get(i % 1_000_003 * 5 + i / 1_000_003) != t.get(i)) {
                    throw new AssertionError("run " + run + ", element " + i);
                }
            }
        }
    }

    private static void tooLarge(Backend cuda) {
        Value x = Value.input("x", DType.FLOAT32, Shape.of(8, 16, 1024, 1024));
        try {
            cuda.compile(Graph.of("y", x.permute(0, 2, 3, 1)));
            throw new AssertionError("512 MiB fit into 64");
        } catch (DeviceMemoryException e) {
            System.out.println(e.getMessage());
        }
    }
}
