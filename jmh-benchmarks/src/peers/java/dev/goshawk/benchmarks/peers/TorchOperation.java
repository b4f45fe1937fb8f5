package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.function.Forward;
import dev.goshawk.benchmarks.function.Operation;
import dev.goshawk.benchmarks.work.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch;

/** An {@link Operation} in libtorch. */
final class TorchOperation implements Workload {
    private final PointerScope scope = new PointerScope();
    private final Operation operation;
    private final List<Tensor> arguments = new ArrayList<>();
    private final Tensor rows;

    TorchOperation(Operation operation, boolean channelsLast) {
        this.operation = operation;
        MemoryFormat format = channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
        operation.arguments().forEach(a -> arguments.add(laidOut(Torch.blob(a), format)));
        long[] indices = new long[Operation.rows().length];
        java.util.Arrays.setAll(indices, i -> Operation.rows()[i]);
        rows = torch.from_blob(new LongPointer(indices), new long[] {indices.length},
                new TensorOptions(torch.ScalarType.Long)).clone();
    }

    /** Of four axes, images have their channels second, and a convolution's filters are [out, in, height, width]. */
    private Tensor laidOut(Tensor t, MemoryFormat format) {
        if (t.dim() != 4) {
            return t;
        }
        boolean filter = !arguments.isEmpty();
        Tensor moved = filter ? t.permute(3, 2, 0, 1) : t.permute(0, 3, 1, 2);
        return moved.contiguous(format);
    }

    @Override
    public Map<String, Double> facts() {
        try (PointerScope _ = new PointerScope()) {
            Tensor y = result().to(torch.ScalarType.Double);
            return Forward.facts(y.abs().sum().item_double(), y.norm().item_double());
        }
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope(); NoGradGuard _ = new NoGradGuard()) {
            result();
        }
    }

    private Tensor result() {
        Tensor x = arguments.get(0);
        return switch (operation) {
            case ATTENTION_SCORES, BATCHED_MATMUL -> torch.bmm(x, arguments.get(1));
            case SOFTMAX -> torch.softmax(x, -1);
            case LAYER_NORM -> torch.layer_norm(x, new long[] {x.size(1)}, optional(1), optional(2),
                    Operation.EPSILON, false);
            case GROUP_NORM -> torch.group_norm(x, Operation.GROUPS, optional(1), optional(2), Operation.EPSILON,
                    false);
            case GELU -> torch.gelu(x);
            case SILU -> torch.silu(x);
            case SIN -> torch.sin(x);
            case GATHER -> torch.index_select(x, 0, rows);
            case CUMULATIVE_SUM -> torch.cumsum(x, 1);
            case DILATED_CONVOLUTION -> torch.conv2d(x, arguments.get(1), new TensorOptional(), new long[] {1, 1},
                    new long[] {2, 2}, new long[] {2, 2}, 1);
            case TRANSPOSED_CONVOLUTION -> torch.conv_transpose2d(x, arguments.get(1), new TensorOptional(),
                    new long[] {2, 2}, new long[] {1, 1}, new long[] {0, 0}, 1, 1, 1);
        };
    }

    private TensorOptional optional(int i) {
        return new TensorOptional(arguments.get(i));
    }

    @Override
    public void close() {
        scope.close();
    }
}
