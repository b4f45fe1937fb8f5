package dev.goshawk.autodiff.composition;

import static dev.goshawk.autodiff.composition.Compositions.row;
import static dev.goshawk.autodiff.SampleValues.clearOfZero;
import static dev.goshawk.autodiff.SampleValues.distinct;
import static dev.goshawk.autodiff.SampleValues.normal;
import static dev.goshawk.autodiff.SampleValues.positive;

import dev.goshawk.graph.Activations;
import dev.goshawk.graph.Convolutions;
import dev.goshawk.graph.Einsum;
import dev.goshawk.graph.Functions;
import dev.goshawk.graph.Indexing;
import dev.goshawk.graph.Losses;
import dev.goshawk.graph.Normalizations;
import dev.goshawk.tensor.DType;
import dev.goshawk.tensor.Shape;
import dev.goshawk.tensor.Tensor;
import java.util.List;

/** Functions of models that are compositions, as rows of {@link Compositions}. */
final class ModelFunctions {
    private ModelFunctions() {
    }

    /** Rows [n, classes] with a one. */
    static Tensor oneHot(int n, int classes) {
        Tensor t = Tensor.zeros(DType.FLOAT64, Shape.of(n, classes));
        for (int i = 0; i < n; i++) {
            t.set(i * classes + 2 * i % classes, 1);
        }
        return t;
    }

