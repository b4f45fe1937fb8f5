package dev.goshawk.cuda.lower;

import dev.goshawk.compile.LoopNest;
import dev.goshawk.compile.LoopNest.Kind;
import dev.goshawk.cuda.ptx.LoopCode;
import dev.goshawk.cuda.ptx.LoopKernelPtx;
import dev.goshawk.cuda.ptx.LoopTiling;
import dev.goshawk.graph.Value;
import dev.goshawk.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Fused loops: one generated kernel, and one more that adds up the parts of its sums where the rows are shared by several blocks. */
final class LoopLowering {
    private static final int ALIGNMENT = 16;

    private final KernelLibrary kernels;
    private final Workspace workspace;

    LoopLowering(KernelLibrary kernels, Workspace workspace) {
        this.kernels = kernels;
        this.workspace = workspace;
    }

    /** A sum whose parts lie in the workspace until they are added up. */
    private record Parted(Address parts, Address result) {
    }

    List<Work> loop(LoopNest nest, Function<Value, Address> addresses) {
        if (nest.size() == 0) {
            return List.of();
        }
        LoopCode code = LoopCode.of(nest);
        LoopTiling tiling = LoopTiling.of(code, nest.rows(), nest.columns());
        List<Object> arguments = new ArrayList<>();
        nest.operands().forEach(o -> arguments.add(addresses.apply(o.value())));
        List<Parted> rowSums = new ArrayList<>();
        List<Parted> wholeSums = new ArrayList<>();
        long used = 0;
        for (LoopNest.Result r : nest.results()) {
            Address result = addresses.apply(r.value());
            int parts = r.kind() == Kind.SUM_ROWS ? tiling.chunks() : tiling.blocks();
            if (r.kind() == Kind.STORE || parts == 1) {
                arguments.add(result);
                continue;
            }
            long elements = r.kind() == Kind.SUM_ROWS ? (long) parts * tiling.columns() : parts;
            long from = used;
            used += Math.ceilDiv(elements, ALIGNMENT) * ALIGNMENT * nest.dtype().bytes();
            Address place = workspace.require(used).plus(from);
            arguments.add(place);
            (r.kind() == Kind.SUM_ROWS ? rowSums : wholeSums).add(new Parted(place, result));
        }
        List<Work> work = new ArrayList<>();
        work.add(launch(code, tiling, arguments));
        if (!rowSums.isEmpty()) {
            work.add(addUp(nest.dtype(), Kind.SUM_ROWS, rowSums, tiling.chunks(), tiling.columns()));
        }
        if (!wholeSums.isEmpty()) {
            work.add(addUp(nest.dtype(), Kind.SUM_ALL, wholeSums, tiling.blocks(), 1));
        }
        return work;
    }

    private Work addUp(DType dtype, Kind kind, List<Parted> sums, int rows, int columns) {
        LoopCode code = LoopCode.sums(dtype, sums.size(), kind);
        List<Object> arguments = new ArrayList<>();
        sums.forEach(s -> arguments.add(s.parts()));
        sums.forEach(s -> arguments.add(s.result()));
        return launch(code, LoopTiling.inOneChunk(code, rows, columns), arguments);
    }

    private Work launch(LoopCode code, LoopTiling tiling, List<Object> pointers) {
        List<Object> arguments = new ArrayList<>(pointers);
        arguments.add(tiling.rows());
        arguments.add(tiling.chunks());
        String name = kernels.generated(LoopKernelPtx.write(code, tiling));
        return kernels.launchGenerated(name, tiling.blocks(), tiling.threads(), arguments);
    }
}
