package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.BackendAgreement;
import dev.goshawk.autodiff.composition.Compositions;
import dev.goshawk.autodiff.OpSample;
import dev.goshawk.autodiff.OpSamples;
import dev.goshawk.backend.Backend;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The op table, its gradients and second derivatives, special values and compositions against the reference. */
final class OpTableCheck {
    private static final int SHOWN = 5;

    private OpTableCheck() {
    }

    static void run(Backend gpu, CheckTable table) {
        for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
            List<Runnable> rows = rows(gpu, dtype);
            int wrong = 0;
            for (Runnable row : rows) {
                try {
                    row.run();
                } catch (AssertionError | RuntimeException e) {
                    wrong++;
                    if (wrong <= SHOWN) {
                        System.err.println("    " + e.getMessage());
                    }
                }
            }
            table.check("op table, " + dtype, rows.size() - wrong + " of " + rows.size() + " rows agree",
                    "all within " + BackendAgreement.tolerance(dtype), wrong == 0);
        }
    }

    private static List<Runnable> rows(Backend gpu, DType dtype) {
        List<Runnable> rows = new ArrayList<>();
        for (OpSample s : Stream.concat(OpSamples.all().stream(), OpSamples.awkward().stream()).toList()) {
            rows.add(() -> BackendAgreement.check(gpu, s, dtype));
        }
        for (OpSample s : OpSamples.special()) {
            rows.add(() -> BackendAgreement.check(gpu, s.name(), in -> s.trace(dtype, in), s.operands(), 0, dtype));
        }
        for (Compositions.Row r : Stream.concat(Compositions.all().stream(), Compositions.awkward().stream())
                .toList()) {
            rows.add(() -> BackendAgreement.check(gpu, r.name(), r.function(), r.at(), 2, dtype));
        }
        return rows;
    }
}