    static List<Compositions.Row> all() {
        return List.of(
                row("silu", in -> Activations.silu(in.get(0)), normal(201, 3, 5)),
                row("gelu", in -> Activations.gelu(in.get(0)), normal(230, 3, 5)),
                row("geluTanh", in -> Activations.geluTanh(in.get(0)), normal(202, 3, 5)),
                row("clamp", in -> Activations.clamp(in.get(0), -0.2, 0.25).multiply(in.get(0)),
                        clearOfZero(203, 4, 5)),
                row("softmax, first axis", in -> Activations.softmax(in.get(0), 0), normal(204, 4, 3)),
                row("softmax, middle axis", in -> Activations.softmax(in.get(0), -2), normal(205, 2, 4, 3)),
                row("logSoftmax, first of three axes", in -> Activations.logSoftmax(in.get(0), 0),
                        normal(206, 4, 2, 3)),
                row("layerNorm", in -> Normalizations.layerNorm(in.get(0), in.get(1), in.get(2), 1e-3),
                        normal(207, 2, 3, 5),
                        positive(208, 5), normal(209, 5)),
                row("layerNorm over two axes", in -> Normalizations.layerNorm(in.get(0), in.get(1), in.get(2), 1e-3),
                        normal(210, 2, 3, 4), positive(211, 3, 4), normal(212, 3, 4)),
                row("groupNorm", in -> Normalizations.groupNorm(in.get(0), 2, in.get(1), in.get(2), 1e-3),
                        normal(213, 2, 2, 3, 4), positive(214, 4), normal(215, 4)),
                row("instanceNorm", in -> Normalizations.instanceNorm(in.get(0), in.get(1), in.get(2), 1e-3),
                        normal(216, 2, 3, 2, 3), positive(217, 3), normal(218, 3)),
                row("meanSquaredError", in -> Losses.meanSquaredError(in.get(0), in.get(1)), normal(219, 3, 4),
                        normal(220, 3, 4)),
                row("label smoothing", in -> Losses.crossEntropy(in.get(0), in.get(1), 0.1), normal(221, 3, 4),
                        oneHot(3, 4)),
                row("binaryCrossEntropy", in -> Losses.binaryCrossEntropy(in.get(0), in.get(1)), normal(222, 3, 4),
                        positive(223, 3, 4)),
                row("binaryFocal", in -> Losses.binaryFocal(in.get(0), in.get(1), 0.25, 1.5), normal(224, 3, 4),
                        oneHot(3, 4)),
                row("focal", in -> Losses.focal(in.get(0), in.get(1), 2), normal(225, 3, 4), oneHot(3, 4)),
                row("where", in -> Functions.where(in.get(0), in.get(1).exp(), in.get(2).square()).square(),
                        clearOfZero(242, 3, 4), normal(243, 3, 4), normal(244, 4)),
                row("pow", in -> in.get(0).pow(in.get(1)).square(), positive(245, 3, 4), normal(246, 4)),
                row("pow of a fixed exponent", in -> in.get(0).pow(1.7).add(in.get(0).pow(5)).add(in.get(0).pow(-2)),
                        positive(247, 3, 4)),
                row("sin and cos", in -> in.get(0).sin().multiply(in.get(0).cos()), normal(248, 3, 4)),
                row("dilated convolution", in -> Convolutions.conv2d(in.get(0), in.get(1), 2, 2, 2, 1).square(),
                        normal(252, 1, 6, 5, 2), normal(253, 3, 2, 2, 3)),
                row("dilated convolution of stride 1",
                        in -> Convolutions.conv2d(in.get(0), in.get(1), 1, 1, 2, 2).square(), normal(256, 2, 5, 4, 4),
                        normal(257, 3, 2, 2, 2)),
                row("transposed convolution",
                        in -> Convolutions.transposedConv2d(in.get(0), in.get(1), 2, 1, 1).square(),
                        normal(254, 2, 2, 3, 2), normal(255, 3, 3, 4, 2)),
                row("dilated maxPool", in -> Convolutions.maxPool(in.get(0), 2, 1, 1, 2).square(),
                        distinct(256, 1, 4, 5, 2)),
                row("dilated avgPool", in -> Convolutions.avgPool(in.get(0), 2, 2, 1, 3).square(),
                        normal(257, 2, 5, 4, 2)),
                row("cumulativeSum", in -> Functions.cumulativeSum(in.get(0), 1).square(), normal(249, 2, 5, 3)),
                row("batchedMatmul, broadcast", in -> Einsum.batchedMatmul(in.get(0), in.get(1)).square(),
                        normal(250, 2, 1, 3, 4), normal(251, 3, 4, 2)),
                row("select", in -> Indexing.select(in.get(0), 1, -2).exp(), normal(226, 3, 4, 2)),
                row("range", in -> Indexing.range(in.get(0), -1, 1, 3).square(), normal(227, 3, 4)),
                row("gather", in -> Indexing.gather(in.get(0), 1, 3, 0, 3, -2).square(), normal(241, 3, 4, 2)),
                row("constant array",
                        in -> in.get(0).multiply(Functions.constant(normal(228, 3, 4).to(in.get(0).dtype()))).exp(),
                        normal(229, 3, 4)),
                row("reverse subtract and divide", in -> in.get(0).subtractFrom(3).divideInto(2).divide(7),
                        normal(230, 3, 4)),
                row("einsum ij,jk->ki", in -> Einsum.einsum("ij,jk->ki", in.get(0), in.get(1)), normal(231, 3, 4),
                        normal(232, 4, 2)),
                row("einsum bij,bjk->bik", in -> Einsum.einsum("bij,bjk->bik", in.get(0), in.get(1)),
                        normal(233, 3, 2, 4),
                        normal(234, 3, 4, 3)),
                row("einsum bhqd,bhkd->bhqk", in -> Einsum.einsum("bhqd,bhkd->bhqk", in.get(0), in.get(1)),
                        normal(235, 2, 2, 3, 4), normal(236, 2, 2, 2, 4)),
                row("einsum of a diagonal, an ellipsis and three operands",
                        in -> Einsum.einsum("bii,...ib,ic->cb", in.get(0), in.get(1), in.get(2)).square(),
                        normal(242, 2, 3, 3), normal(243, 2, 3, 2), normal(244, 3, 2)),
                row("einsum of a sum, a diagonal product and an outer one",
                        in -> Einsum.einsum("ab,cb->ba", in.get(0), in.get(1))
                                .multiply(Einsum.einsum("b,a->ba", in.get(2), in.get(3)))
                                .add(Einsum.einsum("ab->ba", in.get(0)))
                                .add(Einsum.einsum("ab,ab->ba", in.get(0), in.get(0))),
                        normal(237, 3, 4), normal(238, 2, 4), normal(239, 4), normal(240, 3)));
    }
}
