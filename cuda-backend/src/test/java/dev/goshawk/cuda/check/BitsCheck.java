package dev.goshawk.cuda.check;

import dev.goshawk.autodiff.HessianVectorProduct;
import java.util.Arrays;

/** The same bits from two backends made one after the other, and from a replay. */
final class BitsCheck {
    private BitsCheck() {
    }

    static void run(CheckTable table) {
        NetworkProblem problem = new NetworkProblem("resnet20", 64);
        HessianVectorProduct h = problem.hessian(CheckOnGpu.gpu());
        double[] first = NetworkProblem.product(h.apply());
        double[] recorded = NetworkProblem.product(h.apply());
        double[] replayed = NetworkProblem.product(h.apply());
        double[] again = NetworkProblem.product(problem.hessian(CheckOnGpu.gpu()).apply());
        boolean same = Arrays.equals(first, recorded) && Arrays.equals(first, replayed) && Arrays.equals(first, again);
        table.check("resnet20 batch 64, Hv of two runs", same ? "equal in every bit" : "differ", "equal", same);
    }
}
