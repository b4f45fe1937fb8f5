package dev.goshawk.benchmarks.peers;

import dev.goshawk.benchmarks.function.Operation;
import dev.goshawk.benchmarks.function.TransformerBlock;
import dev.goshawk.benchmarks.work.Workload;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** {@link TransformerBlock} in libtorch. */
final class TorchTransformer implements Workload {
    private static final int DEPTH = TransformerBlock.WIDTH / TransformerBlock.HEADS;

    private final PointerScope scope = new PointerScope();
    private final Map<String, Tensor> weights = new LinkedHashMap<>();
    private final Tensor tokens = Torch.blob(TransformerBlock.tokens());
    private final TensorVector variables = new TensorVector();
    private final TensorVector direction = new TensorVector();
    private final boolean second;
    private final double value;
    private final TensorVector gradient;

    /** The gradient, or a product with the Hessian: the gradient's graph is kept and differentiated once more. */
    TorchTransformer(boolean second) {
        this.second = second;
        TransformerBlock.numbers(1).forEach((name, t) -> {
            Tensor w = Torch.blob(t);
            w.set_requires_grad(true);
            weights.put(name, w);
            variables.push_back(w);
        });
        TransformerBlock.numbers(100).values().forEach(t -> direction.push_back(Torch.blob(t)));
        Tensor loss = loss();
        value = loss.item_double();
        gradient = torch.grad(new TensorVector(loss), variables, new TensorVector(), new BoolOptional(true), true,
                false);
    }

    private Tensor loss() {
        Tensor n = norm(tokens, "norm1");
        Tensor scores = heads(n, "query").matmul(heads(n, "key").transpose(2, 3))
                .mul(new Scalar(1 / Math.sqrt(DEPTH)));
        Tensor mixed = torch.softmax(scores, -1).matmul(heads(n, "value")).transpose(1, 2)
                .reshape(TransformerBlock.BATCH, TransformerBlock.TOKENS, TransformerBlock.WIDTH);
        Tensor y = tokens.add(mixed.matmul(weights.get("out")));
        Tensor hidden = torch.gelu(norm(y, "norm2").matmul(weights.get("up")));
        return y.add(hidden.matmul(weights.get("down"))).square().mean();
    }

    private Tensor norm(Tensor x, String name) {
        return torch.layer_norm(x, new long[] {TransformerBlock.WIDTH},
                new TensorOptional(weights.get(name + ".gamma")), new TensorOptional(weights.get(name + ".beta")),
                Operation.EPSILON, false);
    }

    private Tensor heads(Tensor x, String name) {
        return x.matmul(weights.get(name)).reshape(TransformerBlock.BATCH, TransformerBlock.TOKENS,
                TransformerBlock.HEADS, DEPTH).transpose(1, 2);
    }

    @Override
    public Map<String, Double> facts() {
        try (PointerScope _ = new PointerScope()) {
            if (!second) {
                return Map.of("loss", value, "gradient norm", Torch.norm(List.of(gradient)));
            }
            TensorVector product = product();
            return Map.of("loss", value, "v'Hv", Torch.dot(product, direction), "|Hv|", Torch.norm(List.of(product)));
        }
    }

    @Override
    public void run() {
        try (PointerScope _ = new PointerScope()) {
            if (second) {
                product();
            } else {
                torch.grad(new TensorVector(loss()), variables, new TensorVector(), new BoolOptional(false), false,
                        false);
            }
        }
    }

    private TensorVector product() {
        return torch.grad(gradient, variables, direction, new BoolOptional(true), false, false);
    }

    @Override
    public void close() {
        scope.close();
    }
}
